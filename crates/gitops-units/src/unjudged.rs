//! The reasons why something that is deployed is not known.

use source_files::RepoPath;

use super::repository_url::RepositoryUrl;

/// A reason why the content of a unit, or the existence of units, is not known from the tree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unjudged {
    /// The source is another repository.
    #[error("the source is the repository `{}`", .0.as_str())]
    OtherRepository(RepositoryUrl),
    /// The source is another revision of this repository.
    #[error("the source is the revision `{0}` of this repository")]
    OtherRevision(Box<str>),
    /// The path of the source does not exist.
    #[error("the source's path `{0}` is no folder of this repository")]
    NoFolder(Box<str>),
    /// The source has no path and no chart.
    #[error("the source has neither a path nor a chart")]
    NoPath,
    /// A chart in a folder of this repository, or of the GitRepository that a HelmRelease names.
    #[error("`{0}` is a Helm chart, which is not rendered")]
    LocalChart(RepoPath),
    /// A chart of another server.
    #[error("the chart `{0}` is on another server")]
    RemoteChart(Box<str>),
    /// A plugin of Argo CD makes the manifests.
    #[error("the plugin `{0}` makes the manifests")]
    Plugin(Box<str>),
    /// A file of Jsonnet makes the manifests.
    #[error("`{0}` is Jsonnet, which is not evaluated")]
    Jsonnet(RepoPath),
    /// A source of Flux that is no GitRepository.
    #[error("the source is the {0}")]
    OtherSourceKind(Box<str>),
    /// A source of Flux is taken for a folder of this repository, because only that holds the path.
    #[error("the source `{source_name}` is taken for the folder `{folder}` of this repository")]
    TakenFor {
        /// The source.
        source_name: Box<str>,
        /// The folder, empty for the root.
        folder: RepoPath,
    },
    /// Several folders of this repository hold the path of a source of Flux.
    #[error("several folders of this repository hold what the source `{0}` has to hold")]
    SeveralFolders(Box<str>),
    /// The source of Flux is not declared in the tree.
    #[error("the tree does not declare the source `{0}`")]
    NoSource(Box<str>),
    /// Several sources or maps of one name are equally near, and they differ.
    #[error("`{0}` is declared several times, and the declarations differ")]
    Ambiguous(Box<str>),
    /// A generator of an ApplicationSet asks what is not in the tree.
    #[error("the generator `{0}` asks what is not in the repository")]
    Generator(Box<str>),
    /// A generator asks for the clusters, and the caller declares none.
    #[error("the generator `clusters` needs a declared list of clusters")]
    UndeclaredClusters,
    /// A template uses what is not supported here, or fails.
    #[error("the template `{template}` cannot be filled in: {reason}")]
    Template {
        /// The template.
        template: Box<str>,
        /// The reason, as a clause that can follow a colon.
        reason: Box<str>,
    },
    /// A field has a value that the tool refuses, or that only the cluster knows.
    #[error("`{field}` cannot be used: {reason}")]
    Field {
        /// The path of the field.
        field: Box<str>,
        /// The reason, as a clause that can follow a colon.
        reason: Box<str>,
    },
    /// A field that changes what is deployed is not supported here.
    #[error("`{0}` is not supported")]
    UnsupportedField(Box<str>),
    /// A ConfigMap or Secret with variables is not declared in the tree, or is encrypted.
    #[error("the variables of {0} are not known")]
    Variables(Box<str>),
    /// A file of the source cannot be read.
    #[error("{0}")]
    Unreadable(Box<str>),
    /// There is more than the limits allow.
    #[error("there are more than {limit} {what}")]
    BeyondLimits {
        /// What there are too many of.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
}

impl Unjudged {
    pub(crate) fn field(field: &str, reason: impl Into<Box<str>>) -> Self {
        Self::Field { field: field.into(), reason: reason.into() }
    }
}

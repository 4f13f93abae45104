//! What the caller knows about the repository and its clusters, which no file of the tree says.
//!
//! In: names and addresses. Out: whether a source is this repository, and which revision of it a deployer follows.
//! Never: guesses that an address is this repository when the caller named its addresses.

use source_files::RepoPath;

use super::limits::UnitLimits;
use super::repository_url::RepositoryUrl;
use super::unit::ObjectName;
use super::written_text::WrittenText;

/// What the caller takes for granted.
#[derive(Clone, Debug)]
pub struct Assumptions {
    /// The addresses of this repository.
    pub repository: KnownRepository,
    /// The names of revisions that are the branch of the tree, beside `HEAD` and no name at all.
    pub branches: Vec<Box<str>>,
    /// The clusters that Argo CD knows, if the caller declares them.
    pub clusters: DeclaredClusters,
    /// The sources of Flux that the caller knows to be a folder of this branch, whatever the tree says of them.
    pub sources: Vec<KnownSource>,
    /// What Flux does about a variable that nothing sets.
    pub unset_variables: UnsetVariables,
    /// The limits.
    pub limits: UnitLimits,
}

impl Default for Assumptions {
    fn default() -> Self {
        Self {
            repository: KnownRepository::Unknown,
            branches: vec!["main".into()],
            clusters: DeclaredClusters::Undeclared,
            sources: Vec::new(),
            unset_variables: UnsetVariables::Empty,
            limits: UnitLimits::default(),
        }
    }
}

/// What is known of the addresses of this repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownRepository {
    /// These are all of them.
    At(Vec<RepositoryUrl>),
    /// Nothing: a source whose path exists in the tree is taken for this repository.
    Unknown,
}

/// The clusters of Argo CD's secrets, which are not in the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeclaredClusters {
    /// These are all of them, the one that Argo CD runs in included.
    These(Vec<DeclaredCluster>),
    /// The caller declares none, so a generator that asks for them is not judged.
    Undeclared,
}

/// A cluster as Argo CD's secret describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeclaredCluster {
    /// Its name.
    pub name: Box<str>,
    /// The address of its API server.
    pub server: Box<str>,
    /// The project that it belongs to, empty if none.
    pub project: Box<str>,
    /// The labels of its secret.
    pub labels: Vec<(Box<str>, Box<str>)>,
    /// The annotations of its secret.
    pub annotations: Vec<(Box<str>, Box<str>)>,
}

/// A source of Flux, such as an OCIRepository, that holds a folder of this branch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSource {
    /// Its kind.
    pub kind: Box<str>,
    /// Its name.
    pub name: ObjectName,
    /// The folder that is its root.
    pub folder: RepoPath,
}

impl KnownSource {
    /// Whether a reference means it.
    pub(crate) fn is(&self, kind: &str, name: &ObjectName) -> bool {
        *self.kind == *kind && self.name == *name
    }
}

/// What kustomize-controller does about a variable without value and default (its feature gate
/// `StrictPostBuildSubstitutions`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnsetVariables {
    /// It becomes empty.
    #[default]
    Empty,
    /// The build stops.
    Refused,
}

/// The revision of a repository that a deployer follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// The branch of the tree.
    ThisBranch,
    /// A commit, which stays what it is.
    Commit(WrittenText),
    /// A tag, or a range of versions of tags.
    Tag(WrittenText),
    /// Another branch, or a name that may be one.
    Other(WrittenText),
}

impl Assumptions {
    /// The revision that a name of Argo CD's `targetRevision` means, or a branch of Flux.
    pub fn revision(&self, name: Option<&WrittenText>) -> Revision {
        let Some(name) = name.filter(|name| !name.text.is_empty()) else { return Revision::ThisBranch };
        let branch = name.text.strip_prefix("refs/heads/").unwrap_or(&name.text);
        if &*name.text == "HEAD" || self.branches.iter().any(|known| **known == *branch) {
            return Revision::ThisBranch;
        }
        let is_hexadecimal = name.text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hexadecimal && matches!(name.text.len(), 7..=40 | 64) {
            return Revision::Commit(name.clone());
        }
        if name.text.starts_with("refs/tags/") {
            return Revision::Tag(name.clone());
        }
        Revision::Other(name.clone())
    }
}

impl Revision {
    /// The name of a revision that is not the branch of the tree.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::ThisBranch => None,
            Self::Commit(name) | Self::Tag(name) | Self::Other(name) => Some(&name.text),
        }
    }
}

//! The kinds of files in a revision.

use kube_manifest::Node;
use source_files::RepoPath;

/// The kind of a file of a revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A file that may hold complete objects. One without objects is another tool's, and is not deployed.
    Manifest,
    /// The root of a kustomize folder.
    Kustomization,
    /// A patch: partial documents that a kustomization merges into complete ones.
    Patch,
    /// Partial documents in a folder of patches that no kustomization lists.
    Partial,
    /// Objects beside a test, which compares them with the cluster.
    Expectation,
    /// A file that a `configMapGenerator` or `secretGenerator` packs as data, whatever its content.
    GeneratorInput,
    /// A transformer, generator, validator or other configuration that only kustomize reads.
    KustomizeConfiguration,
    /// A part of a Helm chart.
    Chart(ChartMember),
    /// A file of helmfile. Its templates are not YAML.
    Helmfile,
}

/// The kind of a file in a Helm chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChartMember {
    /// `Chart.yaml` and `Chart.lock`.
    Metadata,
    /// Values that templates are filled in with.
    Values,
    /// A template.
    Template,
    /// A template of `templates/tests`.
    Test,
    /// A definition of `crds/`, which Helm applies as it is.
    CustomResourceDefinition,
    /// A file of `files/`, which templates read as text.
    Data,
}

/// The list in which a kustomization names a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Naming {
    /// Its resources: it deploys the file.
    Resource,
    /// Its patches.
    Patch,
    /// Its own configurations.
    Configuration,
    /// The data of a generator.
    Input,
    /// The values of a chart that it inflates.
    Values,
}

/// The kind of a file's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderKind {
    /// Any other folder.
    Plain,
    /// A folder called `patches`.
    Patches,
    /// A folder of tests, by its name, or because a test of chainsaw or kuttl is in it or above it.
    Tests,
}

impl FolderKind {
    /// The files that make a folder one of tests.
    pub const TESTS: [&'static str; 4] =
        ["chainsaw-test.yaml", "chainsaw-test.yml", "kuttl-test.yaml", "kyverno-test.yaml"];
    /// The names of folders of tests.
    pub const TEST_FOLDERS: [&'static str; 5] = [".chainsaw-test", "chainsaw", "kuttl", "testdata", "tests"];
    /// The name of a folder of patches.
    pub const PATCHES: &'static str = "patches";
}

/// The facts that decide the kind of a file.
#[derive(Clone, Copy, Debug)]
pub struct FileFacts<'a> {
    /// Its path.
    pub path: &'a RepoPath,
    /// Says whether kustomize takes it for the root of its folder.
    pub is_kustomization: bool,
    /// The strongest naming by a kustomization.
    pub naming: Option<Naming>,
    /// The folder of the chart that it belongs to.
    pub chart: Option<&'a str>,
    /// The kind of its own folder.
    pub surroundings: FolderKind,
}

impl FileKind {
    /// Decides the kind of a file. A file that a kustomization deploys is a manifest, whatever else names it.
    pub fn decide(facts: FileFacts<'_>) -> Self {
        if facts.is_kustomization {
            return Self::Kustomization;
        }
        match facts.naming {
            Some(Naming::Resource) => return Self::Manifest,
            Some(Naming::Patch) => return Self::Patch,
            Some(Naming::Configuration) => return Self::KustomizeConfiguration,
            Some(Naming::Input) => return Self::GeneratorInput,
            Some(Naming::Values) => return Self::Chart(ChartMember::Values),
            None => {}
        }
        if let Some(member) = facts.chart.and_then(|folder| member_of_chart(folder, facts.path)) {
            return Self::Chart(member);
        }
        match facts.surroundings {
            FolderKind::Patches => Self::Partial,
            FolderKind::Tests => Self::Expectation,
            FolderKind::Plain if is_helmfile(facts.path) => Self::Helmfile,
            FolderKind::Plain => Self::Manifest,
        }
    }

    /// Returns true if a tool reads the file as its own text, so that unreadable text in it is not a problem of a
    /// manifest.
    pub fn is_data(self) -> bool {
        match self {
            Self::GeneratorInput | Self::Chart(ChartMember::Data) => true,
            Self::Manifest
            | Self::Kustomization
            | Self::Patch
            | Self::Partial
            | Self::Expectation
            | Self::KustomizeConfiguration
            | Self::Chart(
                ChartMember::Metadata
                | ChartMember::Values
                | ChartMember::Template
                | ChartMember::Test
                | ChartMember::CustomResourceDefinition,
            )
            | Self::Helmfile => false,
        }
    }
}

/// Returns the kind of a path below the folder of a chart (Helm's `chartutil`).
fn member_of_chart(folder: &str, path: &RepoPath) -> Option<ChartMember> {
    let inside = if folder.is_empty() { Some(path.as_str()) } else { path.as_str().strip_prefix(folder) };
    let inside = inside?.trim_start_matches('/');
    let name = path.file_name();
    match inside.split_once('/') {
        Some(("templates", rest)) if rest.starts_with("tests/") => Some(ChartMember::Test),
        Some(("templates", _)) => Some(ChartMember::Template),
        Some(("crds", _)) => Some(ChartMember::CustomResourceDefinition),
        Some(("files", _)) => Some(ChartMember::Data),
        Some(("ci", _)) if name.ends_with("values.yaml") => Some(ChartMember::Values),
        None if matches!(name, "Chart.yaml" | "Chart.lock" | "requirements.yaml" | "requirements.lock") => {
            Some(ChartMember::Metadata)
        }
        None if name.starts_with("values") => Some(ChartMember::Values),
        Some(_) | None => None,
    }
}

fn is_helmfile(path: &RepoPath) -> bool {
    let name = path.file_name();
    let of_name = name.starts_with("helmfile") && (name.contains(".yaml") || name.contains(".yml"));
    of_name || path.parent().rsplit('/').next() == Some("helmfile.d") || name.ends_with(".gotmpl")
}

/// Returns true if a `Chart.yaml` describes a chart. Under that name kubectl applies anything that has a kind, and a
/// file that is not a description must not turn the templates beside it into files that are not judged.
pub fn is_chart_metadata(documents: &[Node]) -> bool {
    match documents {
        [only] => only.get("kind").is_none() && only.get("name").is_some(),
        [] | [_, _, ..] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(path: &str, naming: Option<Naming>, chart: Option<&str>) -> FileKind {
        let path = &RepoPath::new(path);
        let surroundings = FolderKind::Plain;
        FileKind::decide(FileFacts { path, is_kustomization: false, naming, chart, surroundings })
    }

    #[test]
    fn what_is_deployed_is_a_manifest_whatever_else_names_it() {
        assert_eq!(decide("c/templates/a.yaml", Some(Naming::Resource), Some("c")), FileKind::Manifest);
        assert!(Naming::Resource < Naming::Patch && Naming::Patch < Naming::Input);
    }

    #[test]
    fn only_what_is_inside_a_chart_belongs_to_it() {
        let member = |path| decide(path, None, Some("charts/web"));
        assert_eq!(member("charts/web/templates/a.yaml"), FileKind::Chart(ChartMember::Template));
        assert_eq!(member("charts/web/templates/tests/a.yaml"), FileKind::Chart(ChartMember::Test));
        assert_eq!(member("charts/web/values-prod.yaml"), FileKind::Chart(ChartMember::Values));
        assert_eq!(member("charts/web/crds/a.yaml"), FileKind::Chart(ChartMember::CustomResourceDefinition));
        assert_eq!(member("charts/web/a.yaml"), FileKind::Manifest);
        assert_eq!(decide("values.yaml", None, None), FileKind::Manifest);
    }

    #[test]
    fn helmfiles_are_known_by_their_names() {
        for path in
            ["helmfile.yaml", "apps/helmfile.yaml.gotmpl", "helmfile.d/01-db.yaml", "env/x.yaml.gotmpl"]
        {
            assert_eq!(decide(path, None, None), FileKind::Helmfile, "{path}");
        }
    }
}

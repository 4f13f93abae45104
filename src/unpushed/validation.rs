//! Files and folders, judged by the schemas of Kubernetes versions and nothing else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::error::UnpushedError;
use super::folder::Folder;
use crate::checks::{CheckSet, Family, Meta};
use crate::finding::Severity;
use crate::gate::load_policy_document;
use crate::pipeline::Targets;
use crate::policy::{CheckRule, Enforcement, ManifestsEntry, PolicyDocument, ProfileName, Scope};
use crate::report::Section;
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};

/// A validation, as a command line asks for it.
#[derive(Debug)]
pub struct AskedValidation {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The Kubernetes versions to be valid for.
    pub versions: String,
    /// The folder with the installed definitions.
    pub definitions: Option<PathBuf>,
}

impl AskedValidation {
    /// Judges the files.
    pub fn judge(&self) -> Result<Section, UnpushedError> {
        let definitions = self.definitions.as_deref().map(folder_name).transpose()?;
        let mut paths = self.paths.clone();
        paths.extend(self.definitions.clone());
        let folder = Folder::read(&paths)?;
        let governing = load_policy_document("the command line", policy(definitions))?;
        let cluster = ClusterTarget {
            name: ClusterName::fallback(),
            versions: parse_versions(&self.versions)?,
            cloud: Cloud::default(),
            definitions: definitions.map(Box::from),
        };
        let targets = Targets { clusters: vec![cluster], ..governing.targets };
        folder.judge(targets, &governing.policy)
    }
}

/// The policy of a validation: only the checks that ask whether the cluster accepts the objects. The definitions themselves
/// are not judged.
fn policy(definitions: Option<&str>) -> PolicyDocument {
    let exclude = definitions.map(|folder| format!("{}/**", globset::escape(folder)));
    let mut checks = BTreeMap::new();
    for check in CheckSet::shared() {
        checks.insert(check.meta.id.to_string(), rule_of(check.meta));
    }
    PolicyDocument {
        profile: Some(ProfileName::Audit),
        manifests: Some(ManifestsEntry { include: None, exclude: exclude.into_iter().collect() }),
        checks,
        ..PolicyDocument::default()
    }
}

fn rule_of(check: &Meta) -> CheckRule {
    match check.family {
        // A source that no one renders is reported, but is not an error of the files.
        Family::Manifest if check.id == "unrendered-source" => enforce(Enforcement::Warn),
        // Objects that Kubernetes only discourages have low severity.
        Family::Manifest | Family::Schema => CheckRule {
            scopes: vec![Scope {
                paths: Vec::new(),
                clusters: Vec::new(),
                severities: vec![Severity::Low],
                enforce: Enforcement::Warn,
            }],
            ..enforce(Enforcement::Deny)
        },
        Family::Rbac
        | Family::Exposure
        | Family::Image
        | Family::Commit
        | Family::Approval
        | Family::Policy => enforce(Enforcement::Off),
    }
}

fn enforce(enforcement: Enforcement) -> CheckRule {
    CheckRule { enforce: Some(enforcement), ..CheckRule::default() }
}

/// The name of a folder as its files are named, without `./` before it and `/` behind it.
fn folder_name(path: &Path) -> Result<&str, UnpushedError> {
    let name = path.to_str().ok_or_else(|| UnpushedError::Encoding(path.to_path_buf()))?;
    Ok(name.trim_start_matches("./").trim_end_matches('/'))
}

fn parse_versions(text: &str) -> Result<Vec<KubernetesVersion>, UnpushedError> {
    KubernetesVersion::parse_list(text).ok_or_else(|| UnpushedError::Versions(text.to_owned()))
}

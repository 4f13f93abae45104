//! `validate`: files and folders against the schemas of Kubernetes versions, nothing else.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::error::{CommandError, Exit};
use super::files::Folder;
use super::output::Destination;
use crate::checks::{CheckSet, Family, Meta};
use crate::cli::ValidateArguments;
use crate::gate::load_policy_text;
use crate::pipeline::Targets;
use crate::report::Report;
use kube_model::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};

pub(super) fn run(arguments: &ValidateArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let mut paths =
        if arguments.paths.is_empty() { vec![PathBuf::from(".")] } else { arguments.paths.clone() };
    let definitions = arguments.definitions.as_deref().map(folder_name).transpose()?;
    paths.extend(arguments.definitions.clone());
    let folder = Folder::read(&paths)?;
    let governing = load_policy_text("the command line", &policy(definitions.as_deref()))?;
    let cluster = ClusterTarget {
        name: ClusterName::fallback(),
        versions: versions(&arguments.kubernetes_version)?,
        cloud: Cloud::default(),
        definitions: definitions.map(String::into_boxed_str),
    };
    let targets = Targets { clusters: vec![cluster], ..governing.targets };
    let sections = vec![folder.judge(targets, &governing.policy)?];
    Destination::of(&arguments.report).write(&Report { sections, elapsed: begin.elapsed(), requests: 0 })
}

/// The checks that ask whether the cluster takes the objects, and no others. What Kubernetes only
/// discourages has low severity and warns.
fn policy(definitions: Option<&str>) -> String {
    let mut text = String::from("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\n");
    if let Some(folder) = definitions {
        let pattern = serde_json::Value::from(format!("{}/**", globset::escape(folder)));
        let _ = writeln!(text, "manifests: {{exclude: [{pattern}]}}");
    }
    text.push_str("checks:\n");
    for check in CheckSet::shared() {
        let _ = writeln!(text, "  {}: {}", check.meta.id, rule(check.meta));
    }
    text
}

/// A folder as its files are named, without `./` before it and `/` behind it.
fn folder_name(path: &Path) -> Result<String, CommandError> {
    let unreadable = || CommandError::Argument(format!("the name of {} is not UTF-8", path.display()));
    let name = path.to_str().ok_or_else(unreadable)?;
    Ok(name.trim_start_matches("./").trim_end_matches('/').to_owned())
}

fn rule(check: &Meta) -> &'static str {
    match check.family {
        // What no one renders is said, and is not an error of the files.
        Family::Manifest if check.id == "unrendered-source" => "{enforce: warn}",
        Family::Manifest | Family::Schema => "{enforce: deny, scopes: [{severities: [low], enforce: warn}]}",
        Family::Rbac
        | Family::Exposure
        | Family::Image
        | Family::Commit
        | Family::Approval
        | Family::Policy => "{enforce: off}",
    }
}

fn versions(text: &str) -> Result<Vec<KubernetesVersion>, CommandError> {
    KubernetesVersion::parse_list(text).ok_or_else(|| {
        let (oldest, newest) = (KubernetesVersion::OLDEST, KubernetesVersion::NEWEST);
        let message = format!(
            "`{text}` is not a list of versions: write `1.36` or `1.35,1.36`, from {oldest} to \
                {newest}"
        );
        CommandError::Argument(message)
    })
}

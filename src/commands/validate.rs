//! `validate`: files and folders against the schemas of Kubernetes versions, nothing else.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Instant;

use super::error::{CommandError, Exit};
use super::files::Folder;
use super::gate::load_policy_text;
use super::output::Destination;
use crate::checks::{Family, Meta, REGISTRY};
use crate::cli::ValidateArguments;
use crate::kube::{Cloud, ClusterName, ClusterTarget, KubernetesVersion};
use crate::pipeline::Targets;
use crate::report::Report;

pub(super) fn run(arguments: &ValidateArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let here = [PathBuf::from(".")];
    let paths = if arguments.paths.is_empty() { &here } else { arguments.paths.as_slice() };
    let folder = Folder::read(paths)?;
    let governing = load_policy_text("the command line", &policy())?;
    let cluster = ClusterTarget {
        name: ClusterName::fallback(),
        versions: versions(&arguments.kubernetes_version)?,
        cloud: Cloud::default(),
        definitions: None,
    };
    let targets = Targets { clusters: vec![cluster], ..governing.targets };
    let sections = vec![folder.judge(targets, &governing.policy)?];
    Destination::of(&arguments.report).write(&Report { sections, elapsed: begin.elapsed(), requests: 0 })
}

/// The checks that ask whether the cluster takes the objects, and no others. What Kubernetes only
/// discourages has low severity and warns.
fn policy() -> String {
    let mut text = String::from("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\nchecks:\n");
    for check in REGISTRY {
        let _ = writeln!(text, "  {}: {}", check.meta.id, rule(check.meta));
    }
    text
}

fn rule(check: &Meta) -> &'static str {
    match check.family {
        // What nobody renders is said, and is no error of the files.
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
        let message =
            format!("`{text}` names no versions: write `1.36` or `1.35,1.36`, from {oldest} to {newest}");
        CommandError::Argument(message)
    })
}

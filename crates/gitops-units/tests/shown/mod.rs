//! What a tree deploys, as text.

use std::fmt::Write;

use gitops_units::{
    Authority, DeployedUnit, Deployment, DestinationCluster, DirectoryDepth, FoundUnits, Looks,
    OtherVariables, UnitRenderer, UnitRendering, UnitSource, VariableValue, deploy, deploy_after, find_units,
};
use kube_manifest::Node;
use kustomize::{BuildStep, FileTree, RenderOptions, Writings, to_yaml};

use super::case_tree::CaseTree;

/// How much is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Values alone.
    Values,
    /// And who wrote those that are not as they are in a manifest.
    Origins,
}

/// The units of a tree and their objects.
pub fn show(case: &CaseTree, detail: Detail) -> String {
    let deployment = deploy(case, &case.declarations, RenderOptions::default(), &case.assumptions);
    let mut text = String::new();
    for reason in &deployment.unjudged {
        writeln!(text, "# There may be more units: {reason}.").unwrap();
    }
    show_units(&deployment, detail, &mut text);
    text
}

fn show_units(deployment: &Deployment, detail: Detail, text: &mut String) {
    for rendered in &deployment.units {
        show_unit(&rendered.unit, detail, text);
        match rendered.outcome.as_ref() {
            Ok(rendering) => show_rendering(rendering, detail, text),
            Err(failed) => writeln!(text, "# no rendering: {}", failed.error).unwrap(),
        }
    }
}

fn show_unit(unit: &DeployedUnit, detail: Detail, text: &mut String) {
    let deployer = &unit.deployer;
    write!(text, "### {} {}", deployer.kind, deployer.name).unwrap();
    if let Some(set) = &deployer.set {
        write!(text, " of ApplicationSet {set}").unwrap();
    }
    if detail == Detail::Origins
        && let (Some(file), Some(line)) = (deployer.file(), deployer.line())
    {
        write!(text, " at {file}:{line}").unwrap();
    }
    text.push('\n');
    writeln!(text, "# source: {}", source(&unit.source)).unwrap();
    let own = match &unit.destination.cluster {
        DestinationCluster::Own => "",
        other if other.is_own() => " (own)",
        _ => "",
    };
    let destination = format!("{}{own}", cluster(&unit.destination.cluster));
    let namespace = unit.destination.namespace.as_ref().map_or("none", |namespace| &namespace.text);
    writeln!(text, "# destination: {destination}, namespace {namespace}").unwrap();
    match &unit.authority {
        Authority::Tool => {}
        Authority::Project(name) => writeln!(text, "# project: {}", name.text).unwrap(),
        Authority::ServiceAccount(name) => writeln!(text, "# service account: {}", name.text).unwrap(),
    }
    for name in &unit.depends_on {
        writeln!(text, "# depends on: {name}").unwrap();
    }
    if detail == Detail::Origins {
        show_variables(unit, text);
    }
    for reason in &unit.unjudged {
        writeln!(text, "# not known: {reason}").unwrap();
    }
}

fn show_variables(unit: &DeployedUnit, text: &mut String) {
    let Some(substitutions) = &unit.substitutions else { return };
    for (name, variable) in &substitutions.variables {
        match &variable.value {
            VariableValue::Known(value) => writeln!(text, "# variable: {name}={value}").unwrap(),
            VariableValue::Unknown => writeln!(text, "# variable: {name} is not known").unwrap(),
        }
    }
    if substitutions.others == OtherVariables::Possible {
        writeln!(text, "# variable: others are possible").unwrap();
    }
}

fn source(source: &UnitSource) -> String {
    match source {
        UnitSource::Kustomization { folder, .. } => format!("kustomization {folder}"),
        UnitSource::Directory { folder, options } => {
            let depth = match options.depth {
                DirectoryDepth::Folder => "files of",
                DirectoryDepth::Tree => "everything below",
            };
            format!("{depth} {folder}")
        }
        UnitSource::Flux { folder, .. } => format!("Flux path {folder}"),
        UnitSource::Unjudged(reason) => format!("not known: {reason}"),
    }
}

fn cluster(cluster: &DestinationCluster) -> String {
    match cluster {
        DestinationCluster::Own => "own cluster".to_owned(),
        DestinationCluster::Server(server) => format!("server {}", server.text),
        DestinationCluster::Name(name) => format!("cluster {}", name.text),
        DestinationCluster::KubeConfigSecret(name) => format!("kubeconfig of Secret {}", name.text),
        DestinationCluster::KubeConfigMap(name) => format!("kubeconfig of ConfigMap {}", name.text),
        DestinationCluster::Both => "both a server and a name".to_owned(),
    }
}

fn show_rendering(rendering: &UnitRendering, detail: Detail, text: &mut String) {
    for part in &rendering.unrendered {
        writeln!(text, "# not rendered: {}", part.part).unwrap();
    }
    for reason in &rendering.unjudged {
        writeln!(text, "# not known: {reason}").unwrap();
    }
    let comment =
        |node: &Node| (detail == Detail::Origins).then(|| origin(&rendering.writings, node)).flatten();
    for object in &rendering.objects {
        text.push_str("---\n");
        text.push_str(&to_yaml(std::iter::once(&object.node), &comment));
    }
}

/// The file, line and step of a value that is not as it is in a manifest.
fn origin(writings: &Writings, node: &Node) -> Option<String> {
    let unknown = if node.is_unknown() { "not known; " } else { "" };
    let chain: Vec<String> = writings
        .chain(node.origin)
        .map(|(origin, writing)| {
            let file = writings.file(origin).unwrap();
            format!("{}:{} {:?}", file.path, writings.line(origin).unwrap(), writing.step)
        })
        .collect();
    let step = writings.writing(node.origin)?.step;
    (step != BuildStep::Manifest || !unknown.is_empty()).then(|| format!("{unknown}{}", chain.join(" < ")))
}

/// Compares the renderings of units that are in two trees and have the same looks in both. Gives their number.
pub fn compare_looks(name: &str, before: &CaseTree, after: &CaseTree) -> usize {
    let old = deploy(before, &before.declarations, RenderOptions::default(), &before.assumptions);
    compare_units(name, before, after);
    compare_after(name, &old, after);
    let renderer = UnitRenderer::new(after, RenderOptions::default(), &after.assumptions);
    let mut compared = 0;
    for rendered in &old.units {
        let looks = match rendered.outcome.as_ref() {
            Ok(rendering) => &rendering.looks,
            Err(failed) => &failed.looks,
        };
        if !is_the_same_in(looks, after) {
            continue;
        }
        compared += 1;
        let text = |outcome: &Result<UnitRendering, gitops_units::FailedRendering>| {
            let mut text = String::new();
            match outcome {
                Ok(rendering) => show_rendering(rendering, Detail::Origins, &mut text),
                Err(failed) => text.push_str(&failed.error.to_string()),
            }
            text
        };
        let again = text(&renderer.render(&rendered.unit));
        assert_eq!(text(rendered.outcome.as_ref()), again, "{name}: {}", rendered.unit.deployer.name);
    }
    compared
}

/// The same declarations and the same looks give the same units.
fn compare_units(name: &str, before: &CaseTree, after: &CaseTree) {
    let found = find_units(before, &before.declarations, &before.assumptions);
    if !is_the_same_in(&found.looks, after) {
        return;
    }
    let text = |found: &FoundUnits| {
        let mut text = String::new();
        found.units.iter().for_each(|unit| show_unit(unit, Detail::Origins, &mut text));
        text
    };
    let again = find_units(after, &before.declarations, &before.assumptions);
    assert_eq!(text(&found), text(&again), "{name}");
}

/// What is deployed after a change is the same with and without what was rendered before it.
fn compare_after(name: &str, old: &Deployment, after: &CaseTree) {
    let options = RenderOptions::default();
    let scratch = deploy(after, &after.declarations, options, &after.assumptions);
    let taken = deploy_after(after, &after.declarations, options, &after.assumptions, old);
    let text = |deployment: &Deployment| {
        let mut text = String::new();
        show_units(deployment, Detail::Origins, &mut text);
        text
    };
    assert_eq!(text(&scratch), text(&taken), "{name}");
}

fn is_the_same_in(looks: &Looks, tree: &dyn FileTree) -> bool {
    looks.entries.iter().all(|(path, entry)| tree.look(path).as_ref() == Ok(entry))
        && looks.listings.iter().all(|(folder, names)| tree.list(folder).as_ref() == Ok(names))
}

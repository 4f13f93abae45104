//! Says what a checkout deploys: the number of units by source and reason, of objects, and the time that it takes.
//!
//! usage: deploy_all [--units] [--clusters FILE] [--repository URL]... FOLDER
//!
//! A line of the file of clusters is `name server key=value...`, with the labels of its secret.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a program for developers"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use gitops_units::{
    Assumptions, Declaration, DeclarationKind, DeclaredCluster, DeclaredClusters, Deployment,
    KnownRepository, RepositoryUrl, UnitRenderError, UnitSource, deploy,
};
use kube_manifest::{Limits, parse};
use kustomize::{MemoryTree, RenderOptions};
use source_files::RepoPath;

struct Arguments {
    folder: PathBuf,
    lists_units: bool,
    assumptions: Assumptions,
}

fn read_arguments() -> Arguments {
    let (mut folder, mut lists_units, mut assumptions) = (PathBuf::new(), false, Assumptions::default());
    assumptions.branches.push("master".into());
    let mut known = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--units" => lists_units = true,
            "--repository" => known.push(RepositoryUrl::new(&arguments.next().unwrap_or_default())),
            "--clusters" => {
                let text = std::fs::read_to_string(arguments.next().unwrap_or_default());
                let text = text.expect("the file of clusters is text");
                assumptions.clusters = DeclaredClusters::These(text.lines().map(read_cluster).collect());
            }
            _ => folder = PathBuf::from(argument),
        }
    }
    if !known.is_empty() {
        assumptions.repository = KnownRepository::At(known);
    }
    Arguments { folder, lists_units, assumptions }
}

fn read_cluster(line: &str) -> DeclaredCluster {
    let mut words = line.split_whitespace();
    let mut next = || words.next().unwrap_or_default().into();
    let (name, server) = (next(), next());
    let labels = words.filter_map(|word| word.split_once('='));
    let labels = labels.map(|(key, value)| (key.into(), value.into())).collect();
    DeclaredCluster { name, server, labels, ..DeclaredCluster::default() }
}

fn load(folder: &Path, prefix: &str, tree: &mut MemoryTree, declarations: &mut Vec<Arc<Declaration>>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let name = format!("{prefix}{name}");
        if path.is_symlink() {
            let target = std::fs::read_link(&path).expect("a link");
            tree.add_link(RepoPath::new(&name), target.to_string_lossy().as_bytes());
        } else if path.is_dir() && name != ".git" {
            load(&path, &format!("{name}/"), tree, declarations);
        } else if path.is_file() {
            let bytes = std::fs::read(&path).expect("a file");
            if [".yaml", ".yml"].iter().any(|end| name.ends_with(end)) {
                declare(&name, &bytes, declarations);
            }
            tree.add(RepoPath::new(&name), bytes);
        }
    }
}

fn declare(name: &str, bytes: &[u8], declarations: &mut Vec<Arc<Declaration>>) {
    let path = RepoPath::new(name);
    for object in parse(bytes.to_vec(), &Limits::default()).objects {
        if DeclarationKind::of(&object.api_version, &object.kind).is_some() {
            declarations.push(Arc::new(Declaration::in_file(&path, &object)));
        }
    }
}

fn count(deployment: &Deployment) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut add = |key: String, number: usize| *counts.entry(key).or_default() += number;
    for rendered in &deployment.units {
        add("units".to_owned(), 1);
        let kind = match &rendered.unit.source {
            UnitSource::Kustomization { .. } => "source: kustomization",
            UnitSource::Directory { .. } => "source: directory",
            UnitSource::Flux { .. } => "source: Flux path",
            UnitSource::Unjudged(_) => "source: not known",
        };
        add(kind.to_owned(), 1);
        match rendered.outcome.as_ref() {
            Ok(rendering) => {
                add("rendered".to_owned(), 1);
                add("objects".to_owned(), rendering.objects.len());
                for part in &rendering.unrendered {
                    add(format!("part: {}", first_words(&part.part.to_string())), 1);
                }
            }
            Err(failed) => {
                let kind =
                    if matches!(failed.error, UnitRenderError::Refused(_)) { "refused" } else { "reason" };
                add(format!("{kind}: {}", first_words(&failed.error.to_string())), 1);
            }
        }
    }
    counts
}

/// A reason without what it is about.
fn first_words(reason: &str) -> String {
    let mut quoted = false;
    reason
        .chars()
        .filter(|next| {
            let was = quoted;
            if *next == '`' {
                quoted = !quoted;
            }
            !was || *next == '`'
        })
        .collect()
}

fn main() {
    let arguments = read_arguments();
    let (mut tree, mut declarations) = (MemoryTree::new(), Vec::new());
    load(&arguments.folder, "", &mut tree, &mut declarations);
    eprintln!("{} declarations", declarations.len());
    let started = Instant::now();
    let deployment = deploy(&tree, &declarations, RenderOptions::default(), &arguments.assumptions);
    let elapsed = started.elapsed();
    if arguments.lists_units {
        for rendered in &deployment.units {
            let deployer = &rendered.unit.deployer;
            let place = deployer.file().map(|file| format!("{file}:{}", deployer.line().unwrap_or_default()));
            let outcome = match rendered.outcome.as_ref() {
                Ok(rendering) => format!("{} objects", rendering.objects.len()),
                Err(failed) => failed.error.to_string(),
            };
            let folder = rendered.unit.folder().map(RepoPath::as_str).unwrap_or_default();
            println!(
                "{} {} {} [{folder}] {outcome}",
                deployer.kind,
                deployer.name,
                place.unwrap_or_default()
            );
        }
    }
    for (key, number) in count(&deployment) {
        println!("{number:8} {key}");
    }
    for reason in &deployment.unjudged {
        println!("         {reason}");
    }
    println!("{elapsed:?}");
}

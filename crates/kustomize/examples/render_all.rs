//! Renders folders of a checkout: reads their paths from standard input, writes one JSON line for each.
//!
//! usage: render_all [--restrictor none|root] [--kustomize-version V] [--quiet|--timed] FOLDER < ROOTS
//!
//! With --timed, every root is rendered ten times alone, each time from its files, and the time is printed.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::expect_used,
    reason = "a program for developers"
)]

mod disk;

use std::io::Read;
use std::path::PathBuf;

use kustomize::{LoadRestrictor, RenderOptions, Renderer, canonical};
use source_files::RepoPath;

use disk::Disk;

/// The best of ten renders.
fn print_time(tree: &Disk, path: &RepoPath, options: RenderOptions) {
    let mut best = std::time::Duration::MAX;
    let mut objects = 0;
    for _ in 0..10 {
        let started = std::time::Instant::now();
        let rendering = Renderer::new(tree).render(path, options);
        best = best.min(started.elapsed());
        objects = rendering.map_or(0, |rendering| rendering.objects.len());
    }
    println!("{path}: {objects} objects, {best:?}");
}

fn main() {
    let (mut options, mut folder) = (RenderOptions::default(), None);
    let (mut is_quiet, mut is_timed) = (false, false);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--restrictor" => {
                let is_none = arguments.next().as_deref() == Some("none");
                options.restrictor = if is_none { LoadRestrictor::None } else { LoadRestrictor::RootOnly };
            }
            "--kustomize-version" => {
                let version = arguments.next().unwrap_or_default().parse();
                options.version = version.unwrap_or_else(|error| {
                    eprintln!("{error}");
                    std::process::exit(2)
                });
            }
            "--quiet" => is_quiet = true,
            "--timed" => is_timed = true,
            _ => folder = Some(PathBuf::from(argument)),
        }
    }
    let mut roots = String::new();
    std::io::stdin().read_to_string(&mut roots).expect("standard input is text");
    let tree = Disk(folder.expect("a folder is named"));
    let renderer = Renderer::new(&tree);
    for root in roots.lines() {
        let path = RepoPath::new(if root == "." { "" } else { root });
        if is_timed {
            print_time(&tree, &path, options);
            continue;
        }
        let rendering = renderer.render(&path, options);
        if is_quiet {
            continue;
        }
        let line = match rendering {
            Ok(rendering) => {
                let unrendered: Vec<String> =
                    rendering.unrendered.iter().map(|part| part.part.to_string()).collect();
                let objects: Vec<_> =
                    rendering.objects.iter().map(|object| canonical(&object.node)).collect();
                serde_json::json!({"root": root, "objects": objects, "unrendered": unrendered})
            }
            Err(error) => serde_json::json!({"root": root, "error": error.to_string()}),
        };
        println!("{line}");
    }
}

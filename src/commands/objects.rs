//! `objects`: the objects that the gate reads in a file, one JSON object a line.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::json;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::{ObjectsArguments, ReadingArgument};
use crate::git::{BLOB_LIMIT, Repository};
use kube_manifest::{Limits, Manifest, Reading, parse};

pub(super) fn run(arguments: &ObjectsArguments) -> Result<Exit, CommandError> {
    let bytes = read(arguments)?;
    let reading = match arguments.reading {
        ReadingArgument::Kubectl => Reading::Kubectl,
        ReadingArgument::Kustomize => Reading::Kustomize,
    };
    let manifest = parse(bytes, &Limits::default());
    print(&render(arguments, &manifest, reading))?;
    for problem in &manifest.problems {
        let at = manifest.source.position(problem.span.start);
        super::complain(&format!("{}:{}:{}: {}", arguments.source, at.line, at.column, problem.reason));
    }
    let stops = manifest.problems.iter().any(|problem| problem.refusal.includes(reading));
    Ok(if stops { Exit::Undecided } else { Exit::Accept })
}

fn render(arguments: &ObjectsArguments, manifest: &Manifest, reading: Reading) -> String {
    let mut text = String::new();
    for object in manifest.objects_of(reading) {
        let record = json!({
            "file": arguments.source,
            "line": object.position(&object.root).line,
            "reading": reading.as_str(),
            "object": object.root.to_json(),
        });
        let _ = writeln!(text, "{record}");
    }
    text
}

/// Reads the source. A file that exists is a file; anything else with a colon is `REV:PATH`.
fn read(arguments: &ObjectsArguments) -> Result<Vec<u8>, CommandError> {
    let path = Path::new(&arguments.source);
    let named = arguments.source.split_once(':').filter(|_| !path.exists());
    let Some((revision, file)) = named else {
        return std::fs::read(path).map_err(CommandError::file(path));
    };
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let commit = repository.revision(revision)?;
    let snapshot = repository.snapshot(&repository.tree_of(&commit)?)?;
    let entry =
        snapshot.file(file).ok_or_else(|| CommandError::usage(format!("{revision} has no file {file}")))?;
    repository.blob(&entry.id).map_err(CommandError::usage)
}

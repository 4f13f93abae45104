//! `policy`: the schema for editors, and the effect of a file.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use super::error::{CommandError, Exit};
use super::output::print;
use crate::checks::CheckSet;
use crate::cli::{PolicyArguments, PolicyCommand, SchemaOf};
use crate::finding::Severity;
use crate::gate::{Governing, load_policy_file, load_profile, load_without_repository};
use crate::git::{BLOB_LIMIT, Repository};
use crate::policy::{PolicyDocument, WaivedFinding, WaiversDocument};
use crate::self_test::{GuardedRefs, ShadowRef, ShortPattern};

pub(super) fn run(arguments: &PolicyArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        PolicyCommand::Schema { of } => print(&render_schema(*of))?,
        PolicyCommand::Show { file: _, profile: Some(profile), server: _ } => {
            print(&list_enforcement(&load_profile(profile)?))?;
        }
        PolicyCommand::Show { file, profile: None, server: true } => {
            print(&describe(&load_without_repository(Some(file))?, file))?;
        }
        PolicyCommand::Show { file, profile: None, server: false } => {
            print(&describe(&load_policy_file(file)?, file))?;
        }
    }
    Ok(Exit::Accept)
}

/// Renders the JSON Schema of a file.
pub(super) fn render_schema(of: SchemaOf) -> String {
    format!("{:#}\n", schema_of(of))
}

/// Makes the JSON Schema of a file.
pub(super) fn schema_of(of: SchemaOf) -> Value {
    match of {
        SchemaOf::Policy => schemars::schema_for!(PolicyDocument).to_value(),
        SchemaOf::Waivers => schemars::schema_for!(WaiversDocument).to_value(),
    }
}

fn describe(governing: &Governing, file: &Path) -> String {
    let mut text = list_enforcement(governing);
    text.push_str(&list_empty_clusters(governing, file));
    text.push_str(&list_guarded_refs(governing, file));
    text
}

/// Lists what each check does, with the line that says so.
fn list_enforcement(governing: &Governing) -> String {
    let width = CheckSet::shared().iter().map(|check| check.meta.id.as_str().len()).max().unwrap_or(0);
    let today = chrono::NaiveDate::MIN;
    let lines = CheckSet::shared().iter().filter_map(|check| {
        let finding = WaivedFinding::of_check(check.meta.id, Severity::High);
        let decision = governing.policy.decide(&finding, None, today)?;
        let origin = decision.origin;
        let enforcement = decision.enforcement.as_str();
        Some(format!("{:width$}  {enforcement:8} {}:{}\n", check.meta.id, origin.path, origin.line))
    });
    lines.collect()
}

/// Lists the refs that the policy guards today; says nothing outside a repository.
fn list_guarded_refs(governing: &Governing, file: &Path) -> String {
    let Ok(repository) = Repository::discover(folder_of(file), BLOB_LIMIT) else { return String::new() };
    let refs = match GuardedRefs::find(&repository, &governing.policy) {
        Ok(refs) => refs,
        Err(error) => return format!("note: could not list the protected refs: {error}\n"),
    };
    let mut notes = String::new();
    for ShortPattern { pattern, full_name } in &refs.short {
        let _ = writeln!(
            notes,
            "note: `{pattern}` under `protected:` is not the full name of a ref; did you mean `{full_name}`?"
        );
    }
    for pattern in &refs.unmatched {
        let _ = writeln!(notes, "note: `{pattern}` under `protected:` matches no ref");
    }
    for ShadowRef { name, branch } in &refs.shadows {
        let _ = writeln!(notes, "note: {name} can be taken for {branch}: delete it");
    }
    format!("protected now: {}\n{notes}", refs.guarded)
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Names the clusters whose paths match no file of the last commit; says nothing outside a repository.
fn list_empty_clusters(governing: &Governing, file: &Path) -> String {
    let Ok(repository) = Repository::discover(folder_of(file), BLOB_LIMIT) else { return String::new() };
    let commit = repository.revision("HEAD").and_then(|commit| repository.tree_of(&commit));
    let Ok(snapshot) = commit.and_then(|tree| repository.snapshot(&tree)) else { return String::new() };
    let empty = governing.targets.selection.clusters_without_files(&snapshot);
    let lines = empty.iter().map(|name| format!("note: no file matches the paths of cluster {name}\n"));
    lines.collect()
}

//! `policy`: schema for editors, and what a file amounts to.

use super::error::{CommandError, Exit};
use super::gate::load_policy_file;
use super::output::print;
use crate::checks::REGISTRY;
use crate::cli::{PolicyArguments, PolicyCommand, SchemaOf};
use crate::finding::Severity;
use crate::policy::{PolicyDocument, WaivedFinding, WaiversDocument};

pub(super) fn run(arguments: &PolicyArguments) -> Result<Exit, CommandError> {
    match &arguments.command {
        PolicyCommand::Schema { of } => print(&schema(*of))?,
        PolicyCommand::Show { file } => print(&show(file)?)?,
    }
    Ok(Exit::Accept)
}

/// The JSON Schema of a file.
pub(super) fn schema(of: SchemaOf) -> String {
    let schema = match of {
        SchemaOf::Policy => schemars::schema_for!(PolicyDocument),
        SchemaOf::Waivers => schemars::schema_for!(WaiversDocument),
    };
    format!("{:#}\n", schema.to_value())
}

fn show(file: &std::path::Path) -> Result<String, CommandError> {
    let governing = load_policy_file(file)?;
    let width = REGISTRY.iter().map(|check| check.meta.id.len()).max().unwrap_or(0);
    let today = chrono::NaiveDate::MIN;
    let lines = REGISTRY.iter().filter_map(|check| {
        let finding = WaivedFinding {
            check: check.meta.id,
            cluster: "default",
            object: "",
            severity: Severity::High,
            fingerprint: "",
        };
        let decision = governing.policy.decide(&finding, None, today)?;
        let origin = decision.origin;
        let enforcement = decision.enforcement.as_str();
        Some(format!("{:width$}  {enforcement:8} {}:{}\n", check.meta.id, origin.path, origin.line))
    });
    Ok(lines.collect())
}

//! Compiles schemas.
//!
//! In: a schema as JSON. Out: [`CompiledSchema`], or a [`SchemaProblem`]. Never: fetches a reference, or uses
//! a regular expression engine that can be made to take exponential time.

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

use super::instance::Tree;
use super::problem::SchemaProblem;
use super::{defaults, duplicates, formats};

/// The most bytes of one compiled pattern, so that a hostile CRD cannot exhaust the memory of the gate.
pub(super) const PATTERN_SIZE_LIMIT: usize = 1024 * 1024;

/// A validator and the schema that it was made from, which names the fields for suggestions.
#[derive(Debug)]
pub(super) struct CompiledSchema {
    /// The validator.
    pub(super) validator: Validator<Tree>,
    /// The schema.
    pub(super) document: Value,
    /// Says whether the schema has defaults.
    pub(super) has_defaults: bool,
}

/// Compiles a schema.
pub(super) fn compile(document: Value) -> Result<CompiledSchema, SchemaProblem> {
    let pattern = PatternOptions::regex().size_limit(PATTERN_SIZE_LIMIT).dfa_size_limit(PATTERN_SIZE_LIMIT);
    let mut options = jsonschema::options_for::<Tree>()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(true)
        .with_keyword(duplicates::LIST_TYPE, duplicates::keyword)
        .with_pattern_options(pattern)
        .offline();
    for (name, reads) in formats::BUILT_IN.iter().chain(formats::CUSTOM) {
        options = options.with_format(*name, reads);
    }
    let validator = options.build(&document).map_err(|error| SchemaProblem::Unusable(error.to_string()))?;
    Ok(CompiledSchema { validator, has_defaults: defaults::has_defaults(&document), document })
}

//! The words of `--host` and `--forge`.
//!
//! In: the hosts that are known. Out: parsers of their words, with help. Never: a word that no host has.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::host::{ForgeHost, HostKind};

/// The word names no host.
#[derive(Debug, thiserror::Error)]
#[error("no such host")]
struct UnknownHost;

/// Parses the hosts of `--host`.
pub(super) fn host_parser() -> impl TypedValueParser<Value = HostKind> {
    let words = HostKind::ALL.iter().map(|kind| (kind.as_str(), kind.facts().hook.server));
    word_parser(words).try_map(|word| HostKind::named(&word).ok_or(UnknownHost))
}

/// Parses the forges of `--forge`.
pub(super) fn forge_parser() -> impl TypedValueParser<Value = ForgeHost> {
    let words = ForgeHost::all().map(|forge| (forge.kind().as_str(), forge.facts().name));
    word_parser(words).try_map(|word| ForgeHost::named(&word).ok_or(UnknownHost))
}

fn word_parser(words: impl Iterator<Item = (&'static str, &'static str)>) -> PossibleValuesParser {
    let values: Vec<PossibleValue> = words.map(|(word, help)| PossibleValue::new(word).help(help)).collect();
    PossibleValuesParser::new(values)
}

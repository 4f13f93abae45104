//! The words of `--host` and `--forge`.
//!
//! In: the hosts that are known. Out: parsers of their words, with help. Never: a word that no host has.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::host::{ForgeHost, HostKind};

/// The word names no host.
#[derive(Debug, thiserror::Error)]
#[error("no such host")]
struct UnknownHost;

/// The hosts of `--host`.
pub(super) fn hosts() -> impl TypedValueParser<Value = HostKind> {
    let words = HostKind::ALL.iter().map(|kind| (kind.as_str(), kind.facts().hook.server));
    parser(words).try_map(|word| HostKind::named(&word).ok_or(UnknownHost))
}

/// The forges of `--forge`.
pub(super) fn forges() -> impl TypedValueParser<Value = ForgeHost> {
    let words = ForgeHost::all().map(|forge| (forge.kind().as_str(), forge.facts().name));
    parser(words).try_map(|word| ForgeHost::named(&word).ok_or(UnknownHost))
}

fn parser(words: impl Iterator<Item = (&'static str, &'static str)>) -> PossibleValuesParser {
    let values: Vec<PossibleValue> = words.map(|(word, help)| PossibleValue::new(word).help(help)).collect();
    PossibleValuesParser::new(values)
}

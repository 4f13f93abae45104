//! Whether anything blocks a deed, and who can bypass it.

use super::{Case, one_line};
use crate::host::BypassReach;
use crate::host::api::{Bypass, Layer, Reach, Setting};

/// What comes of several layers that add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// For everyone.
    Everybody,
    /// For all but these.
    Except(Vec<Bypass>),
    /// No one knows whether it does, for this reason.
    Hidden(String),
    /// Nothing does.
    Nothing,
}

impl Hold {
    /// What the layers do that keep a branch from changing in some way. A layer that the token does not see may too.
    /// On some forges, administrators bypass statuses and reviews alone.
    pub(super) fn by(case: Case<'_>, has: impl Fn(&Layer) -> bool) -> Self {
        let layers: Vec<&Layer> = case.facts.layers.iter().filter(|layer| has(layer)).collect();
        match (layers.is_empty(), case.facts.hidden.first(), case.forge.facts().settings.bypass) {
            (true, Some(reason), _) => Self::Hidden(one_line(reason)),
            (true, None, _) => Self::Nothing,
            (false, _, BypassReach::StatusesAndReviews) => Self::Everybody,
            (false, _, BypassReach::WholeRule) => Self::of(&layers),
        }
    }

    /// Who these layers block; there is at least one. One that no one can bypass is enough.
    pub(super) fn of(layers: &[&Layer]) -> Self {
        let mut fewest: Option<&Vec<Bypass>> = None;
        let mut hidden = None;
        for layer in layers {
            match &layer.bypass {
                Setting::Known(bypass) if bypass.is_empty() => return Self::Everybody,
                Setting::Known(bypass) => {
                    let better = fewest.is_none_or(|known| weight(bypass) < weight(known));
                    fewest = if better { Some(bypass) } else { fewest };
                }
                Setting::Hidden(reason) => hidden = Some(one_line(reason)),
            }
        }
        match (fewest, hidden) {
            (_, Some(reason)) => Self::Hidden(reason),
            (Some(bypass), None) => Self::Except(bypass.clone()),
            (None, None) => Self::Nothing,
        }
    }
}

/// Everyone who may write outweighs any list.
fn weight(bypass: &[Bypass]) -> (bool, usize) {
    (is_wide(bypass), bypass.len())
}

/// Whether everyone who may write is among them.
pub(super) fn is_wide(bypass: &[Bypass]) -> bool {
    bypass.iter().any(|bypass| bypass.reach == Reach::EveryWriter)
}

/// Their names.
pub(super) fn names(bypass: &[Bypass]) -> String {
    bypass.iter().map(|bypass| bypass.who.as_str()).collect::<Vec<_>>().join(", ")
}

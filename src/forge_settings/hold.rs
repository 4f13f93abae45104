//! The layers of rules that block something, and who can bypass them.
//!
//! In: layers that add up. Out: [`Hold`]. Never: takes a layer that the token cannot see for one that does not exist.

use super::{ForgeSettings, one_line};
use crate::host::BypassReach;
use crate::host::api::{Bypass, Layer, Reach, Setting};

/// The effect of several layers that add up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hold {
    /// They block everyone.
    Everybody,
    /// They block everyone but these.
    Except(Vec<Bypass>),
    /// The effect is unknown, for this reason.
    Hidden(String),
    /// They block no one.
    Nothing,
}

/// What a barrier keeps out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Barred {
    /// Merges.
    Merges,
    /// Updates of the branch without a merge.
    Updates,
}

impl Hold {
    /// Sums up the layers that have a barrier. A layer that the token cannot see may have it too. On some forges, a
    /// bypass is one of what a merge needs alone.
    pub(super) fn by(settings: &ForgeSettings, barred: Barred, has: impl Fn(&Layer) -> bool) -> Self {
        let layers: Vec<&Layer> = settings.facts.layers.iter().filter(|layer| has(layer)).collect();
        match (layers.is_empty(), settings.facts.hidden.first()) {
            (true, Some(reason)) => return Self::Hidden(one_line(reason)),
            (true, None) => return Self::Nothing,
            (false, _) => {}
        }
        match (settings.host.facts().settings.bypass, barred) {
            (BypassReach::Merges, Barred::Updates) => Self::Everybody,
            (BypassReach::Merges, Barred::Merges) | (BypassReach::WholeRule, _) => Self::of(&layers),
        }
    }

    /// Sums up layers, of which there is at least one. One that no one can bypass is enough.
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

/// Everyone with write access outweighs any list.
fn weight(bypass: &[Bypass]) -> (bool, usize) {
    (is_wide(bypass), bypass.len())
}

/// Reports whether everyone with write access can bypass.
pub(super) fn is_wide(bypass: &[Bypass]) -> bool {
    bypass.iter().any(|bypass| bypass.reach == Reach::EveryWriter)
}

/// Lists those who can bypass.
pub(super) fn list_names(bypass: &[Bypass]) -> String {
    bypass.iter().map(|bypass| bypass.who.as_str()).collect::<Vec<_>>().join(", ")
}

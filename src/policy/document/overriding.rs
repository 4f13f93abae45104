//! `override:`, who may pass a rejected change in an emergency.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layer::Layer;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::people::check_listed;
use super::{added, one};

/// Override for emergencies: signed like an approval, with a reason, and reported as FORCED.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideEntry {
    /// Names in `people:` that may override; they may be the authors of the change.
    pub people: Vec<String>,
    /// The number of them that is required.
    #[serde(default = "one")]
    pub count: usize,
}

/// Refuses names that `people:` does not list, and a number of people that can never be met.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let Some(entry) = &file.document.r#override else { return Ok(()) };
    check_listed(file, "/override/people", &entry.people)?;
    let distinct: BTreeSet<&String> = entry.people.iter().collect();
    if entry.count == 0 || entry.count > distinct.len() {
        let message = format!("`count` must be from 1 to the number of `people`, {}", distinct.len());
        return Err(file.error("/override/count", message, None));
    }
    Ok(())
}

/// More people who may override, or fewer of them who must.
pub(super) fn weakenings(old: Option<&OverrideEntry>, new: Option<&OverrideEntry>) -> Vec<String> {
    let Some(new) = new else { return Vec::new() };
    let no_one = OverrideEntry { people: Vec::new(), count: 0 };
    let old = old.unwrap_or(&no_one);
    let more = added(&old.people, &new.people).map(|name| format!("{name} may override the gate"));
    let fewer = (new.count < old.count)
        .then(|| format!("{} may override the gate, instead of {}", new.count, old.count));
    more.chain(fewer).collect()
}

/// The people who may override, and the number of them that is required.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overriders {
    /// Names in `people:`.
    pub people: BTreeSet<String>,
    /// The number of people who must override together.
    pub count: usize,
}

impl Overriders {
    fn of(layer: &Layer) -> Option<Self> {
        let entry = layer.document()?.r#override.as_ref()?;
        Some(Self { people: entry.people.iter().cloned().collect(), count: entry.count })
    }

    fn and(&self, other: &Self) -> Self {
        let people = self.people.intersection(&other.people).cloned().collect();
        Self { people, count: self.count.max(other.count) }
    }
}

impl Policy {
    /// The people who may override, and the number of them that is required. Every layer has to allow it, so that
    /// neither a repository nor a branch can open what the server keeps shut.
    pub fn overriders(&self) -> Option<Overriders> {
        let mut layers = self.layers.iter();
        let mut allowed = Overriders::of(layers.next()?)?;
        for layer in layers {
            allowed = allowed.and(&Overriders::of(layer)?);
        }
        Some(allowed)
    }
}

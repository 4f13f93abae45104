//! What a policy demands of signatures, beyond that they are good.
//!
//! In: `signatures:` and `people:` of every layer. Out: [`SignatureRules`], the strictest of all.
//! Never: a rule by which one layer loosens another.

use std::collections::BTreeMap;

use super::age::Age;
use super::document::{CommitterRule, ForgeUse, SignaturesEntry};
use super::error::PolicyError;
use super::layer::Layer;
use super::position::Positioned;
use crate::signature::{KeyFingerprint, KeyWindow, RsaBits, Terms};

/// What all layers demand together.
#[derive(Clone, Debug)]
pub struct SignatureRules {
    /// Dates and strength of keys.
    pub terms: Terms,
    /// Whose address the committer line may name.
    pub committer: CommitterRule,
    /// What a forge may sign with its own key.
    pub forge: ForgeUse,
}

/// The strictest of all layers.
pub(super) fn rules(layers: &[Layer]) -> SignatureRules {
    let entries: Vec<SignaturesEntry> = layers.iter().map(Layer::signatures).collect();
    let ages = entries.iter().filter_map(|entry| entry.max_signature_age.map(Age::duration));
    let bits = entries.iter().filter_map(|entry| entry.minimum_rsa_bits.and_then(RsaBits::new));
    let forges: Vec<_> = entries.iter().filter_map(|entry| entry.forge.as_ref()).collect();
    let keys = forges.iter().flat_map(|forge| &forge.keys);
    SignatureRules {
        terms: Terms {
            maximum_age: ages.min(),
            minimum_rsa_bits: bits.max().unwrap_or_default(),
            windows: windows(layers),
            forge_keys: keys.filter_map(|key| KeyFingerprint::parse(key)).collect(),
        },
        committer: entries.iter().map(|entry| entry.committer).max().unwrap_or_default(),
        forge: forges.iter().map(|forge| forge.allow).max().unwrap_or_default(),
    }
}

fn windows(layers: &[Layer]) -> BTreeMap<KeyFingerprint, KeyWindow> {
    let mut windows: BTreeMap<KeyFingerprint, KeyWindow> = BTreeMap::new();
    let people = layers.iter().filter_map(Layer::document).flat_map(|document| &document.people);
    for entry in people.flat_map(|person| &person.keys) {
        if let (Some(key), Ok(window)) = (entry.fingerprint(), entry.window()) {
            let narrowed = windows.get(&key).copied().unwrap_or_default().intersect(window);
            windows.insert(key, narrowed);
        }
    }
    windows
}

/// Every value means something.
pub(super) fn check_signatures(file: &Positioned) -> Result<(), PolicyError> {
    let Some(entry) = &file.document.signatures else { return Ok(()) };
    if let Some(bits) = entry.minimum_rsa_bits.filter(|bits| RsaBits::new(*bits).is_none()) {
        let floor = RsaBits::FLOOR.get();
        let message = format!("{bits} bits are below the floor of {floor}, which a policy can only raise");
        return Err(file.error("/signatures/minimumRsaBits", message, None));
    }
    let forge_keys = entry.forge.iter().flat_map(|forge| forge.keys.iter().enumerate());
    for (index, key) in forge_keys {
        if KeyFingerprint::parse(key).is_none() {
            let message = format!("`{key}` is no fingerprint of an OpenPGP certificate or SSH key");
            return Err(file.error(&format!("/signatures/forge/keys/{index}"), message, None));
        }
    }
    Ok(())
}

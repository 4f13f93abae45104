//! What a policy demands of signatures, beyond that they are good.
//!
//! In: `signatures:` and `people:` of every layer. Out: [`SignatureRules`], the strictest of all.
//! Never: a rule by which one layer loosens another.

use std::collections::BTreeMap;

use super::age::Age;
use super::document::{CommitterRule, ForgeUse, SignatureRequirement, SignaturesEntry};
use super::error::PolicyError;
use super::layer::Layer;
use super::position::Positioned;
use git_trust::{KeyFingerprint, KeyWindow, RsaBits, Terms};

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
    let keys = entries.iter().filter_map(|entry| entry.forge.as_ref()).flat_map(|forge| &forge.keys);
    SignatureRules {
        terms: Terms {
            maximum_age: ages.min(),
            minimum_rsa_bits: bits.max().unwrap_or_default(),
            windows: windows(layers),
            forge_keys: keys.filter_map(|key| KeyFingerprint::parse(key)).collect(),
        },
        committer: entries.iter().map(|entry| entry.committer).max().unwrap_or_default(),
        forge: entries.iter().filter_map(forge_use).max().unwrap_or_default(),
    }
}

/// What a layer lets a forge sign. One that wants trusted signatures and names no forge lets it sign nothing.
fn forge_use(entry: &SignaturesEntry) -> Option<ForgeUse> {
    match (&entry.forge, entry.require) {
        (Some(forge), _) => Some(forge.allow),
        (None, SignatureRequirement::Trusted) => Some(ForgeUse::Never),
        (None, SignatureRequirement::None) => None,
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
        let message = format!("{bits} bits are below the minimum of {floor}, which a policy can only raise");
        return Err(file.error("/signatures/minimumRsaBits", message, None));
    }
    let forge_keys = entry.forge.iter().flat_map(|forge| forge.keys.iter().enumerate());
    for (index, key) in forge_keys {
        if KeyFingerprint::parse(key).is_none() {
            let message = format!("`{key}` is not a fingerprint of an OpenPGP certificate or SSH key");
            return Err(file.error(&format!("/signatures/forge/keys/{index}"), message, None));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::{Author, PROFILES, signer};
    use super::*;
    use crate::finding::CheckId;
    use git_trust::SignatureStatus;

    const HEADER: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";

    fn layer(text: &str, author: Author) -> Result<Layer, String> {
        let text = format!("{HEADER}{text}");
        let profiles = PROFILES.iter().map(|profile| profile.text().as_bytes());
        let profiles: Vec<Positioned> = profiles.map(|text| Positioned::parse("", text).unwrap()).collect();
        let known: Vec<CheckId> = profiles
            .iter()
            .flat_map(|file| file.document.checks.keys())
            .map(|id| CheckId::at_run_time(id))
            .collect();
        Layer::parse(".portcullis.yaml", text.as_bytes(), &known, author).map_err(|error| error.to_string())
    }

    fn error(text: &str) -> String {
        layer(text, Author::Repository).expect_err(text)
    }

    fn openpgp(digit: &str) -> KeyFingerprint {
        KeyFingerprint::parse(&digit.repeat(40)).unwrap()
    }

    #[test]
    fn the_strictest_layer_holds() {
        let repository = format!(
            "signatures: {{maxSignatureAge: 30d, minimumRsaBits: 3072, forge: {{allow: merges}}}}\npeople: [{{name: A, \
             keys: [{{key: '{}', validUntil: 2026-12-31}}]}}]\n",
            openpgp("A")
        );
        let server = format!(
            "signatures: {{maxSignatureAge: 60d, committer: signer, forge: {{allow: never}}}}\npeople: [{{name: B, keys: \
             [{{key: '{}', validFrom: 2026-01-01, validUntil: 2027-12-31}}]}}]\n",
            openpgp("a")
        );
        let layers =
            [layer(&repository, Author::Repository).unwrap(), layer(&server, Author::Server).unwrap()];
        let rules = rules(&layers);
        assert_eq!(rules.terms.maximum_age, Some(Duration::from_hours(720)));
        assert_eq!(rules.terms.minimum_rsa_bits, RsaBits::new(3072).unwrap());
        assert_eq!((rules.committer, rules.forge), (CommitterRule::Signer, ForgeUse::Never));
        let day = |days: u64| Some(UNIX_EPOCH + Duration::from_hours(24 * days));
        let window = KeyWindow { valid_from: day(20_454), valid_until: day(20_819) };
        assert_eq!(rules.terms.windows.get(&openpgp("A")), Some(&window));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let key = openpgp("A");
        for (text, message) in [
            (
                "signatures: {minimumRsaBits: 1024}\n",
                ":3:14: 1024 bits are below the minimum of 2048, which a policy can only raise",
            ),
            ("signatures: {maxSignatureAge: 1w}\n", "is not a duration"),
            ("signatures: {committer: signr}\n", "did you mean `signer`?"),
            ("signatures: {forge: {allow: always}}\n", "unknown variant `always`"),
            (
                "signatures: {forge: {keys: [abc]}}\n",
                "`abc` is not a fingerprint of an OpenPGP certificate or SSH key",
            ),
            ("signatures: {revokedKey: [a]}\n", "did you mean `revokedKeys`?"),
            (
                "people: [{name: A, keys: [alice]}]\n",
                ":3:27: `alice` is not a fingerprint: write the 40 or 64 digits",
            ),
            (
                "people: [{name: A, keys: [1]}]\n",
                "invalid type: integer `1`, expected the fingerprint of a key in quotes",
            ),
            ("people: [{name: A, keys: [{key: KEY, validFro: 2026-01-01}]}]\n", "did you mean `validFrom`?"),
            (
                "people: [{name: A, keys: [{key: KEY, validFrom: tomorrow}]}]\n",
                "`tomorrow` is not a date; write YYYY-MM-DD",
            ),
            (
                "people: [{name: A, keys: [{key: KEY, validFrom: 2026-02-01, validUntil: 2026-01-31}]}]\n",
                "the key is never valid",
            ),
            ("people: [{name: A, keys: [KEY, KEY]}]\n", "is listed twice"),
            ("people: [{name: A, keys: [KEY]}, {name: B, keys: [KEY]}]\n", "belongs to two people"),
        ] {
            let error = error(&text.replace("KEY", key.as_str()));
            assert!(error.contains(message), "{text}{error}");
        }
    }

    #[test]
    fn a_signature_is_one_persons_or_nobodys() {
        let text = format!(
            "people: [{{name: A, keys: ['{}'], handles: ['a@example.com', '@team']}}, {{name: B, handles: \
             ['b@example.com', '@team'], bot: true}}]\n",
            openpgp("A")
        );
        let layer = layer(&text, Author::Repository).unwrap();
        let people = &layer.document().unwrap().people;
        let who = |key: &str, principals: &[&str]| {
            let principals = principals.iter().map(|name| (*name).to_owned()).collect();
            let status = SignatureStatus::Trusted { key: openpgp(key), principals };
            signer(people, &status).map(|person| person.name.as_str())
        };
        assert_eq!(who("A", &[]), Some("A"));
        assert_eq!(who("B", &["b@example.com", "root"]), Some("B"));
        for (key, principals) in [
            ("B", &[][..]),
            ("B", &["root"]),
            ("B", &["@team"]),
            ("B", &["a@example.com", "b@example.com"]),
            ("A", &["b@example.com"]),
            ("B", &["A@example.com"]),
        ] {
            assert_eq!(who(key, principals), None, "{key} {principals:?}");
        }
        assert!(signer(people, &SignatureStatus::Forge { key: openpgp("A") }).is_none());
    }
}

//! `signatures:`, the signatures that commits and tags need.
//!
//! In: the entries of every layer. Out: [`SignatureRules`], the strictest of all. Never: a rule by which one layer
//! loosens another.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::age::Age;
use super::super::error::PolicyError;
use super::super::layer::Layer;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{added, longer};
use git_trust::{KeyFingerprint, KeyWindow, RsaBits, Terms};

/// The signatures that a protected ref demands of commits.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum SignatureRequirement {
    /// Nothing.
    #[default]
    None,
    /// Every new commit has exactly one good signature by a key of the keyring.
    Trusted,
}

/// Signatures of commits and tags.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignaturesEntry {
    /// The signatures that every new commit must have.
    #[serde(default)]
    pub require: SignatureRequirement,
    /// Globs of OpenPGP certificates on the governing ref (in a server policy: paths beside it).
    #[serde(default)]
    pub keyring: Vec<String>,
    /// SSH signers, in the format of `ssh-keygen`.
    pub allowed_signers: Option<String>,
    /// Files of SSH keys and certificates that no longer count: plain lists or KRLs. If one is missing,
    /// no signature counts.
    #[serde(default)]
    pub revoked_keys: Vec<String>,
    /// The greatest age of the signature of a new commit when the server receives it: `30d`, `12h`.
    pub max_signature_age: Option<Age>,
    /// The fewest bits of an RSA key; 2048 if absent, and never fewer.
    pub minimum_rsa_bits: Option<usize>,
    /// Whether the committer must be who signed.
    #[serde(default)]
    pub committer: CommitterRule,
    /// The commits that a forge may sign with its own key.
    pub forge: Option<ForgeEntry>,
    /// Whether a person's signed merge is enough for the commits that it brings; `each` if absent.
    pub merges: Option<MergeRule>,
}

/// The commits of a merge that need a signature of their own. The stricter one is the greater.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum MergeRule {
    /// The signed merge of a person vouches for the new commits that only its second parent brings, whatever their own
    /// signatures are. No one knows who made them: the change needs one approval more, and the person who merged does not
    /// approve it.
    Covered,
    /// Every commit.
    #[default]
    Each,
}

/// The addresses that the committer line of a commit may name. The stricter one is the greater.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum CommitterRule {
    /// Anyone's: it is a claim that nothing relies on.
    #[default]
    Any,
    /// One of the signer's, as `handles:` of the person says.
    Signer,
}

/// Commits that a forge makes on its web pages and signs with its own key.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ForgeEntry {
    /// Fingerprints of the forge's keys; GitHub's own is known.
    #[serde(default)]
    pub keys: Vec<String>,
    /// The commits that such a signature counts for.
    #[serde(default)]
    pub allow: ForgeUse,
}

/// The commits that a forge's own signature counts for. The stricter one is the greater.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Default, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum ForgeUse {
    /// Merge commits count as signed, by no one in particular; so do squashed and rebased commits, if the commits behind
    /// them pass as if they were pushed.
    Merges,
    /// Nothing: the key says that the forge made a commit, not who wanted it.
    #[default]
    Never,
}

/// The demands of all layers together.
#[derive(Clone, Debug)]
pub struct SignatureRules {
    /// Dates and strength of keys.
    pub terms: Terms,
    /// The addresses that the committer line may name.
    pub committer: CommitterRule,
    /// The commits that a forge may sign with its own key.
    pub forge: ForgeUse,
    /// The commits of a merge that need a signature of their own.
    pub merges: MergeRule,
}

/// The strictest of all layers.
fn strictest_rules(layers: &[Arc<Layer>]) -> SignatureRules {
    let entries: Vec<SignaturesEntry> = layers.iter().map(|layer| layer.signatures()).collect();
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
        merges: layers.iter().filter_map(|layer| merge_rule(layer)).max().unwrap_or_default(),
    }
}

/// The rule of a layer. One that looks at signatures and says nothing of merges wants each commit to have its own.
fn merge_rule(layer: &Layer) -> Option<MergeRule> {
    let looks = layer.signatures().require == SignatureRequirement::Trusted
        || layer.runs("unsigned-commit")
        || layer.runs("untrusted-signature");
    layer.signatures().merges.or(looks.then_some(MergeRule::Each))
}

/// The commits that a layer allows a forge to sign. A layer that demands trusted signatures and names no forge allows
/// it to sign nothing.
fn forge_use(entry: &SignaturesEntry) -> Option<ForgeUse> {
    match (&entry.forge, entry.require) {
        (Some(forge), _) => Some(forge.allow),
        (None, SignatureRequirement::Trusted) => Some(ForgeUse::Never),
        (None, SignatureRequirement::None) => None,
    }
}

fn windows(layers: &[Arc<Layer>]) -> BTreeMap<KeyFingerprint, KeyWindow> {
    let mut windows: BTreeMap<KeyFingerprint, KeyWindow> = BTreeMap::new();
    let people = layers.iter().filter_map(|layer| layer.document()).flat_map(|document| &document.people);
    for entry in people.flat_map(|person| &person.keys) {
        if let (Some(key), Ok(window)) = (entry.fingerprint(), entry.window()) {
            let narrowed = windows.get(&key).copied().unwrap_or_default().intersect(window);
            windows.insert(key, narrowed);
        }
    }
    windows
}

/// Every value means something.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
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

/// Signatures of more keys, with less strength or for longer, count; or none is needed.
pub(super) fn weakenings(old: &SignaturesEntry, new: &SignaturesEntry) -> Vec<String> {
    let SignaturesEntry {
        require,
        keyring,
        allowed_signers,
        revoked_keys,
        max_signature_age,
        minimum_rsa_bits,
        committer,
        forge,
        merges,
    } = new;
    let mut found = Vec::new();
    if *require < old.require {
        found.push(match require {
            SignatureRequirement::None => "commits need no trusted signature".to_owned(),
            SignatureRequirement::Trusted => "commits need a different kind of signature".to_owned(),
        });
    }
    found.extend(added(&old.keyring, keyring).map(|pattern| format!("keys of `{pattern}` are trusted")));
    if let (true, Some(file)) = (*allowed_signers != old.allowed_signers, allowed_signers) {
        found.push(format!("SSH keys of `{file}` are trusted"));
    }
    let restored = added(revoked_keys, &old.revoked_keys);
    found.extend(restored.map(|file| format!("keys that `{file}` revokes count again")));
    found.extend(longer("signatures", old.max_signature_age, *max_signature_age));
    if *minimum_rsa_bits < old.minimum_rsa_bits {
        let bits =
            minimum_rsa_bits.map_or("the minimum that is ever accepted".to_owned(), |bits| bits.to_string());
        found.push(format!("RSA keys need fewer bits: {bits}"));
    }
    if *committer < old.committer {
        found.push("the committer need not be the signer".to_owned());
    }
    found.extend(forge_weakenings(old.forge.as_ref(), forge.as_ref()));
    if merges.unwrap_or_default() < old.merges.unwrap_or_default() {
        found.push("commits need no signature if a person merges them with a signed merge".to_owned());
    }
    found
}

fn forge_weakenings(old: Option<&ForgeEntry>, new: Option<&ForgeEntry>) -> Vec<String> {
    let (old, new) = (old.cloned().unwrap_or_default(), new.cloned().unwrap_or_default());
    let ForgeEntry { keys, allow } = new;
    let merges = (allow < old.allow).then(|| "merge commits that the forge signs count as signed".to_owned());
    let keys =
        added(&old.keys, &keys).map(|key| format!("key `{key}` counts as the forge's")).collect::<Vec<_>>();
    keys.into_iter().chain(merges).collect()
}

impl Layer {
    /// The layer's demands on signatures.
    pub fn signatures(&self) -> SignaturesEntry {
        let entries = self.files.iter().filter_map(|file| file.document.signatures.as_ref());
        let named = |names: fn(&SignaturesEntry) -> &Vec<String>| {
            entries.clone().map(names).find(|names| !names.is_empty()).cloned().unwrap_or_default()
        };
        SignaturesEntry {
            require: entries.clone().map(|entry| entry.require).next().unwrap_or_default(),
            keyring: named(|entry| &entry.keyring),
            allowed_signers: entries.clone().find_map(|entry| entry.allowed_signers.clone()),
            revoked_keys: named(|entry| &entry.revoked_keys),
            max_signature_age: entries.clone().find_map(|entry| entry.max_signature_age),
            minimum_rsa_bits: entries.clone().find_map(|entry| entry.minimum_rsa_bits),
            committer: entries.clone().map(|entry| entry.committer).max().unwrap_or_default(),
            forge: entries.clone().find_map(|entry| entry.forge.clone()),
            merges: entries.clone().find_map(|entry| entry.merges),
        }
    }
}

impl Policy {
    /// Whether any layer demands signatures.
    pub fn demands_signatures(&self) -> bool {
        self.layers.iter().any(|layer| layer.signatures().require == SignatureRequirement::Trusted)
    }

    /// The demands of all layers together on signatures, beyond that they are good.
    pub fn signature_rules(&self) -> SignatureRules {
        strictest_rules(&self.layers)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::super::super::{Author, KnownChecks, PROFILES, signer};
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
        let known = KnownChecks::new(known, Vec::new());
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
            [layer(&repository, Author::Repository).unwrap(), layer(&server, Author::Server).unwrap()]
                .map(Arc::new);
        let rules = strictest_rules(&layers);
        assert_eq!(rules.terms.maximum_age, Some(Duration::from_hours(720)));
        assert_eq!(rules.terms.minimum_rsa_bits, RsaBits::new(3072).unwrap());
        assert_eq!((rules.committer, rules.forge), (CommitterRule::Signer, ForgeUse::Never));
        let day = |days: u64| Some(UNIX_EPOCH + Duration::from_hours(24 * days));
        let window = KeyWindow { valid_from: day(20_454), valid_until: day(20_819) };
        assert_eq!(rules.terms.windows.get(&openpgp("A")), Some(&window));
    }

    #[test]
    fn errors_have_their_place() {
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

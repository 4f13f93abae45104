//! How a policy writes `signatures:` and `people:`.
//!
//! In: the words of the file. Out: the same, typed. Never: judges anything.

use schemars::JsonSchema;
use serde::Deserialize;

use super::age::Age;

/// What a protected ref demands of commits.
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
    /// What is demanded.
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
    /// How old the signature of a new commit may be when the server receives it: `30d`, `12h`.
    pub max_signature_age: Option<Age>,
    /// The fewest bits of an RSA key; 2048 if absent, and never fewer.
    pub minimum_rsa_bits: Option<usize>,
    /// Whether the committer must be who signed.
    #[serde(default)]
    pub committer: CommitterRule,
    /// What a forge may sign with its own key.
    pub forge: Option<ForgeEntry>,
}

/// Whose address the committer line of a commit may name. The stricter one is the greater.
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
    /// What such a signature is good for.
    #[serde(default)]
    pub allow: ForgeUse,
}

/// What a forge's own signature is good for. The stricter one is the greater.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Default, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum ForgeUse {
    /// Merge commits count as signed, by no one in particular.
    Merges,
    /// Nothing: the key says that the forge made a commit, not who wanted it.
    #[default]
    Never,
}

/// A person.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonEntry {
    /// The name that reports use.
    pub name: String,
    /// OpenPGP fingerprints of certificates, SSH fingerprints (`SHA256:…`), or mappings with the dates
    /// on which a key counts.
    #[serde(default)]
    pub keys: Vec<KeyEntry>,
    /// Accounts, teams and e-mail addresses as CODEOWNERS writes them.
    #[serde(default)]
    pub handles: Vec<String>,
    /// A program. Its signature counts as one; its approval never does.
    #[serde(default)]
    pub bot: bool,
}

/// A key of a person.
#[derive(Clone, Debug, JsonSchema, PartialEq, Eq)]
#[schemars(untagged)]
pub enum KeyEntry {
    /// Its fingerprint.
    Always(String),
    /// Its fingerprint, and when it counts.
    Dated(DatedKeyEntry),
}

/// A key that counts for a while, by the time at which the server receives what it signed.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DatedKeyEntry {
    /// The fingerprint.
    pub key: String,
    /// The first day on which it counts, `YYYY-MM-DD` in UTC.
    pub valid_from: Option<String>,
    /// The last day on which it counts.
    pub valid_until: Option<String>,
}

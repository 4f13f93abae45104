//! The policy file as it is written. Unknown keys and values are errors everywhere.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::age::Age;
use super::enforcement::Enforcement;
use super::profile::ProfileName;
use crate::finding::Severity;
use crate::owners::{Demand, Dialect, RequiredOwners};

/// A policy file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyDocument {
    /// Always `portcullis.dev/v1`.
    pub api_version: String,
    /// Always `GatePolicy`.
    pub kind: String,
    /// The profile that this policy starts from; `baseline` where absent.
    pub profile: Option<ProfileName>,
    /// The name of this repository in approvals: one that was given in another repository does not count.
    /// Where it is absent, nobody can approve by signing.
    pub repository: Option<String>,
    /// Patterns of refs that are guarded, `*` crossing `/`; HEAD's branch and `refs/tags/*` where absent.
    pub protected: Option<Vec<String>>,
    /// Which files are manifests.
    pub manifests: Option<ManifestsEntry>,
    /// The clusters that the repository deploys to.
    #[serde(default)]
    pub clusters: Vec<ClusterEntry>,
    /// What commits must be signed with.
    pub signatures: Option<SignaturesEntry>,
    /// Who is who: keys, accounts and teams of one person.
    #[serde(default)]
    pub people: Vec<PersonEntry>,
    /// Whose approval changes need, by CODEOWNERS.
    pub owners: Option<OwnersEntry>,
    /// How long approvals hold.
    pub approvals: Option<ApprovalsEntry>,
    /// Who may pass a change that the gate rejects, in an emergency.
    pub r#override: Option<OverrideEntry>,
    /// Enforcement by check id.
    #[serde(default)]
    pub checks: BTreeMap<String, CheckRule>,
    /// Accepted findings.
    #[serde(default)]
    pub waivers: Vec<WaiverEntry>,
    /// Server policy only: trust files that a push may bring, path to blob id or `deleted`.
    #[serde(default)]
    pub accepted_trust_files: BTreeMap<String, String>,
}

/// Which files are manifests. Whatever they reach (kustomizations, symbolic links) is judged too.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestsEntry {
    /// Globs to start from; all YAML and JSON files where absent.
    pub include: Option<Vec<String>>,
    /// Globs to leave out.
    #[serde(default)]
    pub exclude: Vec<String>,
}

/// A cluster.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClusterEntry {
    /// Its name in messages and waivers.
    pub name: String,
    /// Globs of the files that are deployed to it.
    pub paths: Vec<String>,
    /// Its Kubernetes version, or several to be valid for all: `"1.36"` or `"1.35, 1.36"`.
    pub kubernetes: Option<String>,
    /// Whose load balancers it makes, such as `aws`, `gke`, `azure`.
    pub cloud: Option<String>,
}

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
    /// The fewest bits of an RSA key; 2048 where absent, and never fewer.
    pub minimum_rsa_bits: Option<usize>,
    /// Whether the committer has to be who signed.
    #[serde(default)]
    pub committer: CommitterRule,
    /// What a forge may sign with its own key.
    pub forge: Option<ForgeEntry>,
}

/// Whose address the committer line of a commit may name. The stricter one is the greater.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum CommitterRule {
    /// Anybody's: it is a claim that nothing relies on.
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
    /// Merge commits count as signed, by nobody in particular.
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

/// Approval by owners.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnersEntry {
    /// The dialect of CODEOWNERS, or the nested OWNERS files of the Kubernetes project. Where absent, the
    /// folder of CODEOWNERS tells it: `.github`, `.gitlab`, `.gitea` or `.forgejo`; GitHub's otherwise.
    pub dialect: Option<Dialect>,
    /// How many owners have to approve a path; a section of GitLab's dialect may ask for more.
    #[serde(default = "one")]
    pub approvals: usize,
    /// Whether `any` of the listed owners may approve, or `all` of them have to.
    #[serde(default)]
    pub require: RequiredOwners,
    /// Of how many different teams (`@organisation/team`) of a line somebody has to approve, a different
    /// person each.
    #[serde(default)]
    pub distinct_teams: usize,
    /// Whether an owner who signed every new commit that touches a path, and the tip, counts as one
    /// approval of it. Never for trust files, never as a second approval.
    #[serde(default, alias = "signer_counts")]
    pub signer_counts: bool,
}

/// Approvals that are signed tags under `refs/approvals/`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalsEntry {
    /// How far ahead an approval may expire: `7d`, `12h`; without limit where absent.
    pub max_age: Option<Age>,
}

/// The way through for an emergency: signed like an approval, with a reason, and reported as FORCED.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideEntry {
    /// Names of `people:` who may override; they may be the authors of the change.
    pub people: Vec<String>,
    /// How many of them it takes.
    #[serde(default = "one")]
    pub count: usize,
}

fn one() -> usize {
    1
}

impl OwnersEntry {
    /// What is asked for beyond the file of owners.
    pub fn demand(&self) -> Demand {
        Demand { approvals: self.approvals, owners: self.require, distinct_teams: self.distinct_teams }
    }
}

/// What to do about findings of one check.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRule {
    /// What happens.
    pub enforce: Option<Enforcement>,
    /// Who may approve, with `enforce: approve`.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// How many of them have to.
    pub count: Option<usize>,
    /// Exceptions for paths or clusters; the first that matches holds.
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// An exception of a check's rule.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Globs of paths; any path where empty.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of clusters; any cluster where empty.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// Severities of findings; any severity where empty.
    #[serde(default)]
    pub severities: Vec<Severity>,
    /// What happens there.
    pub enforce: Enforcement,
}

/// An accepted finding.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverEntry {
    /// The check.
    pub check: String,
    /// The cluster.
    #[serde(default = "default_cluster")]
    pub cluster: String,
    /// The object, `Kind/namespace/name`, or the path, commit or ref that the finding is about.
    pub object: String,
    /// The fingerprint that the report prints: another value of the same object fires again.
    pub fingerprint: String,
    /// Why it is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
}

fn default_cluster() -> String {
    "default".to_owned()
}

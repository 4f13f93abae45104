//! The policy file as it is written. Unknown keys and values are errors everywhere.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::age::Age;
use super::enforcement::Enforcement;
pub use super::identity::{
    CommitterRule, DatedKeyEntry, ForgeEntry, ForgeUse, KeyEntry, PersonEntry, SignatureRequirement,
    SignaturesEntry,
};
pub use super::images::ImagesEntry;
use super::profile::ProfileName;
use crate::finding::Severity;
use codeowners::{Demand, Dialect, RequiredOwners};

/// The manifest files if the policy does not define them.
pub const DEFAULT_INCLUDE: [&str; 3] = ["**/*.yaml", "**/*.yml", "**/*.json"];

/// A policy file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyDocument {
    /// Always `portcullis.dev/v1`.
    #[schemars(extend("const" = "portcullis.dev/v1"))]
    pub api_version: String,
    /// Always `GatePolicy`.
    #[schemars(extend("const" = "GatePolicy"))]
    pub kind: String,
    /// The profile that this policy starts from; `baseline` if absent.
    pub profile: Option<ProfileName>,
    /// The name of this repository in approvals: an approval for another repository does not count. If absent, no one
    /// can approve by signing.
    pub repository: Option<String>,
    /// Patterns of protected refs by their full names, such as `refs/heads/main`; `*` matches `/` too. Default: HEAD's branch and `refs/tags/*`.
    pub protected: Option<Vec<String>>,
    /// Which files are manifests.
    pub manifests: Option<ManifestsEntry>,
    /// The clusters that the repository deploys to.
    #[serde(default)]
    pub clusters: Vec<ClusterEntry>,
    /// More kinds that name container images.
    #[serde(default)]
    pub images: Vec<ImagesEntry>,
    /// The signatures that commits need.
    pub signatures: Option<SignaturesEntry>,
    /// People, each with keys, accounts and teams.
    #[serde(default)]
    pub people: Vec<PersonEntry>,
    /// The approval of owners in CODEOWNERS.
    pub owners: Option<OwnersEntry>,
    /// How long approvals are valid.
    pub approvals: Option<ApprovalsEntry>,
    /// How much the gate reads.
    pub limits: Option<LimitsEntry>,
    /// How far ahead a waiver may expire: `90d`; without limit if absent. A waiver that expires later covers nothing.
    pub waivers_max_age: Option<Age>,
    /// Who may pass a change that the gate rejects, in an emergency.
    pub r#override: Option<OverrideEntry>,
    /// Enforcement by check id.
    #[serde(default)]
    pub checks: BTreeMap<String, CheckRule>,
    /// Accepted findings.
    #[serde(default)]
    pub waivers: Vec<WaiverEntry>,
    /// Server policy only: trust files that a push may change, path to blob id or `deleted`.
    #[serde(default)]
    pub accepted_trust_files: BTreeMap<String, String>,
}

/// Which files are manifests. Files that they reference (kustomizations, symbolic links) are judged too.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ManifestsEntry {
    /// Globs to start from; all YAML and JSON files if absent.
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
    /// Its Kubernetes version, or several that objects must be valid for: `"1.36"` or `"1.35, 1.36"`.
    pub kubernetes: Option<String>,
    /// The cloud that provides its load balancers, such as `aws`, `gke`, `azure`.
    pub cloud: Option<String>,
    /// The folder of the repository with the CustomResourceDefinitions that are installed in the cluster, such as
    /// `crds/prod`. Custom resources are judged by them, whether or not their files belong to the cluster.
    pub definitions: Option<String>,
}

/// Approval by owners.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnersEntry {
    /// The dialect of CODEOWNERS, or the nested OWNERS files of the Kubernetes project. If absent, the folder of
    /// CODEOWNERS decides: `.github`, `.gitlab`, `.gitea` or `.forgejo`; otherwise the dialect of the host, or GitHub's
    /// on plain git servers.
    pub dialect: Option<Dialect>,
    /// How many owners must approve a path; a section of GitLab's dialect may require more.
    #[serde(default = "one")]
    pub approvals: usize,
    /// Whether `any` of the listed owners may approve, or `all` of them must.
    #[serde(default)]
    pub require: RequiredOwners,
    /// From how many different teams (`@organisation/team`) of a line a person must approve, a different person for
    /// each team.
    #[serde(default)]
    pub distinct_teams: usize,
    /// Whether the signature of an owner on the tip and on every new commit that changes a path counts as one approval
    /// of the path. Never for trust files, and never as a second approval.
    #[serde(default, alias = "signer_counts")]
    pub signer_counts: bool,
}

/// Approvals that are signed tags under `refs/approvals/`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalsEntry {
    /// How far ahead an approval may expire: `7d`, `12h`; without limit if absent.
    pub max_age: Option<Age>,
    /// Names in `people:`, usually programs, that may state in a signed object that another person has reviewed a
    /// change on a forge (`portcullis pr --issue-approvals`). Such a statement counts as the reviewer's approval. If
    /// the server's policy has a list of people, only its own issuers count.
    #[serde(default)]
    pub issuers: Vec<String>,
}

/// How much the gate reads.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitsEntry {
    /// How many MiB the manifests of one revision may have. A push that makes them larger is rejected, one that removes
    /// some never is. Default: 128, or what an import brings.
    pub manifest_mebibytes: Option<u32>,
}

impl LimitsEntry {
    /// How many MiB the manifests may have if no policy says it.
    pub(super) const MANIFEST_MEBIBYTES: u32 = 128;
}

/// Override for emergencies: signed like an approval, with a reason, and reported as FORCED.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideEntry {
    /// Names in `people:` that may override; they may be the authors of the change.
    pub people: Vec<String>,
    /// How many of them are required.
    #[serde(default = "one")]
    pub count: usize,
}

fn one() -> usize {
    1
}

impl OwnersEntry {
    /// Requirements beyond the file of owners.
    pub fn demand(&self) -> Demand {
        Demand { approvals: self.approvals, owners: self.require, distinct_teams: self.distinct_teams }
    }
}

/// The rule for findings of one check.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRule {
    /// What happens.
    pub enforce: Option<Enforcement>,
    /// Who may approve with `enforce: approve`.
    #[serde(default)]
    pub approvers: Vec<String>,
    /// How many of them must approve.
    pub count: Option<usize>,
    /// Whether an annotation of an object, `portcullis.dev/allow-<check>: "reason"`, accepts its finding once the
    /// owners of the file have approved the push.
    pub annotation: Option<AnnotationUse>,
    /// Exceptions for paths, clusters or severities; the first match applies.
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// What an annotation in a manifest means for a check.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum AnnotationUse {
    /// It accepts a finding if the owners of the file have approved the push.
    Allowed,
    /// It has no effect, and is itself a finding.
    #[default]
    Ignored,
}

/// An exception of a check's rule.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scope {
    /// Globs of paths; if empty, any path.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Names of clusters; if empty, any cluster.
    #[serde(default)]
    pub clusters: Vec<String>,
    /// Severities of findings; if empty, any severity.
    #[serde(default)]
    pub severities: Vec<Severity>,
    /// The enforcement there.
    pub enforce: Enforcement,
}

/// A file of waivers beside the policy.
#[derive(Clone, Debug, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiversDocument {
    /// Always `portcullis.dev/v1`.
    #[schemars(extend("const" = "portcullis.dev/v1"))]
    pub api_version: String,
    /// Always `GateWaivers`.
    #[schemars(extend("const" = "GateWaivers"))]
    pub kind: String,
    /// Accepted findings.
    #[serde(default)]
    pub waivers: Option<Vec<WaiverEntry>>,
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
    /// The fingerprint in the report: another value in the same object is reported again.
    pub fingerprint: String,
    /// Why it is accepted.
    pub reason: String,
    /// The responsible owner.
    pub owner: String,
    /// The last day on which it counts, `YYYY-MM-DD`.
    pub expires: String,
}

fn default_cluster() -> String {
    "default".to_owned()
}

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
use crate::owners::{Demand, Dialect, RequiredOwners};

/// Which files are manifests when no policy says.
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
    /// Kinds that name container images, beside those that portcullis knows.
    #[serde(default)]
    pub images: Vec<ImagesEntry>,
    /// What commits must be signed with.
    pub signatures: Option<SignaturesEntry>,
    /// Who is who: keys, accounts and teams of one person.
    #[serde(default)]
    pub people: Vec<PersonEntry>,
    /// Whose approval changes need, by CODEOWNERS.
    pub owners: Option<OwnersEntry>,
    /// How long approvals hold.
    pub approvals: Option<ApprovalsEntry>,
    /// How far ahead a waiver may expire: `90d`; without limit where absent. One that expires later covers
    /// nothing.
    pub waivers_max_age: Option<Age>,
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
    /// The folder of the repository with the CustomResourceDefinitions that are installed in it, such as
    /// `crds/prod`. Custom resources are judged by them, whether or not their files belong to the cluster.
    pub definitions: Option<String>,
}

/// Approval by owners.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnersEntry {
    /// The dialect of CODEOWNERS, or the nested OWNERS files of the Kubernetes project. Where absent, the
    /// folder of CODEOWNERS tells it: `.github`, `.gitlab`, `.gitea` or `.forgejo`; otherwise it is
    /// that of the host, and GitHub's on plain git servers.
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
    /// Names of `people:`, programs usually, who may state in a signed object that somebody else has reviewed a
    /// change on a forge (`portcullis pr --issue-approvals`). Their word counts as the reviewer's. Where the server's policy has a
    /// list of people, only its own issuers count.
    #[serde(default)]
    pub issuers: Vec<String>,
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
    /// Whether an annotation of an object, `portcullis.dev/allow-<check>: "reason"`, lets its finding pass once
    /// the owners of the file have approved the push.
    pub annotation: Option<AnnotationUse>,
    /// Exceptions for paths or clusters; the first that matches holds.
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// What an annotation in a manifest means for a check.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum AnnotationUse {
    /// It lets a finding pass that the owners of the file have approved.
    Allowed,
    /// It means nothing, and is a finding itself.
    #[default]
    Ignored,
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

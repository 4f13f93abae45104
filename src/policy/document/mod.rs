//! The policy file as it is written: one module a section.
//!
//! A section says how its entry is written, which values cannot work, what counts as weaker, and how the layers of a
//! [`Policy`](super::Policy) combine. Unknown keys and values are errors everywhere. [`weakenings`] takes every field
//! apart by name, so that a new one cannot be forgotten.

mod approvals;
mod automation;
mod checks;
mod clusters;
mod images;
mod limits;
mod manifests;
mod overriding;
mod owners;
mod people;
mod protected;
mod repository;
mod signatures;
mod waivers;

use std::collections::BTreeMap;
use std::fmt::Display;

use globset::{Glob, GlobSet, GlobSetBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use super::age::Age;
use super::error::PolicyError;
use super::known_checks::KnownChecks;
use super::layer::Layer;
use super::position::Positioned;
use super::profile::ProfileName;
use crate::finding::CheckId;

pub use approvals::ApprovalsEntry;
pub use automation::{AutomationEntry, AutomationField, AutomationLane, AutomationProof, LayerAutomation};
pub use checks::{AnnotationUse, CheckRule, Scope};
pub(super) use checks::{ScopePaths, compile_scopes};
pub use clusters::ClusterEntry;
pub use images::ImagesEntry;
pub use limits::LimitsEntry;
pub use manifests::{DEFAULT_INCLUDE, ManifestsEntry};
pub use overriding::{OverrideEntry, Overriders};
pub use owners::{AuthorPaths, OwnersEntry};
pub use people::{DatedKeyEntry, KeyEntry, PersonEntry, remaining_people, signer};
pub use signatures::{
    CommitterRule, ForgeEntry, ForgeUse, MergeRule, SignatureRequirement, SignatureRules, SignaturesEntry,
};
pub(super) use waivers::parse_waivers;
pub use waivers::{WaiverEntry, WaiversDocument};

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
    /// The files that are manifests.
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
    /// The validity of approvals.
    pub approvals: Option<ApprovalsEntry>,
    /// Limits on the amount that the gate reads.
    pub limits: Option<LimitsEntry>,
    /// The longest time until a waiver expires: `90d`; without limit if absent. A waiver that expires later covers
    /// nothing.
    pub waivers_max_age: Option<Age>,
    /// What programs may change without owners; no profile allows anything.
    #[serde(default)]
    pub automation: Vec<AutomationEntry>,
    /// The people who may pass a change that the gate rejects, in an emergency.
    pub r#override: Option<OverrideEntry>,
    /// Enforcement by check id.
    #[serde(default)]
    pub checks: BTreeMap<String, CheckRule>,
    /// Accepted findings.
    #[serde(default)]
    pub waivers: Vec<WaiverEntry>,
    /// Server policy only: the profile that judges repositories without a policy, beside this one; `baseline` if absent.
    pub unmanaged: Option<ProfileName>,
    /// Server policy only: trust files that a push may change, path to blob id or `deleted`.
    #[serde(default)]
    pub accepted_trust_files: BTreeMap<String, String>,
}

fn one() -> usize {
    1
}

/// Refuses what serde accepts but cannot work: unknown checks, patterns that do not compile, demands that no one can
/// meet.
pub(super) fn check(file: &Positioned, known: &KnownChecks) -> Result<(), PolicyError> {
    checks::check_ids(file, known.ids())?;
    checks::check_annotations(file, known.without_annotation())?;
    checks::check(file)?;
    repository::check(file)?;
    protected::check(file)?;
    manifests::check(file)?;
    limits::check(file)?;
    signatures::check(file)?;
    people::check(file)?;
    approvals::check(file)?;
    automation::check(file)?;
    overriding::check(file)?;
    owners::check(file)?;
    images::check(file)?;
    clusters::check(file)
}

/// Everything that a new policy lets happen and the old one does not, one sentence each, in the order of the policy
/// file. A difference is a weakening unless it is certainly stricter. `known` lists the ids of all checks.
pub fn weakenings(old: &Layer, new: &Layer, known: &[CheckId]) -> Vec<String> {
    let (Some(before), Some(after)) = (old.document(), new.document()) else {
        return vec!["there would be no policy".to_owned()];
    };
    let PolicyDocument {
        api_version: _,
        kind: _,
        profile: _,
        repository,
        protected,
        manifests,
        clusters,
        images,
        signatures: _,
        people,
        owners: _,
        approvals,
        limits,
        waivers_max_age: _,
        automation,
        r#override,
        checks: _,
        waivers,
        unmanaged: _,
        accepted_trust_files: _,
    } = after;
    let mut found = Vec::new();
    found.extend(repository::weakening(before.repository.as_ref(), repository.as_ref()));
    found.extend(protected::weakenings(before.protected.as_deref(), protected.as_deref()));
    found.extend(manifests::weakenings(before.manifests.as_ref(), manifests.as_ref()));
    found.extend(clusters::weakenings(&before.clusters, clusters));
    found.extend(images::weakenings(&before.images, images));
    found.extend(signatures::weakenings(&old.signatures(), &new.signatures()));
    found.extend(people::weakenings(&before.people, people));
    found.extend(owners::weakenings(old.owners().as_ref(), new.owners().as_ref()));
    found.extend(approvals::weakenings(before.approvals.as_ref(), approvals.as_ref()));
    found.extend(limits::weakening(before.limits, *limits));
    found.extend(longer("waivers", old.waivers_max_age(), new.waivers_max_age()));
    found.extend(automation::weakenings(&before.automation, automation));
    found.extend(overriding::weakenings(before.r#override.as_ref(), r#override.as_ref()));
    found.extend(known.iter().flat_map(|check| checks::weakenings(check.as_str(), old, new)));
    found.extend(waivers::weakenings(&before.waivers, waivers));
    found
}

/// The items of the new list that the old one does not have.
fn added<'a, T: PartialEq>(old: &'a [T], new: &'a [T]) -> impl Iterator<Item = &'a T> {
    new.iter().filter(|item| !old.contains(item))
}

fn quoted<T: Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

/// A limit of time that is raised or taken away.
fn longer(what: &str, was: Option<Age>, is: Option<Age>) -> Option<String> {
    let was = was?;
    match is {
        Some(is) if is <= was => None,
        Some(is) => Some(format!("{what} are valid for {is} instead of {was}")),
        None => Some(format!("{what} are valid as long as they state, instead of {was}")),
    }
}

/// Patterns in which `*` crosses `/`.
pub(super) fn globs(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(Glob::new(pattern)?);
    }
    builder.build()
}

fn check_patterns(file: &Positioned, pointer: &str, patterns: &[String]) -> Result<(), PolicyError> {
    globs(patterns).map_err(|error| file.error(pointer, error.to_string(), None))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::layer::Author;
    use super::super::profile::PROFILES;
    use super::*;

    const KNOWN: [CheckId; 2] = [CheckId::new("node-port"), CheckId::new("rbac-escalation")];
    const BEFORE: &str = "\
repository: acme/prod
protected: [refs/heads/main, 'refs/tags/*']
manifests: {include: ['**/*.yaml', '**/*.yml'], exclude: [docs/**]}
clusters: [{name: prod, paths: ['prod/**'], kubernetes: '1.36'}]
images: [{kind: Ferry, group: acme.io, paths: [spec.engines, spec.image]}]
signatures: {require: trusted, revokedKeys: [keys/revoked], minimumRsaBits: 4096, maxSignatureAge: 30d, committer: signer, keyring: [keys/a.asc]}
people:
- {name: Alice, keys: [AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA], handles: ['@alice']}
- {name: Robot, bot: true}
owners: {approvals: 2, require: all, distinctTeams: 2}
approvals: {maxAge: 7d}
limits: {manifestMebibytes: 64}
waiversMaxAge: 90d
override: {people: [Alice]}
checks:
  node-port: {enforce: deny, scopes: [{paths: [dev/**], enforce: warn}]}
  rbac-escalation: {enforce: approve, approvers: ['@alice'], count: 2}
waivers:
- {check: node-port, object: Service/a/b, fingerprint: ab, reason: old, owner: '@alice', expires: 2027-01-01}
";

    fn layer(text: &str) -> Layer {
        let text = format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\n{text}");
        let profiles = PROFILES.iter().flat_map(|profile| profile.text().lines());
        let known: Vec<CheckId> = profiles
            .filter_map(|line| Some(CheckId::new(line.strip_prefix("  ")?.split(':').next()?)))
            .collect();
        Layer::parse("policy", text.as_bytes(), &KnownChecks::new(known, Vec::new()), Author::Repository)
            .unwrap()
    }

    fn found(replaced: &str, by: &str) -> Vec<String> {
        assert!(BEFORE.contains(replaced), "{replaced}");
        weakenings(&layer(BEFORE), &layer(&BEFORE.replace(replaced, by)), &KNOWN)
    }

    #[test]
    fn what_is_equal_or_stricter_is_no_weakening() {
        for (replaced, by) in [
            ("", ""),
            ("acme/prod", "acme/prod # the name"),
            ("refs/heads/main,", "refs/heads/main, 'refs/heads/release/*',"),
            ("protected: [refs/heads/main, 'refs/tags/*']", "protected: ['**']"),
            ("'**/*.yml'", "'**/*.yml', '**/*.json'"),
            (", exclude: [docs/**]", ""),
            ("spec.engines, spec.image", "spec.engines, spec.image, spec.crew"),
            ("approvals: 2", "approvals: 3"),
            ("7d", "24h"),
            ("override: {people: [Alice]}\n", ""),
            ("enforce: warn", "enforce: deny"),
            ("count: 2", "count: 3"),
            ("keyring: [keys/a.asc]", "keyring: []"),
        ] {
            let text = if replaced.is_empty() { found("acme", "acme") } else { found(replaced, by) };
            assert_eq!(text, Vec::<String>::new(), "{replaced} -> {by}");
        }
    }

    #[test]
    fn everything_weaker_is_said() {
        for (replaced, by, said) in [
            (
                "acme/prod",
                "acme/test",
                "approvals that were given in repository `acme/test` count, not those of `acme/prod`",
            ),
            (", 'refs/tags/*'", "", "`refs/tags/*` is no longer protected"),
            (", spec.image", "", "images in `spec.image` of Ferry are no longer judged"),
            (
                "include: ['**/*.yaml', '**/*.yml']",
                "include: ['**/*.yaml']",
                "`**/*.yml` are no longer read as manifests",
            ),
            ("[docs/**]", "[docs/**, prod/**]", "files of `prod/**` are no longer read as manifests"),
            ("1.36", "1.30", "the description of cluster `prod` changes"),
            ("name: prod,", "name: test,", "cluster `prod` is no longer described"),
            ("require: trusted", "require: none", "commits need no trusted signature"),
            ("[keys/a.asc]", "[keys/a.asc, keys/b.asc]", "keys of `keys/b.asc` are trusted"),
            (
                "keys: [",
                "keys: [BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB, ",
                "key `BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB` speaks for Alice",
            ),
            ("handles: ['@alice']", "handles: ['@alice', '@root']", "Alice counts as `@root`"),
            (
                "require: trusted, ",
                "require: trusted, forge: {allow: merges}, ",
                "merge commits that the forge signs count as signed",
            ),
            ("revokedKeys: [keys/revoked], ", "", "keys that `keys/revoked` revokes count again"),
            (
                "require: trusted, ",
                "require: trusted, merges: covered, ",
                "commits need no signature if a person merges them with a signed merge",
            ),
            ("minimumRsaBits: 4096, ", "", "RSA keys need fewer bits: the minimum that is ever accepted"),
            ("maxSignatureAge: 30d, ", "", "signatures are valid as long as they state, instead of 30d"),
            ("committer: signer, ", "", "the committer need not be the signer"),
            (", bot: true", "", "Robot is no longer marked as a bot and can now approve"),
            ("approvals: 2", "approvals: 1", "1 owner's approval is enough, instead of 2"),
            ("owners: {approvals: 2, require: all, distinctTeams: 2}\n", "", "owners need not approve"),
            ("require: all", "require: any", "not every listed owner must approve"),
            ("distinctTeams: 2", "distinctTeams: 1", "`distinctTeams` is 1, instead of 2"),
            ("{approvals: 2", "{dialect: gitlab, approvals: 2", "the dialect of CODEOWNERS changes"),
            (
                "{approvals: 2",
                "{signerCounts: true, approvals: 2",
                "owners can approve their own changes by signing them",
            ),
            (
                "{approvals: 2",
                "{allowAuthor: ['dev/**'], approvals: 2",
                "owners can approve their own changes of `dev/**` by signing them",
            ),
            ("7d", "8d", "approvals are valid for 8d instead of 7d"),
            ("approvals: {maxAge: 7d}\n", "", "approvals are valid as long as they state, instead of 7d"),
            (": 64", ": 65", "the manifests may have 65 MiB instead of 64 MiB"),
            ("limits: {manifestMebibytes: 64}\n", "", "the manifests may have 128 MiB instead of 64 MiB"),
            ("90d", "91d", "waivers are valid for 91d instead of 90d"),
            ("waiversMaxAge: 90d\n", "", "waivers are valid as long as they state, instead of 90d"),
            (
                "{enforce: deny, scopes",
                "{enforce: deny, annotation: allowed, scopes",
                "annotations of objects accept findings of `node-port` once owners approve",
            ),
            ("enforce: deny,", "enforce: warn,", "`node-port` becomes `warn` instead of `deny`"),
            (
                "  node-port: {enforce: deny, scopes: [{paths: [dev/**], enforce: warn}]}\n",
                "",
                "`node-port` becomes `warn` instead of `deny`",
            ),
            ("paths: [dev/**]", "paths: [prod/**]", "`node-port` is `warn` for paths `prod/**`"),
            (
                "approvers: ['@alice']",
                "approvers: ['@alice', '@bob']",
                "`@bob` may approve `rbac-escalation`",
            ),
            ("count: 2", "count: 1", "1 approval is enough for `rbac-escalation`, instead of 2"),
            (
                "2027-01-01",
                "2028-01-01",
                "`node-port` is waived for Service/a/b of cluster default until 2028-01-01, by @alice: old",
            ),
        ] {
            let found = found(replaced, by);
            assert!(found.iter().any(|text| text == said), "{replaced} -> {by}: {found:?}");
        }
    }

    #[test]
    fn who_may_override_is_said() {
        let with_bob = BEFORE.replace("owners:", "- {name: Bob}\nowners:");
        let found = weakenings(&layer(BEFORE), &layer(&with_bob.replace("[Alice]", "[Alice, Bob]")), &KNOWN);
        assert_eq!(found, ["Bob becomes an approver", "Bob may override the gate"]);
        let none = BEFORE.replace("override: {people: [Alice]}\n", "");
        assert_eq!(weakenings(&layer(&none), &layer(BEFORE), &KNOWN), ["Alice may override the gate"]);
    }
}

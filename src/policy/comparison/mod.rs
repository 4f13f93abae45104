//! What a new policy lets happen that the old one does not.
//!
//! In: two policies of one repository. Out: one sentence for everything that becomes weaker. Never:
//! calls a difference harmless because it does not understand it: what is neither equal nor certainly
//! stricter is a weakening. Every field of a policy file is taken apart here by name, so that a new
//! one cannot be forgotten.

mod rules;
mod trust;

use std::collections::BTreeSet;
use std::fmt::Display;

use super::document::{
    ClusterEntry, DEFAULT_INCLUDE, ImagesEntry, LimitsEntry, ManifestsEntry, PolicyDocument, WaiverEntry,
};
use super::layer::Layer;
use super::protected::{full_name_meant, meant_by};
use crate::finding::CheckId;
pub(super) use rules::Outline;

/// Everything that becomes weaker, in the order of the policy file. `known` lists the ids of all checks.
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
        r#override,
        checks: _,
        waivers,
        accepted_trust_files: _,
    } = after;
    let mut found = Vec::new();
    found.extend(trust::repository(before.repository.as_ref(), repository.as_ref()));
    found.extend(protected_refs(before.protected.as_deref(), protected.as_deref()));
    found.extend(manifest_files(before.manifests.as_ref(), manifests.as_ref()));
    found.extend(described_clusters(&before.clusters, clusters));
    found.extend(image_kinds(&before.images, images));
    found.extend(trust::signatures(&old.signatures(), &new.signatures()));
    found.extend(trust::people(&before.people, people));
    found.extend(trust::owners(old.owners().as_ref(), new.owners().as_ref()));
    found.extend(trust::approvals(before.approvals.as_ref(), approvals.as_ref()));
    found.extend(larger(before.limits, *limits));
    found.extend(trust::longer("waivers", old.waivers_max_age(), new.waivers_max_age()));
    found.extend(trust::overriders(before.r#override.as_ref(), r#override.as_ref()));
    found.extend(known.iter().flat_map(|check| rules::rule(check.as_str(), old, new)));
    found.extend(new_waivers(&before.waivers, waivers));
    found
}

/// What one list has and another has not.
fn added<'a, T: PartialEq>(old: &'a [T], new: &'a [T]) -> impl Iterator<Item = &'a T> {
    new.iter().filter(|item| !old.contains(item))
}

fn quoted<T: Display>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

/// More manifests may come in, and each push has to read them in time.
fn larger(old: Option<LimitsEntry>, new: Option<LimitsEntry>) -> Option<String> {
    let mebibytes = |limits: Option<LimitsEntry>| {
        let LimitsEntry { manifest_mebibytes } = limits.unwrap_or_default();
        manifest_mebibytes.unwrap_or(LimitsEntry::MANIFEST_MEBIBYTES)
    };
    let (old, new) = (mebibytes(old), mebibytes(new));
    (new > old).then(|| format!("the manifests may have {new} MiB instead of {old} MiB"))
}

/// HEAD's branch stays protected whatever is there; tags only by default, or by a pattern of their own.
fn protected_refs(old: Option<&[String]>, new: Option<&[String]>) -> Vec<String> {
    let tags = "refs/tags/*".to_owned();
    let by_default = std::slice::from_ref(&tags);
    let meant =
        |patterns: &[String]| patterns.iter().flat_map(|pattern| meant_by(pattern)).collect::<Vec<_>>();
    let (old, new) = (&meant(old.unwrap_or(by_default)), &meant(new.unwrap_or(by_default)));
    let everything = |pattern: &String| matches!(pattern.as_str(), "*" | "**" | "refs/*" | "refs/**");
    if new.iter().any(everything) {
        return Vec::new();
    }
    let lost = added(new, old).filter(|pattern| full_name_meant(pattern).is_none());
    lost.map(|pattern| format!("`{pattern}` is no longer protected")).collect()
}

fn manifest_files(old: Option<&ManifestsEntry>, new: Option<&ManifestsEntry>) -> Vec<String> {
    let (old, new) = (old.cloned().unwrap_or_default(), new.cloned().unwrap_or_default());
    let narrower = match (&old.include, &new.include) {
        (None, None) => None,
        (None, Some(new)) => Some(format!("only {} are read as manifests", quoted(new.iter()))),
        (Some(old), new) => {
            let by_default = DEFAULT_INCLUDE.map(str::to_owned);
            let gone: BTreeSet<&String> = added(new.as_deref().unwrap_or(&by_default), old).collect();
            (!gone.is_empty())
                .then(|| format!("{} are no longer read as manifests", quoted(gone.into_iter())))
        }
    };
    let excluded = added(&old.exclude, &new.exclude);
    let excluded = excluded.map(|pattern| format!("files of `{pattern}` are no longer read as manifests"));
    narrower.into_iter().chain(excluded).collect()
}

/// A cluster that goes, covers other files, or is taken for another version or another cloud's.
fn described_clusters(old: &[ClusterEntry], new: &[ClusterEntry]) -> Vec<String> {
    let differs = |cluster: &&ClusterEntry| !new.contains(cluster);
    let of_old = old.iter().filter(differs).map(|cluster| {
        if new.iter().any(|other| other.name == cluster.name) {
            format!("the description of cluster `{}` changes", cluster.name)
        } else {
            format!("cluster `{}` is no longer described", cluster.name)
        }
    });
    let is_new = |cluster: &&ClusterEntry| !old.iter().any(|other| other.name == cluster.name);
    let of_new = new.iter().filter(is_new).map(|cluster| {
        format!("files of {} belong to the new cluster `{}`", quoted(cluster.paths.iter()), cluster.name)
    });
    of_old.chain(of_new).collect()
}

/// A path in which images are no longer looked for.
fn image_kinds(old: &[ImagesEntry], new: &[ImagesEntry]) -> Vec<String> {
    let mut gone = Vec::new();
    for ImagesEntry { kind, group, paths } in old {
        let same = |other: &&ImagesEntry| other.kind == *kind && other.group == *group;
        for path in paths {
            if !new.iter().filter(same).any(|other| other.paths.contains(path)) {
                gone.push(format!("images in `{path}` of {kind} are no longer judged"));
            }
        }
    }
    gone
}

/// Also one that only holds for longer, or accepts another value.
fn new_waivers(old: &[WaiverEntry], new: &[WaiverEntry]) -> Vec<String> {
    let sentence = |waiver: &WaiverEntry| {
        let WaiverEntry { check, cluster, object, expires, owner, reason, fingerprint: _ } = waiver;
        format!("`{check}` is waived for {object} of cluster {cluster} until {expires}, by {owner}: {reason}")
    };
    added(old, new).map(sentence).collect()
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
        Layer::parse("policy", text.as_bytes(), &known, Author::Repository).unwrap()
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

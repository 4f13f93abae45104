//! `automation:`, what programs may change without owners.
//!
//! In: the entries of every layer. Out: [`LayerAutomation`], what each layer that demands something lets programs do.
//! Never: an entry by which one layer loosens another.

use std::fmt;

use globset::GlobSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layer::{Layer, Origin};
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::super::protected::full_name_meant;
use super::people::check_person;
use super::{PolicyDocument, SignatureRequirement, added, globs, quoted};

/// What a program may change without the approval of owners. Every new commit must be the program's own, have one
/// parent, and change nothing but single values of the listed `fields` in the listed `paths`: the registry and the
/// repository of an image stay, a digest does not vanish, and a version is newer by an order that is certain. All
/// checks still run. Trust files always need their owners.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutomationEntry {
    /// The program: a name in `people:` that is marked `bot: true`.
    pub person: String,
    /// What proves that a change is the program's own.
    #[serde(default)]
    pub proof: AutomationProof,
    /// Patterns of the branches that it may change, by their full names, such as `refs/heads/main`; `*` matches `/` too.
    #[serde(default)]
    pub branches: Vec<String>,
    /// Globs of the files that it may change.
    #[serde(default)]
    pub paths: Vec<String>,
    /// The values that it may change.
    #[serde(default)]
    pub fields: Vec<AutomationField>,
    /// Globs of image repositories with their registry, such as `ghcr.io/acme/*` or `docker.io/library/nginx`, and of
    /// charts, such as `podinfo`. If absent, every one that a file names already.
    #[serde(default)]
    pub repositories: Vec<String>,
    /// Patterns of the tags that it may create without a signature, such as `refs/tags/v*`, at commits that the
    /// governing branch has already. Needs `proof: account`.
    #[serde(default)]
    pub tags: Vec<String>,
}

/// What proves that a change is a program's own.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum AutomationProof {
    /// A trusted key of the program signed every new commit.
    #[default]
    Signature,
    /// The host says that the program's account pushed, or that no other account moved the branch of the pull request.
    /// Its commits need no signature: anyone who has the password or token of the account can make such changes.
    Account,
}

/// A kind of value that a program may change.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum AutomationField {
    /// The tag of an image, and with it the digest.
    Image,
    /// The digest of an image whose tag stays. Digests have no order: the program can go back to an older one.
    Digest,
    /// The version of a chart: of a HelmRelease, of an Argo CD source, or in `helmCharts` of a kustomization.
    Chart,
}

impl AutomationField {
    /// The word that the policy file uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Digest => "digest",
            Self::Chart => "chart",
        }
    }
}

impl fmt::Display for AutomationField {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Refuses what can never hold: a person, a lane that leads nowhere, a tag without an account.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let entries = file.document.automation.iter().enumerate();
    entries.clone().try_for_each(|(index, entry)| check_program(file, index, entry))?;
    entries.clone().try_for_each(|(index, entry)| check_extent(file, index, entry))?;
    entries.clone().try_for_each(|(index, entry)| check_patterns(file, index, entry))
}

fn check_program(file: &Positioned, index: usize, entry: &AutomationEntry) -> Result<(), PolicyError> {
    let pointer = format!("/automation/{index}/person");
    check_person(file, &pointer, &entry.person)?;
    let program = file.document.people.iter().find(|person| person.name == entry.person && person.bot);
    if program.is_none() {
        let message =
            format!("`{}` is not marked `bot: true`: only a program can have an entry", entry.person);
        return Err(file.error(&pointer, message, None));
    }
    Ok(())
}

fn check_extent(file: &Positioned, index: usize, entry: &AutomationEntry) -> Result<(), PolicyError> {
    let AutomationEntry { person: _, proof, branches, paths, fields, repositories: _, tags } = entry;
    let pointer = format!("/automation/{index}");
    let some = [branches.is_empty(), paths.is_empty(), fields.is_empty()];
    let (all_empty, any_empty) = (some.iter().all(|empty| *empty), some.iter().any(|empty| *empty));
    if any_empty && !all_empty {
        let message = "`branches`, `paths` and `fields` belong together: list at least one of each";
        return Err(file.error(&pointer, message, None));
    }
    if all_empty && tags.is_empty() {
        let message = "the entry allows nothing: list `branches`, `paths` and `fields`, or `tags`";
        return Err(file.error(&pointer, message, None));
    }
    if !tags.is_empty() && *proof != AutomationProof::Account {
        let message = "`tags` are tags without a signature, so they need `proof: account`";
        return Err(file.error(&format!("{pointer}/tags"), message, None));
    }
    Ok(())
}

fn check_patterns(file: &Positioned, index: usize, entry: &AutomationEntry) -> Result<(), PolicyError> {
    let AutomationEntry { branches, paths, repositories, tags, .. } = entry;
    let lists = [("branches", branches), ("paths", paths), ("repositories", repositories), ("tags", tags)];
    for (name, patterns) in lists {
        super::check_patterns(file, &format!("/automation/{index}/{name}"), patterns)?;
    }
    for (name, patterns) in [("branches", branches), ("tags", tags)] {
        for (place, pattern) in patterns.iter().enumerate() {
            if let Some(full) = full_name_meant(pattern) {
                let message = format!("`{pattern}` is not the full name of a ref");
                return Err(file.error(&format!("/automation/{index}/{name}/{place}"), message, Some(full)));
            }
        }
    }
    Ok(())
}

/// Entries that are new, or that allow more than each former one.
pub(super) fn weakenings(old: &[AutomationEntry], new: &[AutomationEntry]) -> Vec<String> {
    let wider = new.iter().filter(|entry| !old.iter().any(|former| is_within(entry, former)));
    wider.map(describe).collect()
}

/// Whether everything that an entry allows, another one allows too. Patterns are compared as text.
fn is_within(entry: &AutomationEntry, former: &AutomationEntry) -> bool {
    let AutomationEntry { person, proof, branches, paths, fields, repositories, tags } = entry;
    let any_before = former.repositories.is_empty();
    let fewer = !repositories.is_empty() && added(&former.repositories, repositories).next().is_none();
    *person == former.person
        && *proof == former.proof
        && added(&former.branches, branches).next().is_none()
        && added(&former.paths, paths).next().is_none()
        && added(&former.fields, fields).next().is_none()
        && added(&former.tags, tags).next().is_none()
        && (any_before || fewer)
}

fn describe(entry: &AutomationEntry) -> String {
    let AutomationEntry { person, proof, branches, paths, fields, repositories, tags } = entry;
    let mut may = Vec::new();
    if !fields.is_empty() {
        let of = if repositories.is_empty() {
            String::new()
        } else {
            format!(" of {}", quoted(repositories.iter()))
        };
        may.push(format!(
            "change {}{of} in {} on {} without owners",
            quoted(fields.iter()),
            quoted(paths.iter()),
            quoted(branches.iter())
        ));
    }
    if !tags.is_empty() {
        may.push(format!("create tags {} without a signature", quoted(tags.iter())));
    }
    let proved = match proof {
        AutomationProof::Signature => "its key",
        AutomationProof::Account => "its account",
    };
    format!("the program {person}, known by {proved}, may {}", may.join(", and "))
}

/// An entry that can be asked.
#[derive(Clone, Debug)]
pub struct AutomationLane {
    /// The entry.
    pub entry: AutomationEntry,
    /// Its line.
    pub origin: Origin,
    branches: GlobSet,
    paths: GlobSet,
    repositories: GlobSet,
    tags: GlobSet,
}

impl AutomationLane {
    /// `None` if a pattern does not compile, which the validation of the file refuses.
    fn of(entry: &AutomationEntry, origin: Origin) -> Option<Self> {
        Some(Self {
            branches: globs(&entry.branches).ok()?,
            paths: globs(&entry.paths).ok()?,
            repositories: globs(&entry.repositories).ok()?,
            tags: globs(&entry.tags).ok()?,
            entry: entry.clone(),
            origin,
        })
    }

    /// Whether it is about a branch.
    pub fn has_branch(&self, ref_name: &str) -> bool {
        ref_name.starts_with("refs/heads/") && self.branches.is_match(ref_name)
    }

    /// Whether it is about a tag.
    pub fn has_tag(&self, ref_name: &str) -> bool {
        ref_name.starts_with("refs/tags/") && self.tags.is_match(ref_name)
    }

    /// Whether it is about a file.
    pub fn has_path(&self, path: &str) -> bool {
        self.paths.is_match(path)
    }

    /// Whether it is about a repository of images or a chart.
    pub fn has_repository(&self, name: &str) -> bool {
        self.entry.repositories.is_empty() || self.repositories.is_match(name)
    }
}

/// What a layer demands of a change, and the entries with which it lets programs do without.
#[derive(Clone, Debug)]
pub struct LayerAutomation {
    /// Whether it asks owners.
    pub demands_owners: bool,
    /// Whether it asks for signatures.
    pub demands_signatures: bool,
    /// Whether the server's administrator wrote it.
    pub is_servers: bool,
    /// Its entries.
    pub lanes: Vec<AutomationLane>,
}

impl Layer {
    fn automation(&self) -> LayerAutomation {
        let mut lanes = Vec::new();
        for file in &self.files {
            let PolicyDocument { automation, .. } = &file.document;
            for (index, entry) in automation.iter().enumerate() {
                let origin = self.origin(file, &format!("/automation/{index}"));
                lanes.extend(AutomationLane::of(entry, origin));
            }
        }
        LayerAutomation {
            demands_owners: self.owners().is_some(),
            demands_signatures: self.signatures().require == SignatureRequirement::Trusted
                || self.runs("unsigned-commit")
                || self.runs("untrusted-signature"),
            is_servers: self.is_servers(),
            lanes,
        }
    }
}

impl Policy {
    /// What each layer lets programs do; empty if no layer has an entry. A layer excuses only from what it demands
    /// itself.
    pub fn automation(&self) -> Vec<LayerAutomation> {
        let layers: Vec<LayerAutomation> = self.layers.iter().map(|layer| layer.automation()).collect();
        if layers.iter().all(|layer| layer.lanes.is_empty()) { Vec::new() } else { layers }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nprofile: audit\n\
        people: [{name: Updater, bot: true}, {name: Alice}]\n";
    const LANE: &str = "person: Updater, branches: [refs/heads/main], paths: ['apps/**'], fields: [image]";

    fn entries(lists: &str) -> Result<Vec<AutomationEntry>, String> {
        let text = format!("{HEAD}automation: [{lists}]\n");
        let file = Positioned::parse("policy", text.as_bytes()).map_err(|error| error.to_string())?;
        check(&file).map_err(|error| error.to_string())?;
        Ok(file.document.automation)
    }

    #[test]
    fn what_can_never_hold_is_refused() {
        for (entry, message) in [
            ("{person: Updatr, tags: [refs/tags/v*], proof: account}", "did you mean `Updater`?"),
            ("{person: Alice, tags: [refs/tags/v*], proof: account}", "is not marked `bot: true`"),
            ("{person: Updater}", "the entry allows nothing"),
            ("{person: Updater, fields: [image], paths: [a]}", "belong together"),
            ("{person: Updater, tags: [refs/tags/v*]}", "need `proof: account`"),
            ("{person: Updater, tags: [v*], proof: account}", "did you mean `refs/heads/v*`?"),
            (
                "{person: Updater, branches: [main], paths: [a], fields: [image]}",
                "did you mean `refs/heads/main`?",
            ),
            (
                "{person: Updater, branches: [refs/heads/main], paths: ['[a'], fields: [image]}",
                "error parsing glob",
            ),
            (
                "{person: Updater, branches: [refs/heads/main], paths: [a], fields: [images]}",
                "did you mean `image`?",
            ),
        ] {
            let error = entries(entry).expect_err(entry);
            assert!(error.contains(message), "{entry}\n{error}");
        }
        entries(&format!("{{{LANE}}}")).unwrap();
    }

    #[test]
    fn only_less_is_no_weakening() {
        let weaker = |old: &str, new: &str| weakenings(&entries(old).unwrap(), &entries(new).unwrap());
        let lane = |more: &str| format!("{{{LANE}{more}}}");
        assert_eq!(weaker(&lane(""), &lane("")), Vec::<String>::new());
        assert_eq!(weaker(&lane(""), ""), Vec::<String>::new());
        assert_eq!(weaker(&lane(""), &lane(", repositories: ['ghcr.io/acme/*']")), Vec::<String>::new());
        let said = weaker("", &lane(", repositories: ['ghcr.io/acme/*']"));
        let all = "the program Updater, known by its key, may change `image` of `ghcr.io/acme/*` in `apps/**` on \
            `refs/heads/main` without owners";
        assert_eq!(said, [all]);
        for (old, new) in [
            (lane(", repositories: [a]"), lane("")),
            (lane(", repositories: [a]"), lane(", repositories: [a, b]")),
            (lane(""), lane(", proof: account")),
            (lane(", proof: account"), lane("")),
            (lane(", proof: account"), lane(", proof: account, tags: [refs/tags/v*]")),
            (lane(""), lane("").replace("apps/**", "**")),
            (lane(""), lane("").replace("[image]", "[image, digest]")),
            (lane(""), lane("").replace("[refs/heads/main]", "[refs/heads/main, refs/heads/dev]")),
        ] {
            assert_eq!(weaker(&old, &new).len(), 1, "{old} -> {new}");
        }
    }
}

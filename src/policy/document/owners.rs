//! `owners:`, the approval of owners.

use globset::GlobSet;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layer::Layer;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::{added, check_patterns, globs, one};
use codeowners::{Dialect, PolicyDemand, RequiredOwners};

/// Approval by owners.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OwnersEntry {
    /// The dialect of CODEOWNERS, or the nested OWNERS files of the Kubernetes project. If absent, the folder of
    /// CODEOWNERS decides: `.github`, `.gitlab`, `.gitea` or `.forgejo`; otherwise the dialect of the host, or GitHub's
    /// on plain git servers.
    pub dialect: Option<Dialect>,
    /// The number of owners who must approve a path; a section of GitLab's dialect may require more.
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
    /// Globs of files for which `signerCounts` holds, where it does not hold for all: an owner who made a change of them
    /// approves it by signing it, and no one else has to look at it. Never for trust files.
    #[serde(default)]
    pub allow_author: Vec<String>,
}

impl OwnersEntry {
    /// Requirements beyond the file of owners.
    pub fn demand(&self) -> PolicyDemand {
        PolicyDemand { approvals: self.approvals, owners: self.require, distinct_teams: self.distinct_teams }
    }
}

/// OWNERS files name accounts only, so that no approval could ever count for a team.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    let Some(owners) = &file.document.owners else { return Ok(()) };
    check_patterns(file, "/owners/allowAuthor", &owners.allow_author)?;
    if owners.dialect == Some(Dialect::Kubernetes) && owners.distinct_teams > 0 {
        let message = "OWNERS files name no teams, so `distinctTeams` could never be met";
        return Err(file.error("/owners/distinctTeams", message, None));
    }
    Ok(())
}

/// Fewer approvals, by fewer people, or by an author.
pub(super) fn weakenings(old: Option<&OwnersEntry>, new: Option<&OwnersEntry>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else {
        let gone = old.is_some() && new.is_none();
        return gone.then(|| "owners need not approve".to_owned()).into_iter().collect();
    };
    let OwnersEntry { dialect, approvals, require, distinct_teams, signer_counts, allow_author } = new;
    let mut found = Vec::new();
    if *dialect != old.dialect {
        found.push("the dialect of CODEOWNERS changes".to_owned());
    }
    if *approvals < old.approvals {
        let noun = if *approvals == 1 { "owner's approval is" } else { "owners' approvals are" };
        found.push(format!("{approvals} {noun} enough, instead of {}", old.approvals));
    }
    if *require < old.require {
        found.push("not every listed owner must approve".to_owned());
    }
    if *distinct_teams < old.distinct_teams {
        found.push(format!("`distinctTeams` is {distinct_teams}, instead of {}", old.distinct_teams));
    }
    if *signer_counts && !old.signer_counts {
        found.push("owners can approve their own changes by signing them".to_owned());
    }
    let wider = added(&old.allow_author, allow_author).filter(|_| !old.signer_counts && !signer_counts);
    found.extend(
        wider.map(|pattern| format!("owners can approve their own changes of `{pattern}` by signing them")),
    );
    found
}

impl Layer {
    /// The layer's demands on owners; `None` if it has no demands.
    pub fn owners(&self) -> Option<OwnersEntry> {
        let mut entries = self.files.iter().filter_map(|file| file.document.owners.clone());
        entries.next().filter(|owners| owners.approvals > 0)
    }
}

/// The files whose owners may approve their own changes by signing them.
#[derive(Debug)]
pub struct AuthorPaths {
    /// What each layer with a demand allows.
    layers: Vec<AuthorRule>,
}

#[derive(Debug)]
enum AuthorRule {
    Everywhere,
    Within(GlobSet),
    Nowhere,
}

impl AuthorRule {
    fn of(owners: &OwnersEntry) -> Self {
        match (owners.signer_counts, globs(&owners.allow_author)) {
            (true, _) => Self::Everywhere,
            (false, Ok(paths)) if !paths.is_empty() => Self::Within(paths),
            (false, Ok(_) | Err(_)) => Self::Nowhere,
        }
    }
}

impl AuthorPaths {
    /// Whether there is any such file.
    pub fn may_have_any(&self) -> bool {
        let nowhere = |rule: &AuthorRule| matches!(rule, AuthorRule::Nowhere);
        !self.layers.is_empty() && !self.layers.iter().any(nowhere)
    }

    /// Whether a file is one of them: every layer that asks for owners allows it.
    pub fn include(&self, path: &str) -> bool {
        let allows = |rule: &AuthorRule| match rule {
            AuthorRule::Everywhere => true,
            AuthorRule::Within(paths) => paths.is_match(path),
            AuthorRule::Nowhere => false,
        };
        !self.layers.is_empty() && self.layers.iter().all(allows)
    }
}

impl Policy {
    /// The files whose owners may approve their own changes.
    pub fn author_paths(&self) -> AuthorPaths {
        let demands = self.layers.iter().filter_map(|layer| layer.owners());
        AuthorPaths { layers: demands.map(|owners| AuthorRule::of(&owners)).collect() }
    }

    /// The strictest demand on owners; `None` if no layer has one.
    pub fn owners(&self) -> Option<OwnersEntry> {
        let demands: Vec<OwnersEntry> = self.layers.iter().filter_map(|layer| layer.owners()).collect();
        Some(OwnersEntry {
            // `author_paths` says where all layers allow it.
            allow_author: Vec::new(),
            dialect: self.owners_dialect(&demands),
            approvals: demands.iter().map(|owners| owners.approvals).max()?,
            require: demands.iter().map(|owners| owners.require).max()?,
            distinct_teams: demands.iter().map(|owners| owners.distinct_teams).max()?,
            signer_counts: demands.iter().all(|owners| owners.signer_counts),
        })
    }

    /// The server's dialect goes before the repository's, which could make a file mean less by reading it in another
    /// one. For the same reason that of a target ref's own policy counts only if no one else demands owners.
    fn owners_dialect(&self, demands: &[OwnersEntry]) -> Option<Dialect> {
        let of_server = self.layers.iter().find(|layer| layer.is_servers()).and_then(|layer| layer.owners());
        let governing = self.layers.first().and_then(|layer| layer.owners());
        if let Some(dialect) = of_server.as_ref().and_then(|owners| owners.dialect) {
            return Some(dialect);
        }
        if of_server.is_some() || governing.is_some() {
            return governing.and_then(|owners| owners.dialect);
        }
        demands.iter().find_map(|owners| owners.dialect)
    }
}

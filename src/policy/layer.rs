//! One policy file made usable, on top of the profiles that it starts from.

use super::document::{
    self, CheckRule, PolicyDocument, Scope, ScopePaths, SignatureRequirement, compile_scopes, parse_waivers,
};
use super::enforcement::Enforcement;
use super::error::PolicyError;
use super::known_checks::KnownChecks;
use super::position::Positioned;
use super::profile::{PROFILES, ProfileName};
use super::waiver::{Acceptance, WaivedFinding, Waiver, WaiverTerm};

/// The policy line that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file, as people know it.
    pub path: String,
    /// Its line, from 1.
    pub line: u32,
}

/// A policy's decision on a finding.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The enforcement that applies.
    pub enforcement: Enforcement,
    /// The enforcement that the line names, regardless of waivers.
    pub ruled: Enforcement,
    /// The line that says so.
    pub origin: Origin,
    /// The approvals that the finding requires, with `approve`: all of these.
    pub demands: Vec<ApprovalDemand>,
    /// The acceptance that reduced it to nothing.
    pub waived: Option<Acceptance>,
}

/// A demand that a number of people approve a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalDemand {
    /// Accounts, teams and e-mail addresses, as CODEOWNERS writes them.
    pub approvers: Vec<String>,
    /// The number of people who have one of these.
    pub count: usize,
}

impl Decision {
    /// The decision if no layer says anything: the finding is reported, and nothing more.
    pub fn without_a_layer() -> Self {
        Self {
            enforcement: Enforcement::Deny,
            ruled: Enforcement::Deny,
            origin: Origin { path: "no policy".to_owned(), line: 1 },
            demands: Vec::new(),
            waived: None,
        }
    }

    /// The stricter of two decisions about one finding. If both require approval, both approvals are required.
    pub fn stricter(self, other: Self) -> Self {
        let rank = |decision: &Self| (decision.enforcement, decision.waived.is_some());
        let demands = match (self.enforcement, other.enforcement) {
            (Enforcement::Approve, Enforcement::Approve) => joined(&self.demands, &other.demands),
            (Enforcement::Off | Enforcement::Warn | Enforcement::Approve | Enforcement::Deny, _) => {
                Vec::new()
            }
        };
        let mut stricter = if rank(&other) >= rank(&self) { other } else { self };
        if !demands.is_empty() {
            stricter.demands = demands;
        }
        stricter
    }
}

fn joined(one: &[ApprovalDemand], other: &[ApprovalDemand]) -> Vec<ApprovalDemand> {
    let new = other.iter().filter(|demand| !one.contains(demand));
    one.iter().chain(new).cloned().collect()
}

/// One policy file on top of its profile.
#[derive(Debug)]
pub struct Layer {
    pub(super) files: Vec<Positioned>,
    pub(super) waivers: Vec<Waiver>,
    pub(super) author: Author,
    /// The patterns of its scopes, compiled once: every finding is compared with them.
    scope_paths: ScopePaths,
}

/// The author of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The repository, or no one.
    Repository,
    /// The server's administrator: reports say so, because no waiver of the repository counts.
    Server,
}

/// Checks that `signatures:` switches on if no file names them.
const SIGNATURE_CHECKS: [&str; 2] = ["unsigned-commit", "untrusted-signature"];
/// Checks that `owners:` switches on if no file names them.
const OWNER_CHECKS: [&str; 2] = ["missing-approval", "invalid-codeowners"];

impl Layer {
    /// Parses a policy file and the profiles below it.
    pub fn parse(path: &str, bytes: &[u8], known: &KnownChecks, author: Author) -> Result<Self, PolicyError> {
        Self::of(Positioned::parse(path, bytes)?, known, author)
    }

    /// A policy of our own making, which is in no file.
    pub fn of_document(
        name: &str,
        document: PolicyDocument,
        known: &KnownChecks,
    ) -> Result<Self, PolicyError> {
        Self::of(Positioned::unwritten(name, document)?, known, Author::Repository)
    }

    fn of(own: Positioned, known: &KnownChecks, author: Author) -> Result<Self, PolicyError> {
        let profile = own.document.profile.unwrap_or_default();
        let mut files = vec![own];
        add_profiles(&mut files, profile)?;
        if let (Author::Repository, Some(own)) = (author, files.first())
            && !own.document.accepted_trust_files.is_empty()
        {
            let message =
                "`acceptedTrustFiles` counts in the server's policy only: a repository cannot accept its own";
            return Err(own.error("/acceptedTrustFiles", message, None));
        }
        if let (Author::Repository, Some(own)) = (author, files.first())
            && own.document.unmanaged.is_some()
        {
            let message = "`unmanaged` counts in the server's policy only: this repository has a policy";
            return Err(own.error("/unmanaged", message, None));
        }
        for file in &files {
            document::check(file, known)?;
        }
        let waivers = files.iter().map(parse_waivers).collect::<Result<Vec<_>, _>>()?.concat();
        let scope_paths = compile_scopes(&files)?;
        Ok(Self { files, waivers, author, scope_paths })
    }

    /// A profile alone, for a repository without a policy.
    pub fn profile(profile: ProfileName) -> Result<Self, PolicyError> {
        let mut files = Vec::new();
        add_profiles(&mut files, profile)?;
        let scope_paths = compile_scopes(&files)?;
        Ok(Self { files, waivers: Vec::new(), author: Author::Repository, scope_paths })
    }

    /// Whether the server's administrator wrote it.
    pub fn is_servers(&self) -> bool {
        self.author == Author::Server
    }

    /// The file itself, without its profiles.
    pub fn document(&self) -> Option<&PolicyDocument> {
        self.files.first().map(|file| &file.document)
    }

    /// The file and the profiles below it.
    pub(super) fn documents(&self) -> impl Iterator<Item = &PolicyDocument> {
        self.files.iter().map(|file| &file.document)
    }

    /// Whether any finding of a check could matter.
    pub fn runs(&self, check: &str) -> bool {
        let rules = self.files.iter().filter_map(|file| file.document.checks.get(check));
        let by_scope = rules.flat_map(|rule| &rule.scopes).any(|scope| scope.enforce != Enforcement::Off);
        by_scope || self.enforcement(check, None, None).0 != Enforcement::Off
    }

    /// This layer's decision on a finding at a path.
    pub(super) fn decide(&self, finding: &WaivedFinding, path: Option<&str>, term: WaiverTerm) -> Decision {
        let (enforcement, origin, rule) = self.enforcement(finding.check.as_str(), path, Some(finding));
        let ruled = enforcement;
        let waived = self.waivers.iter().find(|waiver| waiver.covers(finding, term)).cloned();
        let enforcement = if waived.is_some() { Enforcement::Off } else { enforcement };
        let demands = match enforcement {
            Enforcement::Approve => vec![demand(rule)],
            Enforcement::Off | Enforcement::Warn | Enforcement::Deny => Vec::new(),
        };
        Decision { enforcement, ruled, origin, demands, waived: waived.map(Acceptance::Waiver) }
    }

    pub(super) fn enforcement(
        &self,
        check: &str,
        path: Option<&str>,
        finding: Option<&WaivedFinding>,
    ) -> (Enforcement, Origin, Option<&CheckRule>) {
        for file in &self.files {
            let Some(rule) = file.document.checks.get(check) else { continue };
            let scope = rule.scopes.iter().find(|scope| self.applies(scope, path, finding));
            if let Some(enforcement) = scope.map(|scope| scope.enforce).or(rule.enforce) {
                return (enforcement, self.origin(file, &format!("/checks/{check}")), Some(rule));
            }
        }
        let (enforcement, key) = self.implied(check);
        let file = self.files.iter().find(|file| file.has(key)).or(self.files.first());
        let nowhere = Origin { path: String::new(), line: 1 };
        (enforcement, file.map_or(nowhere, |file| self.origin(file, &format!("/{key}"))), None)
    }

    fn applies(&self, scope: &Scope, path: Option<&str>, finding: Option<&WaivedFinding>) -> bool {
        let paths = self.scope_paths.get(&scope.paths);
        let path_fits = scope.paths.is_empty()
            || path.is_some_and(|path| paths.is_some_and(|paths| paths.is_match(path)));
        let cluster_fits = scope.clusters.is_empty()
            || finding.is_some_and(|finding| scope.clusters.contains(&finding.cluster));
        let severity_fits = scope.severities.is_empty()
            || finding.is_some_and(|finding| scope.severities.contains(&finding.severity));
        path_fits && cluster_fits && severity_fits
    }

    pub(super) fn origin(&self, file: &Positioned, pointer: &str) -> Origin {
        let path = match self.author {
            Author::Repository => file.path.clone(),
            Author::Server => format!("server policy, {}", file.path),
        };
        Origin { path, line: file.line(pointer) }
    }

    /// The enforcement that `signatures:` and `owners:` imply for a check that no file names. A check that nothing
    /// names at all warns: a new one is never silent.
    fn implied(&self, check: &str) -> (Enforcement, &'static str) {
        if SIGNATURE_CHECKS.contains(&check) {
            let demanded = self.signatures().require == SignatureRequirement::Trusted;
            (if demanded { Enforcement::Deny } else { Enforcement::Off }, "signatures")
        } else if OWNER_CHECKS.contains(&check) {
            (if self.owners().is_some() { Enforcement::Deny } else { Enforcement::Off }, "owners")
        } else {
            (Enforcement::Warn, "profile")
        }
    }
}

/// The approvers that a rule demands. A demand without approvers can never be met.
fn demand(rule: Option<&CheckRule>) -> ApprovalDemand {
    ApprovalDemand {
        approvers: rule.map(|rule| rule.approvers.clone()).unwrap_or_default(),
        count: rule.and_then(|rule| rule.count).unwrap_or(1),
    }
}

fn add_profiles(files: &mut Vec<Positioned>, profile: ProfileName) -> Result<(), PolicyError> {
    let mut next = Some(profile);
    while let Some(profile) = next {
        let file = Positioned::parse(profile.path(), profile.text().as_bytes())?;
        next = file.document.profile.filter(|_| files.len() <= PROFILES.len());
        files.push(file);
    }
    Ok(())
}

//! What the gate must know of a host with pull requests before it asks it anything.
//!
//! In: a host. Out: [`ForgeHost`] with its [`ForgeFacts`]. Never: asks.

use super::HostKind;
use super::runner::{Job, Runner};
use super::topic::Topic;

/// A host that is a forge: it has pull requests, and an API that is known.
#[derive(Clone, Copy, Debug)]
pub struct ForgeHost {
    kind: HostKind,
    facts: &'static ForgeFacts,
}

impl ForgeHost {
    pub(super) fn of(kind: HostKind) -> Option<Self> {
        kind.facts().forge.as_ref().map(|facts| Self { kind, facts })
    }

    /// Every forge.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        HostKind::ALL.iter().filter_map(|kind| kind.forge())
    }

    /// The forge of a word of `--forge`.
    pub fn named(word: &str) -> Option<Self> {
        HostKind::named(word).and_then(HostKind::forge)
    }

    /// The host.
    pub fn kind(self) -> HostKind {
        self.kind
    }

    /// What is known of it without asking it.
    pub fn facts(self) -> &'static ForgeFacts {
        self.facts
    }

    /// The server of an API: every forge has its API in a place of its own.
    pub fn server_of(api: &str) -> String {
        let mut public = Self::all().filter_map(|forge| forge.facts.public);
        if let Some((_, server)) = public.find(|(known, _)| *known == api) {
            return server.to_owned();
        }
        let below = Self::all().find_map(|forge| api.strip_suffix(forge.facts.api_suffix));
        below.unwrap_or(api).to_owned()
    }
}

/// Everything about one forge that needs no network.
#[derive(Debug)]
pub struct ForgeFacts {
    /// Its name, for people.
    pub name: &'static str,
    /// Whether a job is one of its runner.
    pub runs: fn(&Runner) -> bool,
    /// What its runner says of a job.
    pub job: fn(&Runner) -> Job,
    /// What is between a server's address and its API.
    pub api_suffix: &'static str,
    /// The API and the server that everyone uses, where their addresses have nothing in common.
    pub public: Option<(&'static str, &'static str)>,
    /// The folder of refs with the commits of pull requests, which ends with their numbers.
    pub pull_refs: &'static str,
    /// The name beside a token, for git.
    pub git_user: &'static str,
    /// What its settings can do.
    pub settings: SettingsFacts,
}

/// What the settings of a forge can do, for `doctor --forge`.
#[derive(Debug)]
pub struct SettingsFacts {
    /// Where a setting is changed: words that people find on the forge's pages.
    pub help: fn(Topic) -> &'static str,
    /// What those bypass that may.
    pub bypass: BypassReach,
    /// Whether a required status can be one of a given app.
    pub status_source: StatusSource,
    /// What describes the pipeline.
    pub pipeline: PipelineSource,
    /// Whether it examines the file of owners.
    pub owners_check: OwnersCheck,
}

/// What accounts bypass that may bypass a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BypassReach {
    /// The whole rule.
    WholeRule,
    /// Required statuses and reviews alone.
    StatusesAndReviews,
}

/// Whether a forge can demand that a status comes from a given app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusSource {
    /// It can.
    Pinnable,
    /// It knows no source of a status.
    Unknown,
}

/// What describes the pipeline that runs the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineSource {
    /// Workflows of the repository.
    Workflows,
    /// The project's settings.
    Settings,
}

/// Whether a forge reports what is wrong with the file of owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnersCheck {
    /// It does.
    Reported,
    /// It does not.
    NotReported,
}

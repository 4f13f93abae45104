//! HostFacts about a host with pull requests that the gate needs before it sends a request.
//!
//! In: a host. Out: [`ForgeHost`] with its [`ForgeFacts`]. Never: sends a request.

use super::HostKind;
use super::runner::{Job, Runner};
use super::topic::Topic;

/// A host that is a forge: it has pull requests, and a known API.
#[derive(Clone, Copy, Debug)]
pub struct ForgeHost {
    kind: HostKind,
    facts: &'static ForgeFacts,
}

impl ForgeHost {
    pub(super) fn of(kind: HostKind) -> Option<Self> {
        kind.facts().forge.as_ref().map(|facts| Self { kind, facts })
    }

    /// Returns every forge.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        HostKind::ALL.iter().filter_map(|kind| kind.forge())
    }

    /// Returns the forge of a word of `--forge`.
    pub fn named(word: &str) -> Option<Self> {
        HostKind::named(word).and_then(HostKind::forge)
    }

    /// Returns the host.
    pub fn kind(self) -> HostKind {
        self.kind
    }

    /// Returns the facts that need no network.
    pub fn facts(self) -> &'static ForgeFacts {
        self.facts
    }

    /// Returns the server of an API. Every forge has its API in a place of its own.
    pub fn server_of(api: &str) -> String {
        let mut public = Self::all().filter_map(|forge| forge.facts.public);
        if let Some((_, server)) = public.find(|(known, _)| *known == api) {
            return server.to_owned();
        }
        let below = Self::all().find_map(|forge| api.strip_suffix(forge.facts.api_suffix));
        below.unwrap_or(api).to_owned()
    }
}

/// All facts about one forge that need no network.
#[derive(Debug)]
pub struct ForgeFacts {
    /// Its name, for people.
    pub name: &'static str,
    /// Returns true if a job is one of its runner.
    pub runs: fn(&Runner) -> bool,
    /// Reads the job from the runner's variables.
    pub job: fn(&Runner) -> Job,
    /// The text between a server's address and its API.
    pub api_suffix: &'static str,
    /// The API and the server that everyone uses, if their addresses have nothing in common.
    pub public: Option<(&'static str, &'static str)>,
    /// The folder of refs with the commits of pull requests, which ends with their numbers.
    pub pull_refs: &'static str,
    /// The name beside a token, for git.
    pub git_user: &'static str,
    /// The facts about its settings.
    pub settings: SettingsFacts,
}

/// HostFacts about the settings of a forge, for `doctor --forge`.
#[derive(Debug)]
pub struct SettingsFacts {
    /// Returns the place where a setting is changed, in words that people find on the forge's pages.
    pub help: fn(Topic) -> &'static str,
    /// The rules that a bypass skips.
    pub bypass: BypassReach,
    /// Says whether a required status can be one of a given app.
    pub status_source: StatusSource,
    /// The source of the pipeline's description.
    pub pipeline: PipelineSource,
    /// Says whether it examines the file of owners.
    pub owners_check: OwnersCheck,
}

/// The rules that an account with a bypass skips.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BypassReach {
    /// The whole rule.
    WholeRule,
    /// Everything that a merge needs; not what keeps pushes out.
    Merges,
}

/// Says whether a forge can demand that a status comes from a given app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatusSource {
    /// It can demand it.
    Pinnable,
    /// It knows no source of a status.
    Unknown,
}

/// The source of the description of the pipeline that runs the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelineSource {
    /// Workflows of the repository.
    Workflows,
    /// The project's settings.
    Settings,
}

/// Says whether a forge reports problems in the file of owners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnersCheck {
    /// It reports them.
    Reported,
    /// It does not report them.
    NotReported,
}

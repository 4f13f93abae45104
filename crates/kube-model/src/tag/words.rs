//! The words of image tags and their meaning by convention.

/// The stage of a version before or after its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ReleaseStage {
    /// `dev`, `snapshot`, `nightly`, `canary`: a state of a branch.
    Development,
    /// `alpha`, `a`.
    Alpha,
    /// `beta`, `b`.
    Beta,
    /// `preview`, `pre`, `m`, `milestone`.
    Preview,
    /// `rc`, `cr`.
    Candidate,
    /// Nothing of these, or `final`, `ga`.
    Release,
    /// `sp`, `post`, `hotfix`: a fixed release.
    Fixed,
}

/// Returns the stage that a word names.
pub(super) fn stage_of(word: &str) -> Option<ReleaseStage> {
    match word {
        "dev" | "snapshot" | "nightly" | "canary" | "next" | "daily" | "weekly" | "unstable" | "edge"
        | "insiders" | "insider" | "experimental" | "trunk" | "prerelease" => Some(ReleaseStage::Development),
        "alpha" | "a" => Some(ReleaseStage::Alpha),
        "beta" | "b" => Some(ReleaseStage::Beta),
        "preview" | "pre" | "m" | "milestone" => Some(ReleaseStage::Preview),
        "rc" | "cr" => Some(ReleaseStage::Candidate),
        "final" | "ga" | "release" => Some(ReleaseStage::Release),
        "sp" | "post" | "hotfix" | "patch" | "p" => Some(ReleaseStage::Fixed),
        _ => None,
    }
}

/// The meaning of a word in front of a number: `release-2.3.0`, `build-4711`, `feature-120`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// A version follows.
    Version,
    /// It counts builds.
    Counter,
    /// It counts the builds of a branch or an environment.
    Branch,
    /// It has another meaning. A number alone behind it may be that of a ticket.
    Other,
}

/// Returns the meaning of a word in front.
pub(super) fn lead_of(word: &str) -> Lead {
    match word {
        "v" | "ver" | "version" | "rel" | "release" | "tag" | "stable" | "final" => Lead::Version,
        "b" | "build" | "r" | "rev" | "revision" | "run" | "ci" | "job" | "pipeline" | "ls" | "n" | "no" => {
            Lead::Counter
        }
        "main" | "master" | "trunk" | "dev" | "develop" | "nightly" | "snapshot" | "canary" | "edge"
        | "prod" | "production" | "staging" | "stage" | "test" | "qa" | "live" => Lead::Branch,
        _ => Lead::Other,
    }
}

/// Tags that are moved by convention: channels, branches, environments.
const FLOATING: &[&str] = &[
    "latest",
    "stable",
    "oldstable",
    "edge",
    "main",
    "master",
    "dev",
    "devel",
    "develop",
    "development",
    "nightly",
    "hourly",
    "daily",
    "weekly",
    "monthly",
    "next",
    "rc",
    "cr",
    "alpha",
    "beta",
    "preview",
    "pre",
    "prerelease",
    "candidate",
    "release",
    "releases",
    "ga",
    "current",
    "lts",
    "canary",
    "insiders",
    "insider",
    "experimental",
    "testing",
    "test",
    "tests",
    "qa",
    "uat",
    "int",
    "integration",
    "stage",
    "staging",
    "preprod",
    "prod",
    "production",
    "live",
    "demo",
    "sandbox",
    "unstable",
    "rolling",
    "mainline",
    "snapshot",
    "trunk",
    "head",
    "tip",
    "default",
    "newest",
    "recent",
];

/// Flavours: alone, they represent the newest release of that flavour.
const FLAVOURS: &[&str] = &[
    "alpine",
    "slim",
    "bookworm",
    "bullseye",
    "buster",
    "stretch",
    "trixie",
    "forky",
    "sid",
    "debian",
    "ubuntu",
    "focal",
    "jammy",
    "noble",
    "bionic",
    "fedora",
    "centos",
    "rocky",
    "ubi",
    "amazonlinux",
    "al",
    "windowsservercore",
    "nanoserver",
    "distroless",
    "static",
    "scratch",
    "musl",
    "glibc",
    "nonroot",
    "rootless",
    "debug",
    "full",
    "minimal",
    "base",
    "lite",
    "tiny",
    "perl",
    "otel",
    "fpm",
    "apache",
    "cli",
    "jdk",
    "jre",
    "openjdk",
    "amd",
    "arm",
    "linux",
    "windows",
    "ltsc",
    "x",
];

/// Returns true if a word names a channel, a branch or an environment.
pub(super) fn names_channel(word: &str) -> bool {
    FLOATING.contains(&word)
}

/// Returns true if a word, without its digits, names a flavour.
pub(super) fn is_flavour(word: &str) -> bool {
    FLAVOURS.contains(&word)
}

//! Lists the waivers of a repository, and what a push does to them.

use chrono::NaiveDate;

use super::governing::Governing;
use super::trust_files::TrustInput;
use crate::evidence::{WaiverFacts, WaiverMistake, WaiverOrigin, WaiversChange, WaiversEvidence};
use crate::finding::{Location, Side};
use crate::policy::{self, POLICY_PATH, Policy, WAIVERS_PATH, Waiver, WaiverPlace, WaiverTerm};
use source_files::{RepoPath, Snapshot};

/// The waivers of a revision, and what is wrong with others.
#[derive(Default)]
struct Listed {
    waivers: Vec<Waiver>,
    mistakes: Vec<policy::WaiverMistake>,
}

/// The facts about a change of a ref.
pub(crate) fn facts(input: &TrustInput<'_>, today: NaiveDate) -> WaiversEvidence {
    let term = input.governing.policy.waiver_term(today);
    let differs = |path: &&str| input.old.file(path) != input.new.file(path);
    if [POLICY_PATH, WAIVERS_PATH].iter().any(differs) {
        return pushed(&listed(input, input.old), &listed(input, input.new), term);
    }
    let waivers = in_force(&input.governing.policy);
    let waivers = waivers.map(|waiver| of_waiver(waiver, WaiverOrigin::Before, Side::Old)).collect();
    WaiversEvidence { waivers, change: WaiversChange::Untouched, mistakes: Vec::new() }
}

/// The repository's waivers that decide now.
fn in_force(policy: &Policy) -> impl Iterator<Item = &Waiver> {
    policy.layers().iter().filter(|layer| !layer.is_servers()).flat_map(|layer| layer.waivers())
}

/// The waivers of a revision's own files. A policy that cannot be used is a finding of its own.
fn listed(input: &TrustInput<'_>, snapshot: &Snapshot) -> Listed {
    let policy = snapshot.file(POLICY_PATH).and_then(|file| input.policy_files().policy_of(file));
    let file = input.policy_files().waivers_at(snapshot);
    let of_policy = policy.map(|policy| policy.waivers().to_vec()).unwrap_or_default();
    Listed { waivers: [of_policy, file.waivers].concat(), mistakes: file.mistakes }
}

fn pushed(old: &Listed, new: &Listed, term: WaiverTerm) -> WaiversEvidence {
    let before = mistakes(old, term);
    let is_new = |mistake: &WaiverMistake| {
        let same = |known: &WaiverMistake| {
            known.message == mistake.message && known.location.excerpt == mistake.location.excerpt
        };
        !before.iter().any(same)
    };
    let mistakes = mistakes(new, term).into_iter().filter(is_new).collect();
    let origin = |waiver: &Waiver| {
        let known = old.waivers.iter().any(|known| known.says_the_same(waiver));
        if known { WaiverOrigin::Before } else { WaiverOrigin::Push }
    };
    let waivers = new.waivers.iter().map(|waiver| of_waiver(waiver, origin(waiver), Side::New)).collect();
    WaiversEvidence { waivers, change: WaiversChange::Changed, mistakes }
}

/// Entries that are not waivers, and waivers that end too late to be meant.
fn mistakes(listed: &Listed, term: WaiverTerm) -> Vec<WaiverMistake> {
    let of_file = listed.mistakes.iter().map(|mistake| WaiverMistake {
        message: mistake.message.clone(),
        suggestion: mistake.suggestion.clone(),
        location: location(&mistake.place, Side::New),
    });
    let late = listed.waivers.iter().filter(|waiver| waiver.expires > term.latest);
    let late = late.map(|waiver| WaiverMistake {
        message: format!(
            "it expires on {}, but `waiversMaxAge` allows {} at the latest",
            waiver.expires, term.latest
        ),
        suggestion: None,
        location: location(&waiver.place, Side::New),
    });
    of_file.chain(late).collect()
}

fn of_waiver(waiver: &Waiver, origin: WaiverOrigin, side: Side) -> WaiverFacts {
    let Waiver { check, cluster, object, fingerprint, reason: _, owner, expires, place } = waiver.clone();
    let location = location(&place, side);
    WaiverFacts { check, cluster, object, fingerprint, owner, expires, location, origin }
}

fn location(place: &WaiverPlace, side: Side) -> Location {
    Location::of(&RepoPath::new(&place.path), &place.source, place.span, side)
}

/// One line about everything in the waivers of the governing ref that covers nothing.
pub fn notice(governing: &Governing, today: NaiveDate) -> Option<String> {
    let term = governing.policy.waiver_term(today);
    let expired = in_force(&governing.policy).filter(|waiver| waiver.expires < today).count();
    let late = in_force(&governing.policy).filter(|waiver| waiver.expires > term.latest).count();
    let unusable = governing.waiver_mistakes.len() + late;
    let said = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 waiver {one}")),
        count => Some(format!("{count} waivers {many}")),
    };
    let expired = said(expired, "has expired", "have expired");
    let unusable = said(unusable, "is invalid", "are invalid");
    let parts: Vec<String> = expired.into_iter().chain(unusable).collect();
    let text = parts.join(", and ");
    (!parts.is_empty()).then(|| format!("{text}: `portcullis baseline --check` says which"))
}

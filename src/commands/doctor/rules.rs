//! What the trust files themselves leave open.
//!
//! In: the policy and the governing ref. Out: lines about owners, approvals, waivers and keys. Never: judges a
//! change.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use super::line::Line;
use crate::commands::guarded::GuardedRefs;
use crate::gate::{Governing, Session, date_of};
use crate::host::HostKind;
use crate::policy::{KeyEntry, Layer, WaivedFinding, Waiver, WaiverTerm};
use crate::report::shell_word;
use crate::verdict::Judgement;
use codeowners::{Approver, OwnersFile};
use git_trust::{KeyFacts, KeyStanding};

/// What expires within this number of days is reported.
const SOON: u64 = 30;
/// How many names one line lists.
const LISTED: usize = 5;

pub(super) fn lines(session: &Session, governing: &Governing, host: Option<HostKind>) -> Vec<Line> {
    let mut lines = vec![policy(governing)];
    lines.extend(refs(session, governing));
    lines.extend(repository(governing));
    lines.extend(clusters(session, governing));
    lines.extend(owners(session, governing, host));
    lines.push(waivers(session, governing));
    lines.push(keys(session, governing));
    lines.extend(keys_of_no_person(session, governing));
    lines.extend(rescues(session));
    lines
}

/// Keys that may sign and belong to no person: whatever they sign counts, and no one answers for it.
fn keys_of_no_person(session: &Session, governing: &Governing) -> Option<Line> {
    if !governing.policy.demands_signatures() || governing.policy.people().is_empty() {
        return None;
    }
    let keys = session.trusted_keys(governing).ok()?;
    let people = governing.policy.people().iter();
    let known: Vec<_> =
        people.flat_map(|person| person.keys.iter().filter_map(KeyEntry::fingerprint)).collect();
    let unknown = |facts: &KeyFacts| !known.contains(&facts.key) && !keys.terms.is_forge(&facts.key);
    let inventory = keys.inventory(SystemTime::now());
    let strangers: Vec<String> =
        inventory.iter().filter(|facts| unknown(facts)).map(|facts| facts.key.to_string()).collect();
    (!strangers.is_empty()).then(|| {
        let text = format!("no person of the policy has {}: what these keys sign counts", listed(&strangers));
        Line::advice("keys", text, "list them under `people[].keys`, under `signatures.forge.keys` if they are the forge's, or remove them")
    })
}

/// Changes of trust files that no push brought.
fn rescues(session: &Session) -> Option<Line> {
    match session.rescues() {
        Ok(rescues) if rescues.is_empty() => None,
        Ok(rescues) => Some(Line::ok("rescues", rescues.join("; "))),
        Err(error) => {
            Some(Line::problem("rescues", error.to_string(), "correct the refs below refs/portcullis/"))
        }
    }
}

fn policy(governing: &Governing) -> Line {
    if governing.is_established() {
        Line::ok("policy", "read from the governing ref")
    } else {
        let text = "the governing ref has no policy: the profile `baseline` applies, and the next push may add a \
             policy";
        Line::advice("policy", text, "portcullis init, in a clone")
    }
}

/// What is protected today, and what was meant to be.
fn refs(session: &Session, governing: &Governing) -> Vec<Line> {
    let topic = "refs";
    let refs = match GuardedRefs::of(&session.repository, &governing.policy) {
        Ok(refs) => refs,
        Err(error) => return vec![Line::advice(topic, error.to_string(), "delete refs that no one needs")],
    };
    let mut lines = vec![Line::ok(topic, format!("protected now: {}", refs.guarded))];
    lines.extend(refs.short.iter().map(|(pattern, full)| {
        let text = format!("`{pattern}` under `protected:` is not the full name of a ref");
        Line::advice(topic, text, format!("write `{full}` in the policy"))
    }));
    lines.extend(refs.unmatched.iter().map(|pattern| {
        let text = format!("`{pattern}` under `protected:` matches no ref");
        Line::advice(topic, text, "correct it in the policy, or remove it")
    }));
    lines.extend(refs.shadows.iter().map(|(name, branch)| {
        let text = format!("git and deployment tools can take {name} for {branch}, and it is not protected");
        Line::problem(topic, text, format!("git push origin {}", shell_word(&format!(":{name}"))))
    }));
    lines
}

/// If nothing can be approved, no name is needed.
fn repository(governing: &Governing) -> Option<Line> {
    let topic = "repository";
    let people = !governing.policy.people().is_empty();
    match governing.policy.repository() {
        Some(name) => Some(Line::ok(topic, name)),
        None if people || governing.policy.owners().is_some() => Some(Line::advice(
            topic,
            "the policy names no repository, so no one can approve a change: the approval could be replayed \
             elsewhere",
            "add `repository: <organisation>/<name>` to the policy",
        )),
        None => None,
    }
}

/// Clusters of which no file is a manifest: nothing is compared with what they run.
fn clusters(session: &Session, governing: &Governing) -> Option<Line> {
    let selection = &governing.targets.selection;
    if !selection.names_clusters() {
        return None;
    }
    let empty = selection.clusters_without_files(session.governing_snapshot());
    Some(if empty.is_empty() {
        Line::ok("clusters", "each is deployed from files in this repository")
    } else {
        let text = format!("no file matches the paths of {}", listed(&empty));
        Line::advice("clusters", text, "correct `clusters[].paths` in the policy, or remove the cluster")
    })
}

fn owners(session: &Session, governing: &Governing, host: Option<HostKind>) -> Vec<Line> {
    let file = match session.owners(governing, host) {
        Ok(file) => file,
        Err(reason) => {
            return vec![Line::problem(
                "owners",
                reason.to_string(),
                "correct it with a push of only that file",
            )];
        }
    };
    let Some(file) = file else {
        return vec![match governing.policy.owners() {
            Some(_) => Line::problem(
                "owners",
                "the policy requires the approval of owners, but the governing ref names no owners: no push \
                 passes",
                "add CODEOWNERS, through the server's `acceptedTrustFiles`",
            ),
            None if governing.is_established() => Line::advice(
                "owners",
                "the trust files have no owners: only the server can change policy and keys",
                "add CODEOWNERS with owners of the trust files, and the people to the policy",
            ),
            None => Line::ok("owners", "the policy does not require them"),
        }];
    };
    vec![broken(&file), unknown(governing, &file), unowned(session, governing, &file, host)]
}

fn broken(file: &OwnersFile) -> Line {
    match file.problems().first() {
        None => Line::ok("owners", format!("every line is valid, as {} reads it", file.dialect().as_str())),
        Some(problem) => Line::problem(
            "owners",
            format!("{}:{}:1: {}", problem.file, problem.line, problem.reason),
            format!("{} to correct, with a push of only that file", counted(file.problems().len(), "line")),
        ),
    }
}

fn unknown(governing: &Governing, file: &OwnersFile) -> Line {
    let people = governing.policy.people().iter().filter(|person| !person.bot);
    let people: Vec<Approver> = people
        .map(|person| Approver { name: person.name.clone(), handles: person.handles.clone() })
        .collect();
    let nobody = file.owners_without_person(&people);
    match nobody.len() {
        0 => Line::ok("people", "a person represents every owner"),
        _ => Line::advice(
            "people",
            format!("no person in `people:` represents {}: no one can approve for them", listed(&nobody)),
            "add the handles, with keys, to `people:` of the policy",
        ),
    }
}

fn unowned(session: &Session, governing: &Governing, file: &OwnersFile, host: Option<HostKind>) -> Line {
    let mut paths = session.trust_files(governing, host);
    paths.retain(|path| file.requirements(path).is_empty());
    match paths.len() {
        0 => Line::ok("trust files", "each file has an owner"),
        _ => Line::advice(
            "trust files",
            format!("no owner for {}: only the server can change them", listed(&paths)),
            "give them owners in CODEOWNERS",
        ),
    }
}

/// Waivers that have ended, end soon, or cover nothing that the governing ref holds.
fn waivers(session: &Session, governing: &Governing) -> Line {
    let topic = "waivers";
    let all: Vec<&Waiver> = governing.policy.layers().iter().flat_map(|layer| layer.waivers()).collect();
    if let Some(mistake) = governing.waiver_mistakes.first() {
        let text =
            format!("{}:{} covers nothing: {}", mistake.place.path, mistake.place.line(), mistake.message);
        return Line::advice(topic, text, "portcullis baseline --check, in a clone");
    }
    if all.is_empty() {
        return Line::ok(topic, "none");
    }
    let today = session.today();
    let soon = date_of(SystemTime::now() + days(SOON));
    let ended: Vec<String> = describe_waivers(&all, |waiver| waiver.expires < today);
    let ending: Vec<String> =
        describe_waivers(&all, |waiver| waiver.expires >= today && waiver.expires <= soon);
    if !ended.is_empty() {
        return Line::advice(topic, format!("expired: {}", listed(&ended)), "remove or renew them");
    }
    let judgement = session.judge_as_new(governing);
    let unused = describe_waivers(&all, |waiver| !is_used(waiver, &judgement, session));
    if !unused.is_empty() {
        let text = format!("these cover nothing that exists now: {}", listed(&unused));
        return Line::advice(topic, text, "remove them: they would accept the same problem again");
    }
    if ending.is_empty() {
        Line::ok(topic, format!("{}, all in use", counted(all.len(), "waiver")))
    } else {
        let text = format!("expiring within {SOON} days: {}", listed(&ending));
        Line::advice(topic, text, "fix what they cover, or renew them")
    }
}

fn describe_waivers(waivers: &[&Waiver], wanted: impl Fn(&Waiver) -> bool) -> Vec<String> {
    let wanted = waivers.iter().filter(|waiver| wanted(waiver));
    let one = |waiver: &&Waiver| {
        format!(
            "{} of {} ({}:{}, {})",
            waiver.check,
            waiver.object,
            waiver.place.path,
            waiver.place.line(),
            waiver.expires
        )
    };
    wanted.map(one).collect()
}

/// A change of what is there already may need a waiver that the same thing, new, does not: only what is found
/// in the tree as it is can be known here.
fn is_used(waiver: &Waiver, judgement: &Judgement, session: &Session) -> bool {
    judgement.findings.iter().any(|judged| {
        let finding = WaivedFinding::of(&judged.finding);
        waiver.covers(&finding, WaiverTerm::of(session.today(), None))
    })
}

fn keys(session: &Session, governing: &Governing) -> Line {
    let topic = "keys";
    let named = |layer: &std::sync::Arc<Layer>| {
        let signatures = layer.signatures();
        !signatures.keyring.is_empty() || signatures.allowed_signers.is_some()
    };
    let demanded = governing.policy.demands_signatures();
    if !demanded && !governing.policy.layers().iter().any(named) {
        return Line::ok(topic, "the policy names no keys and requires no signatures");
    }
    match session.trusted_keys(governing) {
        Ok(keys) => standing(&keys.inventory(SystemTime::now())),
        Err(reason) if demanded => {
            Line::problem(topic, format!("{reason}: no signature counts"), "correct it first")
        }
        Err(reason) => Line::advice(topic, format!("{reason}: no signature counts"), "correct it"),
    }
}

fn standing(keys: &[KeyFacts]) -> Line {
    let topic = "keys";
    let soon = SystemTime::now() + days(SOON);
    let of = |describe: &dyn Fn(&KeyStanding) -> Option<String>| -> Vec<String> {
        let one = |facts: &KeyFacts| Some(format!("{} {}", facts.key, describe(&facts.standing)?));
        keys.iter().filter_map(one).collect()
    };
    let useless = of(&|standing| match standing {
        KeyStanding::Good(_) => None,
        KeyStanding::Expired(end) => Some(format!("expired on {}", date_of(*end))),
        KeyStanding::Revoked => Some("is revoked".to_owned()),
        KeyStanding::Unfit(reason) => Some(format!("cannot sign: {reason}")),
    });
    let ending = of(&|standing| match standing {
        KeyStanding::Good(Some(end)) if *end <= soon => Some(format!("expires on {}", date_of(*end))),
        KeyStanding::Good(_) | KeyStanding::Expired(_) | KeyStanding::Revoked | KeyStanding::Unfit(_) => None,
    });
    let texts = [useless, ending].concat();
    if texts.is_empty() {
        Line::ok(topic, format!("{} can sign, all for more than {SOON} days", counted(keys.len(), "key")))
    } else {
        let help = "have their owners extend or replace them, and push the new public keys before the old ones \
             expire";
        Line::advice(topic, listed(&texts), help)
    }
}

fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

fn listed<Name: Display>(names: &[Name]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(ToString::to_string).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

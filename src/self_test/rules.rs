//! Problems of the trust files themselves.
//!
//! In: the policy and the governing ref. Out: lines about owners, approvals, waivers and keys. Never: judges a
//! change.

use std::fmt::Display;
use std::time::{Duration, SystemTime};

use super::guarded_refs::{GuardedRefs, ShadowRef};
use crate::gate::{Governing, Session, date_of};
use crate::host::HostKind;
use crate::import::IMPORTS;
use crate::policy::{KeyEntry, Layer, WaivedFinding, Waiver, WaiverTerm};
use crate::report::{DoctorLine, shell_word};
use crate::verdict::Judgement;
use codeowners::{Approver, OwnersFile};
use git_trust::{KeyFacts, KeyStanding};

/// A waiver or key that expires within this number of days is reported.
const SOON: u64 = 30;
/// The number of names that one line lists.
const LISTED: usize = 5;

pub(super) fn examine(session: &Session, governing: &Governing, host: Option<HostKind>) -> Vec<DoctorLine> {
    let mut lines = vec![judge_policy(governing)];
    lines.extend(judge_refs(session, governing));
    lines.extend(host.into_iter().flat_map(|host| list_unseen(governing, host)));
    lines.extend(judge_repository(governing));
    lines.extend(judge_clusters(session, governing));
    lines.extend(judge_owners(session, governing, host));
    lines.push(judge_waivers(session, governing));
    lines.push(judge_keys(session, governing));
    lines.extend(judge_unknown_keys(session, governing));
    lines.extend(list_rescues(session));
    lines.extend(list_imports(session));
    lines
}

/// Finds keys that may sign and belong to no person: their signatures count, and no one answers for them.
fn judge_unknown_keys(session: &Session, governing: &Governing) -> Option<DoctorLine> {
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
        let text = format!("no person of the policy has {}: what these keys sign counts", list(&strangers));
        DoctorLine::advice("keys", text, "list them under `people[].keys`, under `signatures.forge.keys` if they are the forge's, or remove them")
    })
}

/// Lists what came without being judged.
fn list_imports(session: &Session) -> Option<DoctorLine> {
    let imports = session.repository.refs_below(IMPORTS).ok()?;
    let commits: Vec<String> =
        imports.iter().map(|(_, commit)| format!("commit {}", commit.short())).collect();
    (!commits.is_empty()).then(|| {
        let text = format!(
            "`portcullis import` brought {}: what was there before is not judged",
            commits.join(", ")
        );
        DoctorLine::ok("imports", text)
    })
}

/// Lists changes of trust files that no push brought.
fn list_rescues(session: &Session) -> Option<DoctorLine> {
    match session.rescues() {
        Ok(rescues) if rescues.is_empty() => None,
        Ok(rescues) => Some(DoctorLine::ok("rescues", rescues.join("; "))),
        Err(error) => {
            Some(DoctorLine::problem("rescues", error.to_string(), "correct the refs below refs/portcullis/"))
        }
    }
}

fn judge_policy(governing: &Governing) -> DoctorLine {
    if governing.is_established() {
        DoctorLine::ok("policy", "read from the governing ref")
    } else {
        let text = "the governing ref has no policy: the profile `baseline` applies, and the next push may add a \
             policy";
        DoctorLine::advice("policy", text, "portcullis init, in a clone")
    }
}

/// Compares the refs that are protected today with those that were meant to be.
fn judge_refs(session: &Session, governing: &Governing) -> Vec<DoctorLine> {
    let topic = "refs";
    let refs = match GuardedRefs::find(&session.repository, &governing.policy) {
        Ok(refs) => refs,
        Err(error) => {
            return vec![DoctorLine::advice(topic, error.to_string(), "delete refs that no one needs")];
        }
    };
    let mut lines = vec![DoctorLine::ok(topic, format!("protected now: {}", refs.guarded))];
    lines.extend(refs.short.iter().map(|short| {
        let text = format!("`{}` under `protected:` is not the full name of a ref", short.pattern);
        DoctorLine::advice(topic, text, format!("write `{}` in the policy", short.full_name))
    }));
    lines.extend(refs.unmatched.iter().map(|pattern| {
        let text = format!("`{pattern}` under `protected:` matches no ref");
        DoctorLine::advice(topic, text, "correct it in the policy, or remove it")
    }));
    lines.extend(refs.shadows.iter().map(|ShadowRef { name, branch }| {
        let text = format!("git and deployment tools can take {name} for {branch}, and it is not protected");
        DoctorLine::problem(topic, text, format!("git push origin {}", shell_word(&format!(":{name}"))))
    }));
    lines
}

/// Names the protected refs that the host changes without any hook: no gate on the server sees that.
fn list_unseen(governing: &Governing, host: HostKind) -> Vec<DoctorLine> {
    let protected = governing.policy.protected_patterns();
    // Without patterns, HEAD's branch and every tag are protected; HEAD's branch is protected in any case.
    let patterns = if protected.is_empty() { vec!["refs/tags/*".to_owned()] } else { protected };
    let mut lines = Vec::new();
    for change in host.facts().hook.unseen {
        for pattern in patterns.iter().filter(|pattern| may_match(pattern, change.folder)) {
            let server = host.facts().hook.server;
            let text = format!(
                "`{pattern}`: on {server}, anyone with write access can {}, which runs no hook",
                change.deed
            );
            lines.push(DoctorLine::advice("unseen changes", text, change.remedy));
        }
    }
    lines
}

/// Reports whether a pattern may match a ref in a folder. One with a wildcard before its folder may match any.
fn may_match(pattern: &str, folder: &str) -> bool {
    let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
    fixed.starts_with(folder) || folder.starts_with(fixed)
}

/// The repository needs a name if changes can be approved.
fn judge_repository(governing: &Governing) -> Option<DoctorLine> {
    let topic = "repository";
    let people = !governing.policy.people().is_empty();
    match governing.policy.repository() {
        Some(name) => Some(DoctorLine::ok(topic, name)),
        None if people || governing.policy.owners().is_some() => Some(DoctorLine::advice(
            topic,
            "the policy names no repository, so no one can approve a change: the approval could be replayed \
             elsewhere",
            "add `repository: <organisation>/<name>` to the policy",
        )),
        None => None,
    }
}

/// Finds clusters without manifests: nothing is compared with what they run.
fn judge_clusters(session: &Session, governing: &Governing) -> Option<DoctorLine> {
    let selection = &governing.targets.selection;
    if !selection.names_clusters() {
        return None;
    }
    let empty = selection.clusters_without_files(session.governing_snapshot());
    Some(if empty.is_empty() {
        DoctorLine::ok("clusters", "each is deployed from files in this repository")
    } else {
        let text = format!("no file matches the paths of {}", list(&empty));
        DoctorLine::advice(
            "clusters",
            text,
            "correct `clusters[].paths` in the policy, or remove the cluster",
        )
    })
}

fn judge_owners(session: &Session, governing: &Governing, host: Option<HostKind>) -> Vec<DoctorLine> {
    let file = match session.owners(governing, host) {
        Ok(file) => file,
        Err(reason) => {
            let help = "correct it with a push of only that file";
            return vec![DoctorLine::problem("owners", reason.to_string(), help)];
        }
    };
    let Some(file) = file else {
        return vec![match governing.policy.owners() {
            Some(_) => DoctorLine::problem(
                "owners",
                "the policy requires the approval of owners, but the governing ref names no owners: no push \
                 passes",
                "add CODEOWNERS, through the server's `acceptedTrustFiles`",
            ),
            None if governing.is_established() => DoctorLine::advice(
                "owners",
                "the trust files have no owners: only the server can change policy and keys",
                "add CODEOWNERS with owners of the trust files, and the people to the policy",
            ),
            None => DoctorLine::ok("owners", "the policy does not require them"),
        }];
    };
    vec![
        judge_lines(&file),
        judge_people(governing, &file),
        judge_trust_files(session, governing, &file, host),
    ]
}

fn judge_lines(file: &OwnersFile) -> DoctorLine {
    match file.problems().first() {
        None => {
            DoctorLine::ok("owners", format!("every line is valid, as {} reads it", file.dialect().as_str()))
        }
        Some(problem) => DoctorLine::problem(
            "owners",
            format!("{}:{}:1: {}", problem.file, problem.line, problem.reason),
            format!("{} to correct, with a push of only that file", count(file.problems().len(), "line")),
        ),
    }
}

fn judge_people(governing: &Governing, file: &OwnersFile) -> DoctorLine {
    let people = governing.policy.people().iter().filter(|person| !person.bot);
    let people: Vec<Approver> = people
        .map(|person| Approver { name: person.name.clone(), handles: person.handles.clone() })
        .collect();
    let nobody = file.owners_without_person(&people);
    match nobody.len() {
        0 => DoctorLine::ok("people", "a person represents every owner"),
        _ => DoctorLine::advice(
            "people",
            format!("no person in `people:` represents {}: no one can approve for them", list(&nobody)),
            "add the handles, with keys, to `people:` of the policy",
        ),
    }
}

fn judge_trust_files(
    session: &Session,
    governing: &Governing,
    file: &OwnersFile,
    host: Option<HostKind>,
) -> DoctorLine {
    let mut paths = session.trust_files(governing, host);
    paths.retain(|path| file.requirements(path).is_empty());
    match paths.len() {
        0 => DoctorLine::ok("trust files", "each file has an owner"),
        _ => DoctorLine::advice(
            "trust files",
            format!("no owner for {}: only the server can change them", list(&paths)),
            "give them owners in CODEOWNERS",
        ),
    }
}

/// Finds waivers that have expired, expire soon, or cover nothing on the governing ref.
fn judge_waivers(session: &Session, governing: &Governing) -> DoctorLine {
    let topic = "waivers";
    let all: Vec<&Waiver> = governing.policy.layers().iter().flat_map(|layer| layer.waivers()).collect();
    if let Some(mistake) = governing.waiver_mistakes.first() {
        let text =
            format!("{}:{} covers nothing: {}", mistake.place.path, mistake.place.line(), mistake.message);
        return DoctorLine::advice(topic, text, "portcullis baseline --check, in a clone");
    }
    if all.is_empty() {
        return DoctorLine::ok(topic, "none");
    }
    let today = session.today();
    let soon = date_of(SystemTime::now() + days(SOON));
    let ended: Vec<String> = describe_waivers(&all, |waiver| waiver.expires < today);
    let ending: Vec<String> =
        describe_waivers(&all, |waiver| waiver.expires >= today && waiver.expires <= soon);
    if !ended.is_empty() {
        return DoctorLine::advice(topic, format!("expired: {}", list(&ended)), "remove or renew them");
    }
    let judgement = session.judge_as_new(governing);
    let unused = describe_waivers(&all, |waiver| !is_used(waiver, &judgement, session));
    if !unused.is_empty() {
        let text = format!("these cover nothing that exists now: {}", list(&unused));
        return DoctorLine::advice(topic, text, "remove them: they would accept the same problem again");
    }
    if ending.is_empty() {
        DoctorLine::ok(topic, format!("{}, all in use", count(all.len(), "waiver")))
    } else {
        let text = format!("expiring within {SOON} days: {}", list(&ending));
        DoctorLine::advice(topic, text, "fix what they cover, or renew them")
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

/// Reports whether a waiver covers a finding of the tree as it is. A change of an existing object may need a waiver that
/// the same object, if new, does not; this is unknown here.
fn is_used(waiver: &Waiver, judgement: &Judgement, session: &Session) -> bool {
    judgement.findings.iter().any(|judged| {
        let finding = WaivedFinding::of(&judged.finding);
        waiver.covers(&finding, WaiverTerm::of(session.today(), None))
    })
}

fn judge_keys(session: &Session, governing: &Governing) -> DoctorLine {
    let topic = "keys";
    let named = |layer: &std::sync::Arc<Layer>| {
        let signatures = layer.signatures();
        !signatures.keyring.is_empty() || signatures.allowed_signers.is_some()
    };
    let demanded = governing.policy.demands_signatures();
    if !demanded && !governing.policy.layers().iter().any(named) {
        return DoctorLine::ok(topic, "the policy names no keys and requires no signatures");
    }
    match session.trusted_keys(governing) {
        Ok(keys) => judge_inventory(&keys.inventory(SystemTime::now())),
        Err(reason) if demanded => {
            DoctorLine::problem(topic, format!("{reason}: no signature counts"), "correct it first")
        }
        Err(reason) => DoctorLine::advice(topic, format!("{reason}: no signature counts"), "correct it"),
    }
}

fn judge_inventory(keys: &[KeyFacts]) -> DoctorLine {
    let topic = "keys";
    let soon = SystemTime::now() + days(SOON);
    let (mut useless, mut ending) = (Vec::new(), Vec::new());
    for KeyFacts { key, standing } in keys {
        match standing {
            KeyStanding::Good(Some(end)) if *end <= soon => {
                ending.push(format!("{key} expires on {}", date_of(*end)));
            }
            KeyStanding::Good(_) => {}
            KeyStanding::Expired(end) => useless.push(format!("{key} expired on {}", date_of(*end))),
            KeyStanding::Revoked => useless.push(format!("{key} is revoked")),
            KeyStanding::Unfit(reason) => useless.push(format!("{key} cannot sign: {reason}")),
        }
    }
    let texts = [useless, ending].concat();
    if texts.is_empty() {
        let keys = count(keys.len(), "key");
        return DoctorLine::ok(topic, format!("{keys} can sign, all for more than {SOON} days"));
    }
    let help =
        "have their owners extend or replace them, and push the new public keys before the old ones expire";
    DoctorLine::advice(topic, list(&texts), help)
}

fn days(count: u64) -> Duration {
    Duration::from_hours(24 * count)
}

fn list<Name: Display>(names: &[Name]) -> String {
    let shown: Vec<String> = names.iter().take(LISTED).map(ToString::to_string).collect();
    match names.len().saturating_sub(LISTED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn count(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

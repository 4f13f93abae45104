//! The proof that the gate rejects a bad change and accepts a good one.
//!
//! In: the results of both. Out: lines. Never: takes a rejection for the gate's unless the gate's own report of exactly
//! that commit is there.

use std::collections::BTreeSet;
use std::time::Duration;

use super::hook::{Event, Hook, Presence};
use super::stage::Attempt;
use crate::git_program::Outcome;
use crate::push::PushError;
use crate::report::DoctorLine;

/// The checks that a commit of the doctor's fails if the policy asks who made or approves a change.
const WHO: [&str; 4] = ["unsigned-commit", "untrusted-signature", "missing-approval", "unowned-path"];
/// The number of characters of an id that a report shows.
const SHORT: usize = 7;
const BAD: &str = "bad change";
const GOOD: &str = "good change";

/// The gate's answer to a change.
#[derive(Debug, PartialEq, Eq)]
enum Answer {
    /// Its report of this commit accepts it.
    Accepted,
    /// Its report of this commit rejects it for these checks.
    Rejected(BTreeSet<String>),
    /// Its report says that something could not be evaluated, or it could not begin.
    Undecided(String),
    /// Its report of this commit rejects it, and it passed.
    Ignored,
    /// It passed, and there is no report of it.
    Unseen,
    /// Something else rejected it.
    RejectedByOther(String),
}

/// Judges the result of the bad change.
pub(super) fn judge_bad(attempt: &Attempt, hook: &Hook) -> DoctorLine {
    match read_answer(attempt, hook.event) {
        Answer::Rejected(checks) if checks.iter().all(|check| WHO.contains(&check.as_str())) => {
            DoctorLine::problem(
                BAD,
                format!("it was rejected only for {}: if signed and approved, it would pass", list(&checks)),
                "see `portcullis policy show`: the checks that would deny it are off, only warn, or do not \
                 apply here",
            )
        }
        Answer::Rejected(checks) => {
            DoctorLine::ok(BAD, format!("rejected by portcullis for {}", list(&checks)))
        }
        Answer::Accepted => DoctorLine::problem(
            BAD,
            "portcullis judged it and accepted it: the policy denies nothing in it (cluster-admin for \
             everyone, a public address, a word where a number is required)",
            "see `portcullis policy show`; the profile `audit` only reports",
        ),
        Answer::Ignored => report_ignored(BAD),
        Answer::Unseen => DoctorLine::problem(BAD, explain_unseen(hook), advise_unseen(hook)),
        Answer::Undecided(reason) => report_undecided(BAD, &reason),
        Answer::RejectedByOther(reason) => report_other(BAD, &reason),
    }
}

/// Judges the result of the good change.
pub(super) fn judge_good(attempt: &Attempt, hook: &Hook) -> DoctorLine {
    match read_answer(attempt, hook.event) {
        Answer::Accepted => DoctorLine::ok(GOOD, "accepted by portcullis"),
        Answer::Rejected(checks) if checks.iter().all(|check| WHO.contains(&check.as_str())) => {
            DoctorLine::ok(
                GOOD,
                format!("rejected only for {}, because doctor neither signs nor approves", list(&checks)),
            )
        }
        Answer::Rejected(checks) => DoctorLine::problem(
            GOOD,
            format!("a harmless ConfigMap was rejected for {}", list(&checks)),
            "see the report of any push for the reason",
        ),
        Answer::Ignored => report_ignored(GOOD),
        Answer::Unseen => DoctorLine::problem(GOOD, explain_unseen(hook), advise_unseen(hook)),
        Answer::Undecided(reason) => report_undecided(GOOD, &reason),
        Answer::RejectedByOther(reason) => report_other(GOOD, &reason),
    }
}

/// Compares the time that a push took with the deadline.
pub(super) fn judge_time(attempt: &Attempt, hook: &Hook) -> DoctorLine {
    let (taken, allowed) = (attempt.elapsed, Duration::from_secs(hook.deadline()));
    let text = format!("a small change took {} ms of {} s", taken.as_millis(), allowed.as_secs());
    if taken * 2 > allowed {
        let help = "large pushes will exceed the deadline: raise `--deadline`, or narrow `manifests.include`";
        DoctorLine::advice("time", text, help)
    } else {
        DoctorLine::ok("time", text)
    }
}

fn read_answer(attempt: &Attempt, event: Event) -> Answer {
    let lines: Vec<&str> = attempt.text.lines().map(strip_prefixes).collect();
    let judged = lines.iter().any(|line| is_headline(line, attempt, event));
    match attempt.outcome {
        Outcome::Succeeded if judged && find_after(&lines, "rejected: ").is_some() => Answer::Ignored,
        Outcome::Succeeded if judged => Answer::Accepted,
        Outcome::Succeeded => Answer::Unseen,
        Outcome::Failed => {
            let unknown =
                find_after(&lines, "undecided: ").or_else(|| find_after(&lines, "portcullis: error: "));
            match (unknown, find_after(&lines, "rejected: ")) {
                (Some(reason), _) => Answer::Undecided(reason.to_owned()),
                (None, Some(_)) if judged => {
                    Answer::Rejected(lines.iter().filter_map(|line| read_blocking_check(line)).collect())
                }
                (None, Some(_) | None) => Answer::RejectedByOther(read_first_lines(&attempt.text)),
            }
        }
    }
}

/// Finds the rest of the first line that begins with some words.
fn find_after<'a>(lines: &[&'a str], words: &str) -> Option<&'a str> {
    lines.iter().find_map(|line| line.strip_prefix(words))
}

/// Strips the prefixes that git and hosts add to a line of a hook.
fn strip_prefixes(line: &str) -> &str {
    let line = line.strip_prefix("remote: ").unwrap_or(line).trim_end();
    line.strip_prefix("GL-HOOK-ERR: ").unwrap_or(line)
}

/// Reports whether a report of exactly this change begins with a line.
fn is_headline(line: &str, attempt: &Attempt, event: Event) -> bool {
    let Some(title) = line.strip_prefix("portcullis: ") else { return false };
    match (event, attempt.commit.as_deref().and_then(|commit| commit.get(..SHORT))) {
        (Event::PreCommit, _) => title.starts_with("the index"),
        (Event::PreReceive | Event::Update, Some(commit)) => title.contains(commit),
        (Event::PreReceive | Event::Update, None) => false,
    }
}

/// Reads the check of a finding that blocks a push.
fn read_blocking_check(line: &str) -> Option<String> {
    let words = ["error[", "needs approval["];
    let rest = words.iter().find_map(|word| line.strip_prefix(word))?;
    Some(rest.split_once("]:")?.0.to_owned())
}

/// Reads the first lines of the hook, or of git if the hook is silent.
fn read_first_lines(text: &str) -> String {
    let of_hook = text.lines().filter_map(|line| line.strip_prefix("remote: ")).map(str::trim_end);
    let of_git = text.lines().filter(|line| !line.starts_with("hint: ") && !line.starts_with("To "));
    let lines: Vec<&str> = of_hook.chain(of_git).filter(|line| !line.is_empty()).take(2).collect();
    lines.join(" / ")
}

fn list(checks: &BTreeSet<String>) -> String {
    checks.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn explain_unseen(hook: &Hook) -> String {
    let reason = match hook.presence {
        Presence::Absent => "there is no hook",
        Presence::NotExecutable => "the hook is not executable",
        Presence::Runs if hook.names_portcullis() => {
            "the hook names portcullis, but portcullis did not receive this change: something before it \
             reads standard input, ends the script, or discards its output"
        }
        Presence::Runs => "nothing in the hook runs portcullis",
    };
    format!("it passed, and portcullis did not judge it: {reason}")
}

fn advise_unseen(hook: &Hook) -> &'static str {
    match hook.presence {
        Presence::Absent => "portcullis install",
        Presence::NotExecutable => "make the hook executable",
        Presence::Runs => {
            "move the hook to another place, run `portcullis install`, and chain other scripts after the gate"
        }
    }
}

fn report_ignored(topic: &'static str) -> DoctorLine {
    let text = "portcullis rejected it, but it passed anyway: the hook discards its exit code";
    DoctorLine::problem(topic, text, "end the hook with `exec portcullis`, or add `|| exit` after the call")
}

fn report_undecided(topic: &'static str, reason: &str) -> DoctorLine {
    let text = format!("portcullis could not judge it, so it rejects every push: {reason}");
    let unfed = PushError::Empty.to_string().lines().next() == Some(reason);
    let help = if unfed {
        "something in the hook reads standard input first: pass the complete input to each part, as \
         `portcullis install` does for an existing hook"
    } else {
        "fix this problem; the lines below may say more"
    };
    DoctorLine::problem(topic, text, help)
}

fn report_other(topic: &'static str, reason: &str) -> DoctorLine {
    let text = format!("it was rejected, but not by portcullis: {reason}");
    DoctorLine::problem(
        topic,
        text,
        "check what else the hook runs, and whether it finds the program portcullis",
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Answer, read_answer};
    use crate::git_program::Outcome;
    use crate::self_test::hook::Event;
    use crate::self_test::stage::Attempt;

    fn of(outcome: Outcome, text: &str) -> Answer {
        let commit = Some("0123456789".to_owned());
        let attempt = Attempt { outcome, text: text.to_owned(), elapsed: Duration::ZERO, commit };
        read_answer(&attempt, Event::PreReceive)
    }

    #[test]
    fn only_a_report_of_this_commit_is_an_answer() {
        let report = "remote: portcullis: main 1111111..0123456, 1 commit\nremote: error[node-port]: no\nremote: \
                      rejected: 1 error\n";
        assert_eq!(of(Outcome::Failed, report), Answer::Rejected(["node-port".to_owned()].into()));
        assert_eq!(of(Outcome::Succeeded, report), Answer::Ignored);
        assert_eq!(of(Outcome::Succeeded, &report.replace("rejected: 1", "accepted: 1")), Answer::Accepted);
        let other = report.replace("0123456", "7777777");
        assert_eq!(of(Outcome::Succeeded, &other), Answer::Unseen);
        assert!(matches!(of(Outcome::Failed, &other), Answer::RejectedByOther(_)));
        assert!(matches!(of(Outcome::Failed, "remote: rejected: 1 error"), Answer::RejectedByOther(_)));
        let error = "remote: portcullis: error: GL_ID is not set\n";
        assert_eq!(of(Outcome::Failed, error), Answer::Undecided("GL_ID is not set".into()));
    }
}

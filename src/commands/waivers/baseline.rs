//! `baseline`: the findings of today as waivers, in a file that only shrinks by itself.

use std::fmt::Write as _;

use chrono::NaiveDate;

use super::file::{counted, mistaken, next_step};
use super::{Accepted, Today, WaiversOnDisk, open, terms};
use crate::checks::CheckSet;
use crate::cli::BaselineArguments;
use crate::commands::error::{CommandError, Exit};
use crate::commands::output::print;
use crate::gate::{Governing, Session};
use crate::policy::Waiver;
use crate::report::terminal;

/// Checks that only a change can fail: of a file as it is, they say nothing.
const ONLY_CHANGES: [&str; 3] = ["image-downgrade", "immutable-field", "mutable-image"];

pub(in crate::commands) fn run(arguments: &BaselineArguments) -> Result<Exit, CommandError> {
    let session = open(&arguments.terms, arguments.base.as_deref())?;
    let governing = session.policy(None)?;
    let disk = WaiversOnDisk::read(&session.repository, arguments.output.as_deref())?;
    if arguments.terms.expires.is_some() {
        // A day that could not be meant is said also if no entry is new.
        terms(&arguments.terms, &session, &governing)?;
    }
    if arguments.check {
        return check(&disk, &session, &governing);
    }
    let entries = disk.entries()?;
    let today = Today::of(&session, &governing, entries)?;
    let absent = if arguments.drop_absent { Absent::Drop } else { Absent::Keep };
    let mut text = String::new();
    let mut kept: Vec<Waiver> = Vec::new();
    for entry in entries {
        let fate = Fate::of(entry, &today, absent);
        tell(&mut text, entry, fate, session.today());
        match (fate.stays(), arguments.migrate) {
            (true, true) => kept.extend(today.migrated(entry)),
            (true, false) => kept.push(entry.clone()),
            (false, _) => {}
        }
    }
    let fresh = fresh(&today, entries);
    let adds = disk.file.is_none() || arguments.extend;
    let added = if adds { new_entries(&fresh, arguments, &session, &governing)? } else { Vec::new() };
    kept.extend_from_slice(&added);
    if disk.file.is_some() || !kept.is_empty() {
        disk.write(&kept)?;
    }
    summary(&mut text, &disk, [kept.len(), added.len(), fresh.len() - added.len()]);
    print(&text)?;
    Ok(Exit::Accept)
}

/// What blocks and no entry covers.
fn fresh<'a>(today: &'a Today, entries: &[Waiver]) -> Vec<Accepted<'a>> {
    let covered = |accepted: &Accepted<'_>| entries.iter().any(|entry| accepted.is_covered_by(entry));
    today.all().filter(|accepted| accepted.blocks() && !covered(accepted)).collect()
}

fn new_entries(
    fresh: &[Accepted<'_>],
    arguments: &BaselineArguments,
    session: &Session,
    governing: &Governing,
) -> Result<Vec<Waiver>, CommandError> {
    if fresh.is_empty() {
        return Ok(Vec::new());
    }
    let terms = terms(&arguments.terms, session, governing)?;
    let reason = format!("accepted by `portcullis baseline` on {}", session.today());
    fresh.iter().map(|accepted| accepted.waiver(&terms, &reason)).collect()
}

/// What to do about entries of objects that are not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absent {
    Keep,
    Drop,
}

/// What becomes of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It covers what is there.
    Used,
    /// Nothing can be said of it here, for a reason.
    Unknown(&'static str),
    /// It covers nothing, for a reason.
    Goes(&'static str),
}

impl Fate {
    fn of(entry: &Waiver, today: &Today, absent: Absent) -> Self {
        let about_files =
            CheckSet::shared().find(&entry.check).is_some_and(|check| check.meta.family.may_be_annotated());
        if today.has(entry) {
            Self::Used
        } else if !about_files || ONLY_CHANGES.contains(&entry.check.as_str()) {
            Self::Unknown("only a change shows whether it is needed")
        } else if today.has_another(entry) {
            Self::Unknown("the same check has another finding about the object")
        } else if today.has_object(entry) {
            Self::Goes("what it covers is fixed")
        } else {
            match absent {
                Absent::Keep => Self::Unknown("its object does not exist here, but may be on another branch"),
                Absent::Drop => Self::Goes("its object does not exist here"),
            }
        }
    }

    fn stays(self) -> bool {
        match self {
            Self::Used | Self::Unknown(_) => true,
            Self::Goes(_) => false,
        }
    }
}

fn tell(text: &mut String, entry: &Waiver, fate: Fate, today: NaiveDate) {
    let name = format!("{} of {} (line {})", entry.check, entry.object, entry.place.line());
    let name = terminal(&name);
    let _ = match fate {
        Fate::Used if entry.expires < today => writeln!(text, "expired: {name} on {}", entry.expires),
        Fate::Used => Ok(()),
        Fate::Unknown(reason) => writeln!(text, "kept: {name}: {reason}"),
        Fate::Goes(reason) => writeln!(text, "removed: {name}: {reason}"),
    };
}

fn summary(text: &mut String, disk: &WaiversOnDisk, [all, added, left]: [usize; 3]) {
    let path = disk.path.display().to_string();
    let path = terminal(&path);
    let _ = match (all, added, disk.file.is_some()) {
        (0, 0, false) => writeln!(text, "nothing blocks: no file is needed"),
        _ => writeln!(text, "{path}: {}, {added} new", counted(all, "waiver")),
    };
    let are = if left == 1 { "is" } else { "are" };
    if left > 0 {
        let _ = writeln!(
            text,
            "{} {are} not in it: the file only shrinks; fix them, or run again with `--extend`",
            counted(left, "blocking finding")
        );
    }
    text.push_str(next_step(added));
}

/// What a pipeline asks: whether the file is as small as it can be, and holds.
fn check(disk: &WaiversOnDisk, session: &Session, governing: &Governing) -> Result<Exit, CommandError> {
    let Some(file) = &disk.file else {
        print("there is no file of waivers\n")?;
        return Ok(Exit::Accept);
    };
    let today = Today::of(session, governing, &file.waivers)?;
    let term = governing.policy.waiver_term(session.today());
    let mut wrong: Vec<String> = file.mistakes.iter().map(mistaken).collect();
    for entry in &file.waivers {
        let at = format!("{}:{}", entry.place.path, entry.place.line());
        let name = format!("{at}: {} of {}", entry.check, entry.object);
        if let Fate::Goes(reason) = Fate::of(entry, &today, Absent::Keep) {
            wrong.push(format!("{name}: {reason}; `portcullis baseline` removes it"));
        } else if entry.expires < term.today {
            wrong.push(format!("{name} expired on {}", entry.expires));
        } else if entry.expires > term.latest {
            wrong.push(format!("{name} expires on {}, later than {}", entry.expires, term.latest));
        }
    }
    let count = file.waivers.len() + file.mistakes.len();
    let mut lines: Vec<String> = wrong.iter().map(|line| terminal(line).into_owned()).collect();
    lines.push(format!("{}, {} to review\n", counted(count, "waiver"), wrong.len()));
    print(&lines.join("\n"))?;
    Ok(if wrong.is_empty() { Exit::Accept } else { Exit::Reject })
}

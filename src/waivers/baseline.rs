//! Today's blocking findings as entries of a file that only shrinks automatically.

use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;

use super::Origin;
use super::error::WaiversError;
use super::file::{WaiversOnDisk, count, describe_mistake, next_step};
use super::terms::{AskedTerms, Terms};
use super::today::{Accepted, Today};
use crate::checks::CheckSet;
use crate::gate::{Governing, Session};
use crate::policy::Waiver;
use crate::report::terminal;

/// Checks that only a change can fail: they find nothing in a file as it is.
const ONLY_CHANGES: [&str; 3] = ["image-downgrade", "immutable-field", "mutable-image"];

/// A revision and the file of waivers.
pub struct Baseline {
    session: Session,
    governing: Governing,
    disk: WaiversOnDisk,
}

/// The way in which the file is updated.
#[derive(Clone, Copy, Debug)]
pub struct Update {
    /// New findings, if there is a file already.
    pub growth: Growth,
    /// Entries of objects that do not exist.
    pub absent: Absent,
    /// Entries with a fingerprint of version 0.1.
    pub fingerprints: Fingerprints,
}

/// The handling of new findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// They are added.
    Extend,
    /// They are only counted.
    ShrinkOnly,
}

/// The handling of entries whose objects do not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Absent {
    /// They remain.
    Keep,
    /// They are removed.
    Drop,
}

/// The handling of fingerprints of version 0.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fingerprints {
    /// They remain.
    Keep,
    /// They are replaced by present ones.
    Migrate,
}

/// The result of checking a file.
#[derive(Debug)]
pub struct BaselineCheck {
    /// The text for people.
    pub text: String,
    /// The number of entries that need work.
    pub problems: usize,
}

/// The numbers that a summary has.
struct Numbers {
    /// All entries.
    entries: usize,
    /// The new ones.
    added: usize,
    /// Blocking findings without an entry.
    uncovered: usize,
}

impl Baseline {
    /// Reads the revision and the file.
    pub fn open(origin: &Origin, file: Option<&Path>) -> Result<Self, WaiversError> {
        let session = origin.open()?;
        let governing = session.policy(None)?;
        let disk = WaiversOnDisk::read(&session.repository, file)?;
        Ok(Self { session, governing, disk })
    }

    /// Makes sure that the policy allows the last day that a person asks for, even if there is no new entry.
    pub fn check_terms(&self, terms: &AskedTerms) -> Result<(), WaiversError> {
        match terms.expires {
            Some(_) => Terms::complete(terms, &self.session, &self.governing).map(drop),
            None => Ok(()),
        }
    }

    /// Updates the file, and describes what was done.
    pub fn update(&self, terms: &AskedTerms, update: Update) -> Result<String, WaiversError> {
        let entries = self.disk.entries()?;
        let today = Today::judge(&self.session, &self.governing, entries)?;
        let mut text = String::new();
        let mut kept: Vec<Waiver> = Vec::new();
        for entry in entries {
            let fate = Fate::of(entry, &today, update.absent);
            describe_fate(&mut text, entry, fate, self.session.today());
            match (fate.stays(), update.fingerprints) {
                (true, Fingerprints::Migrate) => kept.extend(today.migrate(entry)),
                (true, Fingerprints::Keep) => kept.push(entry.clone()),
                (false, _) => {}
            }
        }
        let uncovered = find_uncovered(&today, entries);
        let adds = self.disk.file.is_none() || update.growth == Growth::Extend;
        let added = if adds { self.waive(&uncovered, terms)? } else { Vec::new() };
        kept.extend_from_slice(&added);
        if self.disk.file.is_some() || !kept.is_empty() {
            self.disk.write(&kept)?;
        }
        let uncovered = uncovered.len() - added.len();
        self.summarise(&mut text, &Numbers { entries: kept.len(), added: added.len(), uncovered });
        Ok(text)
    }

    fn waive(&self, findings: &[Accepted<'_>], terms: &AskedTerms) -> Result<Vec<Waiver>, WaiversError> {
        if findings.is_empty() {
            return Ok(Vec::new());
        }
        let terms = Terms::complete(terms, &self.session, &self.governing)?;
        let reason = format!("accepted by `portcullis baseline` on {}", self.session.today());
        findings.iter().map(|finding| finding.waive(&terms, &reason)).collect()
    }

    fn summarise(&self, text: &mut String, numbers: &Numbers) {
        let Numbers { entries, added, uncovered } = *numbers;
        let path = self.disk.path.display().to_string();
        let _ = if entries == 0 && added == 0 && self.disk.file.is_none() {
            writeln!(text, "nothing blocks: no file is needed")
        } else {
            writeln!(text, "{}: {}, {added} new", terminal(&path), count(entries, "waiver"))
        };
        if uncovered > 0 {
            let are = if uncovered == 1 { "is" } else { "are" };
            let _ = writeln!(
                text,
                "{} {are} not in it: the file only shrinks; fix them, or run again with `--extend`",
                count(uncovered, "blocking finding")
            );
        }
        text.push_str(next_step(added));
    }

    /// Checks for a pipeline whether the file is as small as it can be and its entries are valid.
    pub fn check(&self) -> Result<BaselineCheck, WaiversError> {
        let Some(file) = &self.disk.file else {
            return Ok(BaselineCheck { text: "there is no file of waivers\n".to_owned(), problems: 0 });
        };
        let today = Today::judge(&self.session, &self.governing, &file.waivers)?;
        let mut wrong: Vec<String> = file.mistakes.iter().map(describe_mistake).collect();
        wrong.extend(file.waivers.iter().filter_map(|entry| self.find_problem(entry, &today)));
        let mut lines: Vec<String> = wrong.iter().map(|line| terminal(line).into_owned()).collect();
        let all = file.waivers.len() + file.mistakes.len();
        lines.push(format!("{}, {} to review\n", count(all, "waiver"), wrong.len()));
        Ok(BaselineCheck { text: lines.join("\n"), problems: wrong.len() })
    }

    fn find_problem(&self, entry: &Waiver, today: &Today) -> Option<String> {
        let term = self.governing.policy.waiver_term(self.session.today());
        let at = format!("{}:{}", entry.place.path, entry.place.line());
        let name = format!("{at}: {} of {}", entry.check, entry.object);
        match Fate::of(entry, today, Absent::Keep) {
            Fate::Goes(reason) => Some(format!("{name}: {reason}; `portcullis baseline` removes it")),
            Fate::Used | Fate::Unknown(_) if entry.expires < term.today => {
                Some(format!("{name} expired on {}", entry.expires))
            }
            Fate::Used | Fate::Unknown(_) if entry.expires > term.latest => {
                Some(format!("{name} expires on {}, later than {}", entry.expires, term.latest))
            }
            Fate::Used | Fate::Unknown(_) => None,
        }
    }
}

/// Finds what blocks and no entry covers.
fn find_uncovered<'a>(today: &'a Today, entries: &[Waiver]) -> Vec<Accepted<'a>> {
    let is_covered = |finding: &Accepted<'_>| entries.iter().any(|entry| finding.is_covered_by(entry));
    today.all().filter(|finding| finding.blocks() && !is_covered(finding)).collect()
}

/// The fate of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// It covers a finding.
    Used,
    /// It is unknown here whether it covers anything, for a reason.
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

fn describe_fate(text: &mut String, entry: &Waiver, fate: Fate, today: NaiveDate) {
    let name = format!("{} of {} (line {})", entry.check, entry.object, entry.place.line());
    let name = terminal(&name);
    let _ = match fate {
        Fate::Used if entry.expires < today => writeln!(text, "expired: {name} on {}", entry.expires),
        Fate::Used => Ok(()),
        Fate::Unknown(reason) => writeln!(text, "kept: {name}: {reason}"),
        Fate::Goes(reason) => writeln!(text, "removed: {name}: {reason}"),
    };
}

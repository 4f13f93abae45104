//! The file of waivers on the disk, and what new entries of it say.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{Duration, NaiveDate};

use crate::cli::TermArguments;
use crate::commands::error::CommandError;
use crate::gate::{Governing, Session, known_checks};
use crate::git::Repository;
use crate::policy::{Age, WAIVERS_PATH, Waiver, WaiverMistake, WaiversFile, waivers_text};
use codeowners::OwnersFile;
use source_files::RepoPath;

/// The file as it is.
pub(super) struct WaiversOnDisk {
    pub(super) path: PathBuf,
    pub(super) file: Option<WaiversFile>,
    heading: String,
}

impl WaiversOnDisk {
    /// Reads the file that the arguments mean, if there is one.
    pub(super) fn read(repository: &Repository, output: Option<&Path>) -> Result<Self, CommandError> {
        let named = output.map(Path::to_path_buf);
        let in_work_tree = || repository.work_tree().map(|root| root.join(WAIVERS_PATH));
        let path = named.or_else(in_work_tree).ok_or_else(|| {
            CommandError::Argument("there is no work tree here: name the file with `--output`".into())
        })?;
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Self { path, file: None, heading: String::new() });
            }
            Err(source) => return Err(CommandError::File { path, source }),
        };
        let name = path.display().to_string();
        let file = Some(WaiversFile::parse(&name, &bytes, known_checks().ids()));
        let heading = heading(&String::from_utf8_lossy(&bytes));
        Ok(Self { path, file, heading })
    }

    /// The entries, as long as all of them are understood: the file could not be written again without
    /// losing the others.
    pub(super) fn entries(&self) -> Result<&[Waiver], CommandError> {
        let Some(file) = &self.file else { return Ok(&[]) };
        match file.mistakes.first() {
            None => Ok(&file.waivers),
            Some(mistake) => Err(CommandError::Argument(format!(
                "{}: correct it first; otherwise rewriting the file would lose it",
                mistaken(mistake)
            ))),
        }
    }

    /// Writes entries, and reads them again before anyone relies on them.
    pub(super) fn write(&self, waivers: &[Waiver]) -> Result<(), CommandError> {
        let text = waivers_text(&self.heading, waivers);
        let again = WaiversFile::parse(WAIVERS_PATH, text.as_bytes(), known_checks().ids());
        if let Some(mistake) = again.mistakes.first() {
            let message = format!("nothing was written: an entry is invalid: {}", mistake.message);
            return Err(CommandError::Argument(message));
        }
        let failed = |source| CommandError::File { path: self.path.clone(), source };
        std::fs::write(&self.path, text).map_err(failed)
    }
}

/// A number and its noun.
pub(super) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What to do with a file that holds new entries.
pub(super) fn next_step(added: usize) -> &'static str {
    match added {
        0 => "",
        _ => "  commit it: its entries count once it is on the branch, approved by its owners\n",
    }
}

/// A mistake at its place.
pub(super) fn mistaken(mistake: &WaiverMistake) -> String {
    let place = &mistake.place;
    let at = place.source.position(place.span.start);
    let meant = mistake.suggestion.as_ref().map(|meant| format!("; did you mean `{meant}`?"));
    let WaiverMistake { message, .. } = mistake;
    format!("{}:{}:{}: {message}{}", place.path, at.line, at.column, meant.unwrap_or_default())
}

/// The comments above everything else.
fn heading(text: &str) -> String {
    let is_heading = |line: &&str| line.starts_with('#') || line.trim().is_empty();
    text.split_inclusive('\n').take_while(is_heading).collect()
}

/// What new entries say.
pub(super) struct Terms {
    owner: Option<String>,
    owners: Option<OwnersFile>,
    pub(super) reason: Option<String>,
    expires: NaiveDate,
}

/// How many days new entries hold if no one says.
const DAYS: u64 = 90;

/// Reads the terms of new entries.
pub(super) fn terms(
    arguments: &TermArguments,
    session: &Session,
    governing: &Governing,
) -> Result<Terms, CommandError> {
    let owners = match &arguments.owner {
        Some(_) => None,
        None => session.owners(governing, None).map_err(|error| CommandError::Argument(error.to_string()))?,
    };
    let latest = governing.policy.waiver_term(session.today()).latest;
    let expires = match &arguments.expires {
        None => after(session.today(), DAYS).map(|day| day.min(latest)),
        Some(text) => day(text, session.today()),
    };
    let wrong = "write the last day as YYYY-MM-DD, or as a number of days from today such as `90d`";
    let expires = expires.ok_or_else(|| CommandError::Argument(wrong.into()))?;
    if expires > latest || expires < session.today() {
        let message = format!(
            "entries cannot expire on {expires}: the policy allows dates from today to \
            {latest}"
        );
        return Err(CommandError::Argument(message));
    }
    let (owner, reason) = (arguments.owner.clone(), arguments.reason.clone());
    Ok(Terms { owner, owners, reason, expires })
}

fn day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.or_else(|| after(today, Age::parse(text)?.duration().as_secs() / (24 * 60 * 60)))
}

fn after(today: NaiveDate, days: u64) -> Option<NaiveDate> {
    today.checked_add_signed(Duration::try_days(i64::try_from(days).ok()?)?)
}

impl Terms {
    /// Who answers for an entry about a file.
    pub(super) fn owner(&self, path: Option<&RepoPath>) -> Result<String, CommandError> {
        if let Some(owner) = &self.owner {
            return Ok(owner.clone());
        }
        let lines = self.owners.as_ref().zip(path).map(|(owners, path)| owners.requirements(path));
        let first = lines.unwrap_or_default().into_iter().next();
        let names = first.map(|line| line.owners.iter().map(ToString::to_string).collect::<Vec<_>>());
        names.map(|names| names.join(" ")).ok_or_else(|| {
            let subject = path.map_or("this".to_owned(), ToString::to_string);
            let message = format!("{subject} has no owner: name the owner of new entries with `--owner`");
            CommandError::Argument(message)
        })
    }

    /// The last day.
    pub(super) fn expires(&self) -> NaiveDate {
        self.expires
    }
}

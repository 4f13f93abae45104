//! The terms of new entries.

use chrono::{Duration, NaiveDate};

use super::error::WaiversError;
use crate::gate::{Governing, Session};
use crate::policy::Age;
use codeowners::OwnersFile;
use source_files::RepoPath;

/// The number of days for which new entries hold by default.
const DAYS: u64 = 90;

/// The terms, as a command line gives them.
#[derive(Debug)]
pub struct AskedTerms {
    /// The owner; `None` means the owners of the file.
    pub owner: Option<String>,
    /// The last day: a date, or a number of days.
    pub expires: Option<String>,
    /// The reason.
    pub reason: Option<String>,
}

/// The terms of new entries.
pub(super) struct Terms {
    owner: Option<String>,
    owners: Option<OwnersFile>,
    pub(super) reason: Option<String>,
    pub(super) expires: NaiveDate,
}

impl Terms {
    /// Completes the terms, as the policy allows.
    pub(super) fn complete(
        asked: &AskedTerms,
        session: &Session,
        governing: &Governing,
    ) -> Result<Self, WaiversError> {
        let owners = match &asked.owner {
            Some(_) => None,
            None => session.owners(governing, None)?,
        };
        let today = session.today();
        let latest = governing.policy.waiver_term(today).latest;
        let expires = match &asked.expires {
            None => days_after(today, DAYS).map(|day| day.min(latest)),
            Some(text) => parse_day(text, today),
        };
        let expires = expires.ok_or(WaiversError::LastDay)?;
        if expires > latest || expires < today {
            return Err(WaiversError::Expiry { expires, latest });
        }
        Ok(Self { owner: asked.owner.clone(), owners, reason: asked.reason.clone(), expires })
    }

    /// Finds the owner of an entry about a file.
    pub(super) fn owner_of(&self, path: Option<&RepoPath>) -> Result<String, WaiversError> {
        if let Some(owner) = &self.owner {
            return Ok(owner.clone());
        }
        let lines = self.owners.as_ref().zip(path).map(|(owners, path)| owners.requirements(path));
        if let Some(line) = lines.unwrap_or_default().first() {
            let names: Vec<String> = line.owners.iter().map(ToString::to_string).collect();
            return Ok(names.join(" "));
        }
        Err(WaiversError::NoOwner(path.map_or_else(|| "this".to_owned(), ToString::to_string)))
    }
}

fn parse_day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    date.or_else(|| days_after(today, Age::parse(text)?.duration().as_secs() / (24 * 60 * 60)))
}

fn days_after(today: NaiveDate, days: u64) -> Option<NaiveDate> {
    today.checked_add_signed(Duration::try_days(i64::try_from(days).ok()?)?)
}

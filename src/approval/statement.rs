//! The text that an approver signs.
//!
//! In: the message of a signed tag, or the parts of a new statement. Out: [`Statement`]. Never: skips a
//! field that it does not know, or accepts two spellings of one statement: the text that is parsed is
//! the text that would be written.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use super::digest::Digest;
use crate::evidence::Purpose;
use source_files::ObjectId;

/// No statement that portcullis writes comes near.
const LARGEST: usize = 8 * 1024;
/// The longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// A statement about one change of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its purpose.
    pub purpose: Purpose,
    /// The repository, as its policy names it.
    pub repository: String,
    /// The ref that is to change.
    pub ref_name: String,
    /// The commit that the change is compared with.
    pub base: ObjectId,
    /// The tree that results.
    pub tree: ObjectId,
    /// The digest of the effective policy, waivers and owners' files when it was given.
    pub trust: Digest,
    /// The server's own policy and keyring; `None` if the approver did not know of one.
    pub floor: Option<Digest>,
    /// The last second at which it counts.
    pub not_after: DateTime<Utc>,
    /// Why, in one line; may be empty for an approval.
    pub reason: String,
    /// Of a review: the reviewer's account, and the teams that the forge says they are in.
    pub reviewer: Vec<String>,
}

/// Why a text is not a statement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// Larger than any statement.
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The first line.
    #[error(
        "it does not begin with `portcullis approval v1`, `portcullis override v1` or `portcullis review v1`"
    )]
    Header,
    /// A field is not where it belongs, or another one is there.
    #[error("line {line} is not `{field}: …`")]
    Field {
        /// The line, from 1.
        line: usize,
        /// The field that belongs there.
        field: &'static str,
    },
    /// A field's value.
    #[error("`{field}` is {problem}")]
    Value {
        /// The field.
        field: &'static str,
        /// The error.
        problem: &'static str,
    },
    /// More than the fields, or another way of writing them.
    #[error("it is not written the way portcullis writes it")]
    NotCanonical,
}

impl Statement {
    /// Parses the message of a tag, signature removed.
    pub fn parse(message: &[u8]) -> Result<Self, StatementError> {
        if message.len() > LARGEST {
            return Err(StatementError::TooLarge);
        }
        let text = std::str::from_utf8(message).map_err(|_| StatementError::NotText)?;
        let mut lines = Lines { lines: text.split('\n'), number: 1 };
        let purpose = match lines.lines.next() {
            Some("portcullis approval v1") => Purpose::Approval,
            Some("portcullis override v1") => Purpose::Override,
            Some("portcullis review v1") => Purpose::Review,
            Some(_) | None => return Err(StatementError::Header),
        };
        let statement = Self {
            purpose,
            repository: lines.field("repository")?.to_owned(),
            ref_name: lines.field("ref")?.to_owned(),
            base: lines.object_id("base")?,
            tree: lines.object_id("tree")?,
            trust: lines.digest("trust")?.ok_or(value("trust", "missing"))?,
            floor: lines.digest("floor")?,
            not_after: lines.time("not-after")?,
            reason: lines.field("reason")?.to_owned(),
            reviewer: lines.reviewer(purpose)?,
        };
        statement.check()?;
        if statement.to_string() == text { Ok(statement) } else { Err(StatementError::NotCanonical) }
    }

    /// The fields that every statement has.
    pub fn check(&self) -> Result<(), StatementError> {
        let plain = |text: &str| !text.chars().any(char::is_control);
        if self.repository.trim().is_empty() || !plain(&self.repository) {
            return Err(value("repository", "no name"));
        }
        if !self.ref_name.starts_with("refs/") || !plain(&self.ref_name) {
            return Err(value("ref", "no full ref name"));
        }
        let reason_fits = plain(&self.reason) && self.reason.chars().count() <= LONGEST_REASON;
        if !reason_fits {
            return Err(value("reason", "not one line of at most 500 characters"));
        }
        match self.purpose {
            Purpose::Override if self.reason.trim().is_empty() => {
                Err(value("reason", "missing: an override says why"))
            }
            Purpose::Review if !self.names_a_reviewer() => {
                Err(value("reviewer", "not an account and its teams, as in `@alice @acme/network`"))
            }
            Purpose::Override | Purpose::Approval | Purpose::Review => Ok(()),
        }
    }

    fn names_a_reviewer(&self) -> bool {
        let plain = |byte: u8| byte.is_ascii_graphic();
        let handle = |handle: &String| handle.len() > 1 && handle.bytes().all(plain);
        self.reviewer.first().is_some_and(|account| account.starts_with('@'))
            && self.reviewer.iter().all(handle)
    }

    /// The folder of refs in which statements about a ref are.
    pub fn folder(ref_name: &str) -> String {
        format!("refs/approvals/{}/", ref_name.strip_prefix("refs/").unwrap_or(ref_name))
    }

    /// The only ref that a tag object with this statement may be pushed as. Its own id is part of the
    /// name, so that two statements never meet and none can be replaced.
    pub fn stored_as(&self, object: &ObjectId) -> String {
        format!("{}{}/{object}", Self::folder(&self.ref_name), self.tree)
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let floor = self.floor.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string);
        writeln!(formatter, "portcullis {} v1", self.purpose.as_str())?;
        writeln!(formatter, "repository: {}", self.repository)?;
        writeln!(formatter, "ref: {}", self.ref_name)?;
        writeln!(formatter, "base: {}", self.base)?;
        writeln!(formatter, "tree: {}", self.tree)?;
        writeln!(formatter, "trust: {}", self.trust)?;
        writeln!(formatter, "floor: {floor}")?;
        writeln!(formatter, "not-after: {}", self.not_after.to_rfc3339_opts(SecondsFormat::Secs, true))?;
        writeln!(formatter, "reason: {}", self.reason)?;
        match self.purpose {
            Purpose::Review => writeln!(formatter, "reviewer: {}", self.reviewer.join(" ")),
            Purpose::Approval | Purpose::Override => Ok(()),
        }
    }
}

fn value(field: &'static str, problem: &'static str) -> StatementError {
    StatementError::Value { field, problem }
}

/// The lines that are left, each of which is one field.
struct Lines<'a> {
    lines: std::str::Split<'a, char>,
    number: usize,
}

impl<'a> Lines<'a> {
    fn field(&mut self, field: &'static str) -> Result<&'a str, StatementError> {
        self.number += 1;
        let line = self.lines.next().and_then(|line| line.strip_prefix(field)?.strip_prefix(": "));
        line.ok_or(StatementError::Field { line: self.number, field })
    }

    fn reviewer(&mut self, purpose: Purpose) -> Result<Vec<String>, StatementError> {
        match purpose {
            Purpose::Review => Ok(self.field("reviewer")?.split(' ').map(str::to_owned).collect()),
            Purpose::Approval | Purpose::Override => Ok(Vec::new()),
        }
    }

    fn object_id(&mut self, field: &'static str) -> Result<ObjectId, StatementError> {
        let id = ObjectId::parse(self.field(field)?);
        id.filter(|id| !id.is_zero()).ok_or(value(field, "no object name"))
    }

    fn digest(&mut self, field: &'static str) -> Result<Option<Digest>, StatementError> {
        match self.field(field)? {
            "none" => Ok(None),
            text => Digest::parse(text).map(Some).ok_or(value(field, "no `sha256:` digest")),
        }
    }

    fn time(&mut self, field: &'static str) -> Result<DateTime<Utc>, StatementError> {
        let text = self.field(field)?;
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| value(field, "no date and time"))?;
        Ok(time.to_utc())
    }
}

#[cfg(test)]
mod tests;

//! The text that an approver signs.
//!
//! In: the message of a signed tag, or the parts of a new statement. Out: [`Statement`]. Never: skips a
//! field that it does not know, or accepts two spellings of one statement: the text that is parsed is
//! the text that would be written.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use super::digest::Digest;
use crate::source::ObjectId;

/// No statement that portcullis writes comes near.
const LARGEST: usize = 8 * 1024;
/// How long a reason may be, in characters.
const LONGEST_REASON: usize = 500;

/// What a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The signer has read the change and lets it pass.
    Approval,
    /// The signer takes the responsibility for passing a change that the gate rejects.
    Override,
}

impl Purpose {
    /// The first word of the text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Override => "override",
        }
    }

    /// The name inside the tag object, so that no tag of another purpose is ever taken for a statement.
    pub fn tag_name(self) -> &'static str {
        match self {
            Self::Approval => "portcullis-approval",
            Self::Override => "portcullis-override",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A statement about one change of one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it is for.
    pub purpose: Purpose,
    /// The repository, as its policy names it.
    pub repository: String,
    /// The ref that is to change.
    pub ref_name: String,
    /// The commit that the change is compared with.
    pub base: ObjectId,
    /// The tree that results.
    pub tree: ObjectId,
    /// What the gate went by when it was given: all effective trust files.
    pub trust: Digest,
    /// The server's own policy and keyring; `None` where the approver was told of none.
    pub floor: Option<Digest>,
    /// The last second at which it counts.
    pub not_after: DateTime<Utc>,
    /// Why, in one line; may be empty for an approval.
    pub reason: String,
}

/// Why a text is no statement.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StatementError {
    /// Larger than any statement.
    #[error("it is larger than {LARGEST} bytes")]
    TooLarge,
    /// Not UTF-8.
    #[error("it is not UTF-8 text")]
    NotText,
    /// The first line.
    #[error("it does not begin with `portcullis approval v1` or `portcullis override v1`")]
    Header,
    /// A field is not where it belongs, or another one stands there.
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
        /// What is wrong.
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
        };
        statement.check()?;
        if statement.to_string() == text { Ok(statement) } else { Err(StatementError::NotCanonical) }
    }

    /// What no statement may be without.
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
            Purpose::Override | Purpose::Approval => Ok(()),
        }
    }

    /// The folder of refs in which statements about a ref stand.
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
        writeln!(formatter, "reason: {}", self.reason)
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
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::*;

    fn statement() -> Statement {
        Statement {
            purpose: Purpose::Approval,
            repository: "acme/production".into(),
            ref_name: "refs/heads/main".into(),
            base: ObjectId::parse(&"1".repeat(40)).unwrap(),
            tree: ObjectId::parse(&"2".repeat(40)).unwrap(),
            trust: Digest::of([b"x".as_slice()]),
            floor: None,
            not_after: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
            reason: "read: all of it".into(),
        }
    }

    fn problem(text: &str) -> StatementError {
        Statement::parse(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn what_is_written_is_read() {
        let floor = Some(Digest::of([b"floor".as_slice()]));
        for statement in [statement(), Statement { floor, ..statement() }] {
            assert_eq!(Statement::parse(statement.to_string().as_bytes()), Ok(statement));
        }
    }

    #[test]
    fn another_way_of_writing_it_is_none() {
        let text = statement().to_string();
        assert_eq!(problem(""), StatementError::Header);
        assert_eq!(problem(&text.replace("v1", "v2")), StatementError::Header);
        assert_eq!(problem(&format!("{text}more: x\n")), StatementError::NotCanonical);
        assert_eq!(problem(&text.replace("Z\n", "+00:00\n")), StatementError::NotCanonical);
        assert_eq!(problem(text.trim_end()), StatementError::NotCanonical);
        let swapped = text.replace("base", "BASE").replace("tree", "base").replace("BASE", "tree");
        assert_eq!(problem(&swapped), StatementError::Field { line: 4, field: "base" });
        assert_eq!(
            problem(&text.replace("reason: ", "reason:")),
            StatementError::Field { line: 9, field: "reason" }
        );
        assert_eq!(problem(&text.replace(&"1".repeat(40), &"0".repeat(40))), value("base", "no object name"));
        assert_eq!(problem(&text.replace("refs/heads/main", "main")), value("ref", "no full ref name"));
        assert_eq!(Statement::parse(&[b'x'; LARGEST + 1]), Err(StatementError::TooLarge));
    }

    #[test]
    fn an_override_says_why() {
        let text = Statement { purpose: Purpose::Override, reason: " ".into(), ..statement() }.to_string();
        assert_eq!(problem(&text), value("reason", "missing: an override says why"));
    }

    proptest! {
        #[test]
        fn bytes_never_panic_and_are_read_only_as_they_are_written(
            at in any::<prop::sample::Index>(), byte in any::<u8>(),
        ) {
            let mut text = statement().to_string().into_bytes();
            let at = at.index(text.len());
            text[at] = byte;
            if let Ok(parsed) = Statement::parse(&text) {
                assert_eq!(parsed.to_string().as_bytes(), text);
            }
        }
    }
}

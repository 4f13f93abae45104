//! The file of allowed signers (`ssh-keygen(1)`, ALLOWED SIGNERS).
//!
//! In: the text of a file. Out: [`AllowedSigners`], or the place of an error in it. Never: skips a line that it does
//! not understand, because the line might be a restriction.

use std::collections::BTreeMap;
use std::time::SystemTime;

use thiserror::Error;

use super::Revocations;
use super::key::SshKey;
use super::pattern::PatternList;
use super::signer_line::{self, SignerLineProblem};
use crate::{KeyFacts, KeyStanding};
use source_files::RepoPath;

/// The largest file, in bytes. It has room for thousands of people.
const LARGEST_FILE: usize = 4 * 1024 * 1024;

/// An error in a file of allowed signers.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}:{line}:{column}: {message}{}", self.hint())]
pub struct SignersError {
    /// The file.
    pub path: RepoPath,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// A description of the error.
    pub message: String,
    /// The text that was probably meant.
    pub suggestion: Option<String>,
}

impl SignersError {
    fn hint(&self) -> String {
        self.suggestion.as_ref().map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
    }
}

/// The right that a line gives its key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum SignerRole {
    /// It may sign.
    #[default]
    Signer,
    /// It may issue certificates that sign.
    Authority,
}

/// One line of the file.
#[derive(Clone, Debug)]
pub(super) struct SignerLine {
    pub(super) principals: PatternList,
    pub(super) role: SignerRole,
    pub(super) namespaces: Option<PatternList>,
    pub(super) valid_after: Option<SystemTime>,
    pub(super) valid_before: Option<SystemTime>,
    pub(super) key: SshKey,
}

/// The keys and authorities that may sign.
#[derive(Clone, Debug, Default)]
pub struct AllowedSigners {
    by_key: BTreeMap<Box<[u8]>, Vec<SignerLine>>,
}

impl AllowedSigners {
    /// Reads a file.
    pub fn parse(path: &RepoPath, bytes: &[u8]) -> Result<Self, SignersError> {
        let error = |line, problem: SignerLineProblem| SignersError {
            path: path.clone(),
            line,
            column: problem.column,
            message: problem.message,
            suggestion: problem.suggestion,
        };
        if bytes.len() > LARGEST_FILE {
            return Err(error(
                1,
                SignerLineProblem::at(1, "a file of allowed signers can have at most 4 MiB"),
            ));
        }
        let mut signers = Self::default();
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            let text = std::str::from_utf8(line)
                .map_err(|_| error(index + 1, SignerLineProblem::at(1, "the line is not UTF-8")))?;
            if let Some(line) = signer_line::parse(text).map_err(|problem| error(index + 1, problem))? {
                signers.by_key.entry(line.key.blob().into()).or_default().push(line);
            }
        }
        Ok(signers)
    }

    /// Returns true if no one is trusted.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    /// Lists every key, including those of authorities, with the time until which its line lets it count.
    pub(crate) fn inventory(&self, revocations: &Revocations, now: SystemTime) -> Vec<KeyFacts> {
        let facts = |line: &SignerLine| {
            let revoked = revocations.revokes_key(line.key.blob());
            let standing =
                if revoked { KeyStanding::Revoked } else { KeyStanding::until(line.valid_before, now) };
            KeyFacts { key: line.key.fingerprint(), standing }
        };
        self.by_key.values().flatten().map(facts).collect()
    }

    /// Returns the lines that give a key a role.
    pub(super) fn find_lines(&self, key: &SshKey, role: SignerRole) -> Vec<&SignerLine> {
        let lines = self.by_key.get(key.blob()).map(Vec::as_slice).unwrap_or_default();
        lines.iter().filter(|line| line.role == role).collect()
    }
}

//! A child process `git cat-file --batch`: one question and one answer at a time.
//!
//! In: ids. Out: objects. Never: believes an answer about another id or of a size that does not fit, or asks a child
//! again after an invalid answer.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use super::child_error::ChildError;
use super::{ObjectKind, RawObject};
use crate::git::error::GitError;
use source_files::ObjectId;

/// The child and both ends of the conversation.
pub(super) struct Batch {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    broken: Option<ChildError>,
}

impl Batch {
    /// Wraps a child that was started with both pipes.
    pub(super) fn of(mut child: Child) -> Option<Self> {
        let (questions, answers) = (child.stdin.take()?, child.stdout.take()?);
        Some(Self { child, questions, answers: BufReader::new(answers), broken: None })
    }

    /// Asks for one object.
    pub(super) fn read(&mut self, id: &ObjectId, limit: usize) -> Result<RawObject, GitError> {
        if let Some(error) = &self.broken {
            return Err(GitError::Unreadable { id: id.clone(), reason: error.to_string() });
        }
        match self.ask(id, limit) {
            Ok(Answer::Object(object)) => Ok(object),
            Ok(Answer::Missing) => Err(GitError::Missing(id.clone())),
            Ok(Answer::TooLarge(size)) => Err(GitError::TooLarge { id: id.clone(), size, limit }),
            Err(error) => {
                let reason = error.to_string();
                self.broken = Some(error);
                Err(GitError::Unreadable { id: id.clone(), reason })
            }
        }
    }

    fn ask(&mut self, id: &ObjectId, limit: usize) -> Result<Answer, ChildError> {
        writeln!(self.questions, "{id}").and_then(|()| self.questions.flush()).map_err(ChildError::pipe)?;
        let mut header = String::new();
        self.answers.read_line(&mut header).map_err(ChildError::pipe)?;
        if header.is_empty() {
            return Err(ChildError::Ended(id.clone()));
        }
        let words: Vec<&str> = header.trim_end().split(' ').collect();
        match words.as_slice() {
            [name, "missing"] if *name == id.as_str() => Ok(Answer::Missing),
            [name, kind, size] if *name == id.as_str() => self.content(kind, size, limit),
            _ => Err(ChildError::UnexpectedAnswer),
        }
    }

    /// Reads the content behind a header. An object that is too large is skipped, not kept.
    fn content(&mut self, kind: &str, size: &str, limit: usize) -> Result<Answer, ChildError> {
        let (kind, size): (_, u64) =
            ObjectKind::parse(kind).zip(size.parse().ok()).ok_or(ChildError::UnexpectedAnswer)?;
        let length = usize::try_from(size).unwrap_or(usize::MAX);
        let mut content = (&mut self.answers).take(size);
        let (answer, read) = if length > limit {
            let passed = std::io::copy(&mut content, &mut std::io::sink()).map_err(ChildError::pipe)?;
            (Answer::TooLarge(length), passed)
        } else {
            let mut bytes = Vec::new();
            let read = content.read_to_end(&mut bytes).map_err(ChildError::pipe)?;
            (Answer::Object(RawObject { kind, bytes }), u64::try_from(read).unwrap_or_default())
        };
        let mut end = [0_u8];
        self.answers.read_exact(&mut end).map_err(ChildError::pipe)?;
        if read == size && end == *b"\n" { Ok(answer) } else { Err(ChildError::EndedEarly) }
    }
}

/// The answer of git about an id.
enum Answer {
    Object(RawObject),
    Missing,
    TooLarge(usize),
}

impl Drop for Batch {
    fn drop(&mut self) {
        // A child that still writes an answer would wait for a reader that is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

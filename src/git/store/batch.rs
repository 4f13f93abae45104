//! A child `git cat-file --batch`: one question and one answer at a time.
//!
//! In: ids. Out: objects. Never: believes an answer of another id or of a size that does not fit; a child
//! that has said something strange is not asked again.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, ChildStdout};

use super::{ObjectKind, RawObject};
use crate::git::error::GitError;
use crate::source::ObjectId;

/// How large an object may be that is not a file: commits, tags and trees of any use are far smaller.
const LARGEST: u64 = 512 << 20;

/// A partial clone ends the child where it would have to fetch.
const ENDED: &str = "git cat-file ended; if this is a partial clone, which lacks objects, clone without a filter; \
                     it was asked for the missing object";

/// The child and both ends of the conversation.
pub(super) struct Batch {
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    broken: Option<String>,
}

impl Batch {
    /// A child that was started with both pipes.
    pub(super) fn of(mut child: Child) -> Option<Self> {
        let (questions, answers) = (child.stdin.take()?, child.stdout.take()?);
        Some(Self { child, questions, answers: BufReader::new(answers), broken: None })
    }

    /// Asks for one object.
    pub(super) fn read(&mut self, id: &ObjectId) -> Result<RawObject, GitError> {
        let unreadable = |reason: String| GitError::Unreadable { id: id.clone(), reason };
        if let Some(reason) = &self.broken {
            return Err(unreadable(reason.clone()));
        }
        match self.ask(id) {
            Ok(Some(object)) => Ok(object),
            Ok(None) => Err(GitError::Missing(id.clone())),
            Err(reason) => {
                self.broken = Some(reason.clone());
                Err(unreadable(reason))
            }
        }
    }

    /// `None` where git has no such object.
    fn ask(&mut self, id: &ObjectId) -> Result<Option<RawObject>, String> {
        let failed = |error: std::io::Error| format!("git cat-file: {error}");
        writeln!(self.questions, "{id}").and_then(|()| self.questions.flush()).map_err(failed)?;
        let mut header = String::new();
        self.answers.read_line(&mut header).map_err(failed)?;
        if header.is_empty() {
            return Err(format!("{ENDED} {id}"));
        }
        let words: Vec<&str> = header.trim_end().split(' ').collect();
        let (kind, size) = match words.as_slice() {
            [name, "missing"] if *name == id.as_str() => return Ok(None),
            [name, kind, size] if *name == id.as_str() => (ObjectKind::parse(kind), size.parse().ok()),
            _ => (None, None),
        };
        let (Some(kind), Some(size)) = (kind, size.filter(|size| *size <= LARGEST)) else {
            return Err("git cat-file gave an answer that cannot be understood".to_owned());
        };
        let mut bytes = Vec::new();
        (&mut self.answers).take(size).read_to_end(&mut bytes).map_err(failed)?;
        let mut end = [0_u8];
        self.answers.read_exact(&mut end).map_err(failed)?;
        let whole = u64::try_from(bytes.len()).is_ok_and(|length| length == size) && end == *b"\n";
        if whole { Ok(Some(RawObject { kind, bytes })) } else { Err("git cat-file broke off".to_owned()) }
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        // A child that is still in the middle of an answer would wait for a reader that is gone.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

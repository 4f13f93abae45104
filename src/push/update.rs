//! Ref updates as `pre-receive` and `update` get them (`githooks`, `git-receive-pack`).

use source_files::ObjectId;

/// One ref that a push wants to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The value of the ref now, according to the pusher. Zeros for a new ref.
    pub old_oid: ObjectId,
    /// The new value. Zeros to delete it.
    pub new_oid: ObjectId,
    /// The full name of the ref.
    pub ref_name: String,
}

/// Input that git does not write.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// A line is not `<old> <new> <ref>`.
    #[error("line {line} of the hook's input is not `<old-oid> <new-oid> <ref-name>`")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// The input is empty: git never calls the hook without an update.
    #[error(
        "the hook's input is empty\n  install portcullis as `hooks/pre-receive`: git writes the ref updates to it"
    )]
    Empty,
    /// More input than is read.
    #[error("the hook's input has {limit} bytes or more: push fewer refs at a time")]
    TooLong {
        /// The limit in bytes.
        limit: u64,
    },
    /// More refs than one verdict can cover in time.
    #[error("the push updates {count} refs, more than the limit of {limit}: push fewer at a time")]
    TooMany {
        /// The number of updates.
        count: usize,
        /// The largest number that is accepted.
        limit: usize,
    },
}

/// The most refs that one push may update.
const REFS: usize = 1_000;

impl RefUpdate {
    /// Parses the three words that git gives a hook.
    pub fn parse(old_oid: &str, new_oid: &str, ref_name: &str) -> Option<Self> {
        let (old_oid, new_oid) = (ObjectId::parse(old_oid)?, ObjectId::parse(new_oid)?);
        let same_hash = old_oid.as_str().len() == new_oid.as_str().len();
        let named = ref_name.starts_with("refs/");
        (same_hash && named).then(|| Self { old_oid, new_oid, ref_name: ref_name.to_owned() })
    }

    /// Returns true if the ref is to be deleted.
    pub fn is_delete(&self) -> bool {
        self.new_oid.is_zero()
    }
}

/// Parses the standard input of `pre-receive`.
pub fn parse_updates(input: &[u8]) -> Result<Vec<RefUpdate>, PushError> {
    let mut updates = Vec::new();
    let lines = input.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for (index, line) in lines.enumerate() {
        let update = std::str::from_utf8(line).ok().and_then(|text| {
            let mut words = text.splitn(3, ' ');
            RefUpdate::parse(words.next()?, words.next()?, words.next()?)
        });
        updates.push(update.ok_or(PushError::Line { line: index + 1 })?);
    }
    match updates.len() {
        0 => Err(PushError::Empty),
        count if count > REFS => Err(PushError::TooMany { count, limit: REFS }),
        _ => Ok(updates),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_git_writes_is_a_ref_update() {
        let zero = "0".repeat(40);
        let tip = "1".repeat(40);
        let line = format!("{zero} {tip} refs/heads/a b\n");
        let updates = parse_updates(line.as_bytes()).expect("a valid line");
        assert_eq!(updates.first().map(|update| update.ref_name.as_str()), Some("refs/heads/a b"));
        assert_eq!(parse_updates(b""), Err(PushError::Empty));
        assert_eq!(parse_updates(b"x y refs/heads/a\n"), Err(PushError::Line { line: 1 }));
        assert_eq!(
            parse_updates(format!("{zero} {tip} HEAD\n").as_bytes()),
            Err(PushError::Line { line: 1 })
        );
    }
}

//! The few facts that git itself takes from a commit or tag, however malformed the rest is: history is walked as git
//! walks it, and the strict parser judges separately.

use source_files::ObjectId;

/// The commit has no tree, so that even git cannot read it.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("it does not begin with its tree")]
pub(super) struct NoTree;

/// The links of a commit.
#[derive(Debug)]
pub(super) struct CommitOutline {
    pub(super) tree: ObjectId,
    pub(super) parents: Vec<ObjectId>,
    /// Seconds since 1970. Used only to order a walk.
    pub(super) committed_at: i64,
}

/// Reads the links as git does (`commit.c`, `parse_commit_buffer`): the first line is the tree, the lines directly
/// below it that start with `parent ` are the parents.
pub(super) fn read_outline(bytes: &[u8]) -> Result<CommitOutline, NoTree> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let tree = lines.next().and_then(|line| value(line, b"tree ")).ok_or(NoTree)?;
    let mut parents = Vec::new();
    for line in lines {
        if let Some(parent) = value(line, b"parent ") {
            parents.push(parent);
        } else {
            break;
        }
    }
    Ok(CommitOutline { tree, parents, committed_at: committed_at(bytes) })
}

/// Returns the target of a tag.
pub(super) fn tag_target(bytes: &[u8]) -> Option<ObjectId> {
    bytes.split(|byte| *byte == b'\n').next().and_then(|line| value(line, b"object "))
}

fn value(line: &[u8], key: &[u8]) -> Option<ObjectId> {
    ObjectId::parse(std::str::from_utf8(line.strip_prefix(key)?).ok()?)
}

fn committed_at(bytes: &[u8]) -> i64 {
    let line = bytes.split(|byte| *byte == b'\n').find(|line| line.starts_with(b"committer "));
    let mut words = line.unwrap_or_default().rsplit(|byte| *byte == b' ');
    let seconds = words.nth(1).and_then(|word| std::str::from_utf8(word).ok());
    seconds.and_then(|word| word.parse().ok()).unwrap_or(0)
}

//! `push.yaml`: how a case is pushed. `tests/checks/README.md` describes it for authors of cases.
//!
//! In: the file, if there is one. Out: [`PushFile`]. Never: ignores a key that it does not know.

use std::path::Path;

use serde::Deserialize;

use super::git::Failure;

/// What happens to the ref.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PushOperation {
    /// The commits stand on the old tip.
    #[default]
    FastForward,
    /// The commits stand beside the old tip, which is lost.
    Rewind,
    /// The ref goes away.
    Delete,
    /// The ref does not exist yet; the commits stand on the tip of `main`.
    Create,
    /// The ref is a tag of the old tip and moves to the new one.
    MoveTag,
}

/// What stands where a signature is expected.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signing {
    /// A good signature; trusted where a keyring holds Alice's certificate.
    Alice,
    /// A good signature by somebody who is in no keyring.
    Mallory,
    /// Back-dated to the time before the key expired.
    Expired,
    /// Back-dated to the time before the key was retired.
    Retired,
    /// Alice's signature in the message instead of the header.
    Message,
    /// Alice's signature in the header that only counts in SHA-256 repositories.
    OtherHash,
    /// Alice's signature of another commit.
    Stolen,
    /// Alice's and Mallory's signatures, one after the other.
    Two,
}

/// A named way of malforming a commit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Malformed {
    /// A second `tree` line, of the empty tree.
    DuplicateTreeHeader,
    /// No `author` line.
    MissingAuthor,
    /// More text behind a NUL byte.
    NulInMessage,
    /// A header that libgit2 takes for a signature and, without it, for a parent.
    GpgsigparentHeader,
    /// The signature header twice.
    DoubleSignature,
}

/// How a commit or tag is made.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ObjectEntry {
    /// Its signature; none where absent.
    pub(crate) signed_by: Option<Signing>,
    /// How it is malformed; not at all where absent.
    pub(crate) raw: Option<Malformed>,
}

/// The file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct PushFile {
    /// The pushed ref.
    #[serde(rename = "ref")]
    pub(crate) ref_name: String,
    /// What happens to it.
    pub(crate) operation: PushOperation,
    /// The commit that has the tree `before/`.
    pub(crate) base: ObjectEntry,
    /// The new commits, oldest first; the last one has the tree `after/`, the others `before/`.
    pub(crate) commits: Vec<ObjectEntry>,
    /// Where present, the ref is pushed to an annotated tag of the last commit.
    pub(crate) tag: Option<ObjectEntry>,
    /// The name that the tag gives itself; that of the ref where absent.
    pub(crate) tag_name: Option<String>,
    /// Refs that exist before the push, at the commit of `before/`.
    pub(crate) existing: Vec<String>,
}

impl Default for PushFile {
    fn default() -> Self {
        Self {
            ref_name: "refs/heads/main".to_owned(),
            operation: PushOperation::default(),
            base: ObjectEntry::default(),
            commits: vec![ObjectEntry::default()],
            tag: None,
            tag_name: None,
            existing: Vec::new(),
        }
    }
}

impl PushFile {
    /// Reads `push.yaml` of a case, or takes the default: one unsigned commit on `main`.
    pub(crate) fn of_case(case: &Path) -> Result<Self, Failure> {
        let path = case.join("push.yaml");
        if !path.exists() {
            return Ok(Self::default());
        }
        let push: Self = serde_yaml::from_str(&std::fs::read_to_string(&path)?)?;
        if push.commits.is_empty() && push.operation != PushOperation::Delete {
            return Err(format!("{}: `commits` must not be empty", path.display()).into());
        }
        Ok(push)
    }
}

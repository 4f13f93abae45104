//! Commit and tag objects, byte by byte: signed, malformed, or both.
//!
//! In: tree, parent and how the object is to be made. Out: its bytes. Never: what git would refuse
//! to store literally.

use super::git::Failure;
use super::keys::{TODAY, person};
use super::push_file::{Malformed, ObjectEntry, Signing};

const EMPTY_TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// What a commit holds.
#[derive(Debug)]
pub(crate) struct CommitText<'a> {
    /// The tree.
    pub(crate) tree: &'a str,
    /// The parent; none for the first commit.
    pub(crate) parent: Option<&'a str>,
    /// The message.
    pub(crate) message: &'a str,
}

/// The bytes of a commit.
pub(crate) fn commit(text: &CommitText<'_>, entry: ObjectEntry) -> Result<Vec<u8>, Failure> {
    let headers = headers(text, entry.raw);
    let message = message(text, entry)?;
    let unsigned = [headers.as_bytes(), b"\n", &message].concat();
    let signatures = signature_headers(&unsigned, entry)?;
    Ok([headers.as_bytes(), signatures.as_bytes(), b"\n", &message].concat())
}

/// The bytes of an annotated tag.
pub(crate) fn tag(commit: &str, name: &str, entry: ObjectEntry) -> Result<Vec<u8>, Failure> {
    let text = format!("object {commit}\ntype commit\ntag {name}\ntagger {}\n\nRelease {name}\n", somebody());
    let signatures = match entry.signed_by {
        None => Vec::new(),
        Some(signing) => signature(signing, text.as_bytes())?,
    };
    Ok([text.into_bytes(), signatures].concat())
}

fn somebody() -> String {
    format!("Alice <alice@example.com> {TODAY} +0000")
}

fn headers(text: &CommitText<'_>, raw: Option<Malformed>) -> String {
    let who = somebody();
    let lines = [
        Some(format!("tree {}\n", text.tree)),
        (raw == Some(Malformed::DuplicateTreeHeader)).then(|| format!("tree {EMPTY_TREE}\n")),
        text.parent.map(|parent| format!("parent {parent}\n")),
        (raw != Some(Malformed::MissingAuthor)).then(|| format!("author {who}\n")),
        Some(format!("committer {who}\n")),
        (raw == Some(Malformed::GpgsigparentHeader)).then(|| format!("gpgsigparent {EMPTY_TREE}\n")),
    ];
    lines.into_iter().flatten().collect()
}

fn message(text: &CommitText<'_>, entry: ObjectEntry) -> Result<Vec<u8>, Failure> {
    let mut message = text.message.as_bytes().to_vec();
    if entry.signed_by == Some(Signing::Message) {
        let payload = [headers(text, entry.raw).as_bytes(), b"\n", &message].concat();
        message.push(b'\n');
        message.extend(signature(Signing::Alice, &payload)?);
    }
    if entry.raw == Some(Malformed::NulInMessage) {
        message.extend(b"\0hidden\n");
    }
    Ok(message)
}

fn signature_headers(unsigned: &[u8], entry: ObjectEntry) -> Result<String, Failure> {
    let name = match entry.signed_by {
        None | Some(Signing::Message) => return Ok(String::new()),
        Some(Signing::OtherHash) => "gpgsig-sha256",
        Some(
            Signing::Alice
            | Signing::Mallory
            | Signing::Expired
            | Signing::Retired
            | Signing::Stolen
            | Signing::Two,
        ) => "gpgsig",
    };
    let signature = entry.signed_by.map_or(Ok(Vec::new()), |signing| signature(signing, unsigned))?;
    let header = format!("{name} {}\n", String::from_utf8(signature)?.trim_end().replace('\n', "\n "));
    Ok(if entry.raw == Some(Malformed::DoubleSignature) { header.repeat(2) } else { header })
}

fn signature(signing: Signing, payload: &[u8]) -> Result<Vec<u8>, Failure> {
    match signing {
        Signing::Alice | Signing::Message | Signing::OtherHash => person("alice")?.sign(payload),
        Signing::Mallory => person("mallory")?.sign(payload),
        Signing::Expired => person("expired")?.sign(payload),
        Signing::Retired => person("retired")?.sign(payload),
        Signing::Stolen => person("alice")?.sign(b"another commit"),
        Signing::Two => Ok([person("alice")?.sign(payload)?, person("mallory")?.sign(payload)?].concat()),
    }
}

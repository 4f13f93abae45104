//! Annotated tag objects.

use super::HashKind;
use super::armor;
use super::commit::{folded_header, parse_id};
use super::headers::{self, Header, Parts};
use super::malformation::Malformation;
use super::person::RawPerson;
use source_files::ObjectId;

const ORDER: &str = "object, type, tag, tagger";

/// The type of object that a tag points to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetType {
    /// A commit.
    Commit,
    /// A tree without a commit.
    Tree,
    /// A single file.
    Blob,
    /// Another tag.
    Tag,
}

impl TargetType {
    fn parse(value: &[u8]) -> Option<Self> {
        match value {
            b"commit" => Some(Self::Commit),
            b"tree" => Some(Self::Tree),
            b"blob" => Some(Self::Blob),
            b"tag" => Some(Self::Tag),
            _ => None,
        }
    }
}

/// A well-formed tag object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawTag {
    /// The object that it points to.
    pub object: ObjectId,
    /// The type of that object, as claimed.
    pub target_type: TargetType,
    /// The name that was signed. A ref of another name may point here.
    pub name: String,
    /// The tagger, as claimed.
    pub tagger: RawPerson,
    /// The first line of the message, lossy, not escaped.
    pub title: String,
    /// The signature block at the end.
    pub signature: Option<Vec<u8>>,
    /// Exactly the bytes that the signature signs: everything before it (`parse_signature` in
    /// git's `gpg-interface.c`).
    pub payload: Vec<u8>,
    headers: Vec<Header>,
    message: Vec<u8>,
}

impl RawTag {
    /// Returns the bytes of the object, put together again from its parts.
    pub fn reassemble(&self) -> Vec<u8> {
        headers::join(self.headers.iter(), &self.message)
    }

    /// Returns the message without the signature.
    pub fn message(&self) -> &[u8] {
        let signed = self.message.len() - self.signature.as_ref().map_or(0, Vec::len);
        self.message.get(..signed).unwrap_or_default()
    }
}

/// Parses the raw bytes of a tag object. Ancient tags without a tagger are refused, because a new tag can always be
/// made.
pub fn parse_tag(bytes: &[u8], hash: HashKind) -> Result<RawTag, Vec<Malformation>> {
    let parts = headers::split(bytes)?;
    let tag = build_tag(&parts, bytes, hash).map_err(|problem| vec![problem])?;
    if tag.reassemble() == bytes { Ok(tag) } else { Err(vec![Malformation::NotReproducible]) }
}

fn build_tag(parts: &Parts<'_>, bytes: &[u8], hash: HashKind) -> Result<RawTag, Malformation> {
    let mut rest = parts.headers.as_slice();
    let object = require(&mut rest, "object")?;
    let target_type = require(&mut rest, "type")?;
    let name = require(&mut rest, "tag")?;
    let tagger = require(&mut rest, "tagger")?;
    if let Some(header) = rest.first() {
        return Err(Malformation::UnknownTagHeader { name: header.name.clone() });
    }
    let signature = find_signature(parts.message)?;
    let payload = bytes.len() - signature.map_or(0, <[u8]>::len);
    let bad_id = || Malformation::BadObjectId { name: "object", length: hash.id_length() };
    let bad_tagger = |problem| Malformation::BadPerson { name: "tagger", problem };
    Ok(RawTag {
        object: parse_id(&object.value, hash).ok_or_else(bad_id)?,
        target_type: TargetType::parse(&target_type.value).ok_or(Malformation::BadTargetType)?,
        name: parse_name(&name.value).ok_or(Malformation::BadTagName)?,
        tagger: RawPerson::parse(&tagger.value).map_err(bad_tagger)?,
        title: headers::title_of(parts.message),
        signature: signature.map(<[u8]>::to_vec),
        payload: bytes.get(..payload).unwrap_or_default().to_vec(),
        headers: parts.headers.clone(),
        message: parts.message.to_vec(),
    })
}

fn require<'a>(rest: &mut &'a [Header], name: &'static str) -> Result<&'a Header, Malformation> {
    let missing = Malformation::Missing { name, order: ORDER };
    let Some((header, behind)) = rest.split_first().filter(|(header, _)| header.name == name) else {
        return Err(missing);
    };
    *rest = behind;
    folded_header(header).map_or(Ok(header), Err)
}

/// Reads a tag name, which is a ref name: no spaces and no control characters (`git check-ref-format`).
fn parse_name(value: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(value).ok()?;
    let plain = !name.is_empty() && !name.chars().any(|character| character.is_control() || character == ' ');
    plain.then(|| name.to_owned())
}

/// Returns the signature block. Git takes the last block and sq-git the first, so more than one is refused.
fn find_signature(message: &[u8]) -> Result<Option<&[u8]>, Malformation> {
    match armor::find_beginnings(message).as_slice() {
        [] => Ok(None),
        [only] => Ok(message.get(*only..)),
        several => Err(Malformation::SeveralSignatures { count: several.len() }),
    }
}

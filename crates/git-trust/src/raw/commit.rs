//! Commit objects.

use super::HashKind;
use super::headers::{self, Header, Parts};
use super::malformation::Malformation;
use super::person::RawPerson;
use super::tag::{RawTag, parse_tag};
use source_files::ObjectId;

const ORDER: &str = "tree, parent, author, committer";

/// A well-formed commit object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCommit {
    /// The tree.
    pub tree: ObjectId,
    /// The parents, in order.
    pub parents: Vec<ObjectId>,
    /// The author, as claimed.
    pub author: RawPerson,
    /// The committer, as claimed.
    pub committer: RawPerson,
    /// Signed tags that were merged (`mergetag`), for people. Git copies them without verifying them, and the
    /// committer could have invented them, so they prove nothing.
    pub merge_tags: Vec<RawTag>,
    /// The first line of the message, lossy, not escaped.
    pub title: String,
    /// The signature in the header that counts in this repository, with continuation lines unfolded. A signature in
    /// the message is text.
    pub signature: Option<Vec<u8>>,
    /// Exactly the bytes that the signature signs: all but the signature headers
    /// (`parse_buffer_signed_by_header` in git's `commit.c`).
    pub payload: Vec<u8>,
    headers: Vec<Header>,
    message: Vec<u8>,
}

impl RawCommit {
    /// Returns the bytes of the object, put together again from its parts.
    pub fn reassemble(&self) -> Vec<u8> {
        headers::join(self.headers.iter(), &self.message)
    }

    /// Returns the message, as bytes.
    pub fn message(&self) -> &[u8] {
        &self.message
    }
}

/// Parses the raw bytes of a commit object.
pub fn parse_commit(bytes: &[u8], hash: HashKind) -> Result<RawCommit, Vec<Malformation>> {
    let parts = headers::split(bytes)?;
    let commit = build_commit(&parts, hash)?;
    if commit.reassemble() == bytes { Ok(commit) } else { Err(vec![Malformation::NotReproducible]) }
}

fn build_commit(parts: &Parts<'_>, hash: HashKind) -> Result<RawCommit, Vec<Malformation>> {
    let mut fixed = Fixed { rest: &parts.headers, hash, problems: Vec::new() };
    let tree = fixed.require_id("tree");
    let parents = fixed.take_parents();
    let author = fixed.require_person("author");
    fixed.skip_repeated(&["tree", "parent", "author"]);
    let committer = fixed.require_person("committer");
    let (extra, mut problems) = (fixed.rest, fixed.problems);
    problems.extend(find_extra_problems(extra));
    let merge_tags =
        parse_merge_tags(extra, hash).map_err(|problem| problems.push(problem)).unwrap_or_default();
    let (Some(tree), Some(author), Some(committer), []) = (tree, author, committer, problems.as_slice())
    else {
        return Err(problems);
    };
    Ok(RawCommit {
        tree,
        parents,
        author,
        committer,
        merge_tags,
        title: headers::title_of(parts.message),
        signature: find_signature(extra, hash),
        payload: headers::join(parts.headers.iter().filter(|header| !is_signature(header)), parts.message),
        headers: parts.headers.clone(),
        message: parts.message.to_vec(),
    })
}

/// The headers that come first, in their order.
struct Fixed<'a> {
    rest: &'a [Header],
    hash: HashKind,
    problems: Vec<Malformation>,
}

impl<'a> Fixed<'a> {
    /// Takes the next header if it has this name.
    fn take(&mut self, name: &str) -> Option<&'a Header> {
        let (header, rest) = self.rest.split_first()?;
        (header.name == name).then(|| {
            self.rest = rest;
            header
        })
    }

    /// Reports and skips headers that occurred before. Reporting the next one as missing would not help.
    fn skip_repeated(&mut self, earlier: &[&str]) {
        while let Some(name) = self.rest.first().map(|header| header.name.clone()) {
            if !earlier.contains(&name.as_str()) {
                return;
            }
            self.problems.push(Malformation::Repeated { name });
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
    }

    /// Takes a header that must exist and fit on one line.
    fn require(&mut self, name: &'static str) -> Option<&'a Header> {
        let header = self.take(name);
        match header {
            None => self.problems.push(Malformation::Missing { name, order: ORDER }),
            Some(header) => self.problems.extend(folded_header(header)),
        }
        header
    }

    fn require_id(&mut self, name: &'static str) -> Option<ObjectId> {
        let header = self.require(name)?;
        self.parse_id(name, header)
    }

    fn take_parents(&mut self) -> Vec<ObjectId> {
        let mut parents = Vec::new();
        self.skip_repeated(&["tree"]);
        while let Some(header) = self.take("parent") {
            self.problems.extend(folded_header(header));
            parents.extend(self.parse_id("parent", header));
            self.skip_repeated(&["tree"]);
        }
        parents
    }

    fn parse_id(&mut self, name: &'static str, header: &Header) -> Option<ObjectId> {
        let id = parse_id(&header.value, self.hash);
        if id.is_none() {
            self.problems.push(Malformation::BadObjectId { name, length: self.hash.id_length() });
        }
        id
    }

    fn require_person(&mut self, name: &'static str) -> Option<RawPerson> {
        let header = self.require(name)?;
        let person = RawPerson::parse(&header.value);
        person.map_err(|problem| self.problems.push(Malformation::BadPerson { name, problem })).ok()
    }
}

/// Reads the tags of `mergetag` headers, each a whole tag object without its last line feed.
fn parse_merge_tags(extra: &[Header], hash: HashKind) -> Result<Vec<RawTag>, Malformation> {
    let headers = extra.iter().filter(|header| header.name == "mergetag");
    let tag = |header: &Header| {
        parse_tag(&[header.value.as_slice(), b"\n"].concat(), hash).map_err(|problems| {
            let problem = problems.first().map(ToString::to_string).unwrap_or_default();
            Malformation::BadMergeTag { line: header.line, problem }
        })
    };
    headers.map(tag).collect()
}

/// Parses a full object id of the repository's hash that names an object.
pub(super) fn parse_id(value: &[u8], hash: HashKind) -> Option<ObjectId> {
    let id = ObjectId::parse(std::str::from_utf8(value).ok()?)?;
    (id.as_str().len() == hash.id_length() && !id.is_zero()).then_some(id)
}

pub(super) fn folded_header(header: &Header) -> Option<Malformation> {
    header.is_folded().then_some(Malformation::UnexpectedContinuation { line: header.line + 1 })
}

/// Finds the problems behind the committer. Headers other than git's own are allowed there: git ignores them, they are
/// signed with the rest, and jj, hg-git and GitButler write them.
fn find_extra_problems(extra: &[Header]) -> Vec<Malformation> {
    let repeated = |index: usize, name: &str| extra.iter().take(index).any(|header| header.name == name);
    let judge = |(index, header): (usize, &Header)| match header.name.as_str() {
        name @ ("gpgsig" | "gpgsig-sha256") => {
            repeated(index, name).then(|| Malformation::Repeated { name: name.to_owned() })
        }
        "encoding" if repeated(index, "encoding") => {
            Some(Malformation::Repeated { name: "encoding".to_owned() })
        }
        "encoding" => (!is_encoding(&header.value)).then_some(Malformation::BadEncoding),
        name @ ("tree" | "parent" | "author" | "committer") => {
            Some(Malformation::Repeated { name: name.to_owned() })
        }
        name => {
            looks_like_signature(name).then(|| Malformation::UnknownSignatureHeader { name: name.to_owned() })
        }
    };
    extra.iter().enumerate().filter_map(judge).collect()
}

fn is_encoding(value: &[u8]) -> bool {
    !value.is_empty() && value.len() <= 64 && value.iter().all(u8::is_ascii_graphic)
}

/// Returns true for a header that git or libgit2 may take for the signature: libgit2 takes any that begins like this,
/// and git strips them all.
fn looks_like_signature(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("gpgsig"))
}

fn is_signature(header: &Header) -> bool {
    matches!(header.name.as_str(), "gpgsig" | "gpgsig-sha256")
}

fn find_signature(extra: &[Header], hash: HashKind) -> Option<Vec<u8>> {
    let header = extra.iter().find(|header| header.name == hash.signature_header())?;
    Some([header.value.as_slice(), b"\n"].concat())
}

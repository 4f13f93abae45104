//! One line of GitLab's CODEOWNERS: a section heading, an entry or an exclusion.
//!
//! In: the line. Out: [`GitlabLine`], nothing for a comment, or why it cannot be used. Never: accepts a line that GitLab
//! reads differently from its appearance, such as a count that is not a number.

use thiserror::Error;

use super::pattern::{GitlabPattern, GitlabPatternProblem};
use crate::OwnerHandle;
use crate::handle::{is_address, is_user_or_group};
use crate::problem::{is_blank, text_of_line};

/// The roles that can own paths ("Add a role as a Code Owner"), in the singular.
const ROLES: [&str; 3] = ["developer", "maintainer", "owner"];

/// The reason why a line cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum GitlabLineProblem {
    /// Not UTF-8, or with control characters.
    #[error("the line is not plain UTF-8 text")]
    NotText,
    /// A pattern that GitLab does not match.
    #[error("{0}")]
    Pattern(#[from] GitlabPatternProblem),
    /// A word that is not an owner.
    #[error(
        "`{0}` is not an owner: write `@user`, `@group`, `@group/subgroup`, `@@developer`, `@@maintainer`, \
         `@@owner` or an e-mail address; GitLab does not support comments after entries"
    )]
    Owner(String),
    /// Neither the entry nor its section names an owner.
    #[error("neither this entry nor its section names an owner")]
    NoOwner,
    /// `!docs/ @ann`
    #[error("an exclusion names no owners")]
    OwnedExclusion,
    /// `[Docs`, `[]`
    #[error("a section heading is `[name]`, with a name; write `\\[` for a path that begins with a bracket")]
    Heading,
    /// `[codeowners]`
    #[error("`codeowners` is GitLab's own name for the entries outside sections; choose another name")]
    ReservedName,
    /// `[Docs][x]`, `[Docs][0]`
    #[error("`[{0}]` is not a number of approvals: write `[1]` or more")]
    Count(String),
    /// `^[Docs][2]`
    #[error("an optional section cannot ask for a number of approvals; remove the `^` or the number")]
    OptionalCount,
}

/// A usable line.
#[derive(Debug)]
pub(super) enum GitlabLine {
    /// `[name][count] owners`
    Heading(Heading),
    /// `pattern owners`. Without owners, those of the section are meant.
    Entry { text: Box<str>, pattern: GitlabPattern, owners: Vec<OwnerHandle> },
    /// `!pattern`
    Exclusion { pattern: GitlabPattern },
}

/// The beginning of a section.
#[derive(Clone, Debug)]
pub(super) struct Heading {
    pub(super) name: Box<str>,
    pub(super) kind: SectionKind,
    pub(super) count: usize,
    pub(super) owners: Vec<OwnerHandle>,
}

/// Parses a line without its line feed.
pub(super) fn parse(bytes: &[u8]) -> Result<Option<GitlabLine>, GitlabLineProblem> {
    let text = text_of_line(bytes).ok_or(GitlabLineProblem::NotText)?.trim_matches(is_blank);
    if text.is_empty() || text.starts_with('#') {
        return Ok(None);
    }
    let (bare, kind) = match text.strip_prefix('^') {
        Some(bare) => (bare, SectionKind::Optional),
        None => (text, SectionKind::Required),
    };
    if let Some(behind) = bare.strip_prefix('[') {
        return parse_heading(behind, kind).map(|heading| Some(GitlabLine::Heading(heading)));
    }
    let (pattern, owners) = text.split_at_checked(find_pattern_end(text)).unwrap_or((text, ""));
    match pattern.strip_prefix('!') {
        Some(_) if !owners.trim_matches(is_blank).is_empty() => Err(GitlabLineProblem::OwnedExclusion),
        Some(excluded) => Ok(Some(GitlabLine::Exclusion { pattern: GitlabPattern::parse(excluded)? })),
        None => {
            let owners = parse_handles(owners)?;
            Ok(Some(GitlabLine::Entry {
                text: pattern.into(),
                pattern: GitlabPattern::parse(pattern)?,
                owners,
            }))
        }
    }
}

/// Returns the position of the first blank without a backslash before it.
fn find_pattern_end(text: &str) -> usize {
    let mut previous = ' ';
    for (offset, character) in text.char_indices() {
        if is_blank(character) && previous != '\\' {
            return offset;
        }
        previous = character;
    }
    text.len()
}

/// Says whether a heading begins with `^`. The stricter one is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SectionKind {
    Optional,
    Required,
}

fn parse_heading(behind: &str, kind: SectionKind) -> Result<Heading, GitlabLineProblem> {
    let (name, rest) = behind.split_once(']').ok_or(GitlabLineProblem::Heading)?;
    if name.trim().is_empty() {
        return Err(GitlabLineProblem::Heading);
    }
    if name.eq_ignore_ascii_case("codeowners") {
        return Err(GitlabLineProblem::ReservedName);
    }
    let (count, rest) = parse_count(rest)?;
    if kind == SectionKind::Optional && count.is_some() {
        return Err(GitlabLineProblem::OptionalCount);
    }
    if !rest.is_empty() && !rest.starts_with(is_blank) {
        return Err(GitlabLineProblem::Heading);
    }
    Ok(Heading { name: name.into(), kind, count: count.unwrap_or(1), owners: parse_handles(rest)? })
}

fn parse_count(text: &str) -> Result<(Option<usize>, &str), GitlabLineProblem> {
    let Some(behind) = text.strip_prefix('[') else { return Ok((None, text)) };
    let (number, rest) = behind.split_once(']').ok_or(GitlabLineProblem::Heading)?;
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match number.parse() {
        Ok(count) if digits && count > 0 => Ok((Some(count), rest)),
        Ok(_) | Err(_) => Err(GitlabLineProblem::Count(number.to_owned())),
    }
}

/// Reads owners. GitLab ignores words that are not owners ("Malformed owners"); an entry with no other words would have
/// no owner, which is an error here.
fn parse_handles(text: &str) -> Result<Vec<OwnerHandle>, GitlabLineProblem> {
    let (mut handles, mut problem) = (Vec::new(), None);
    for word in text.split(is_blank).filter(|word| !word.is_empty()) {
        match parse_handle(word) {
            Ok(handle) => handles.push(handle),
            Err(malformed) => problem = problem.or(Some(malformed)),
        }
    }
    match problem {
        Some(problem) if handles.is_empty() => Err(problem),
        Some(_) | None => Ok(handles),
    }
}

fn parse_handle(word: &str) -> Result<OwnerHandle, GitlabLineProblem> {
    if let Some(role) = word.strip_prefix("@@").and_then(role_of) {
        return Ok(OwnerHandle(format!("@@{role}").into()));
    }
    let known = is_user_or_group(word) || is_address(word);
    if known { Ok(OwnerHandle(word.into())) } else { Err(GitlabLineProblem::Owner(word.to_owned())) }
}

/// Returns a role without its plural `s`.
fn role_of(word: &str) -> Option<&'static str> {
    let singular = word.strip_suffix('s').unwrap_or(word);
    ROLES.into_iter().find(|role| singular.eq_ignore_ascii_case(role))
}

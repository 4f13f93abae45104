//! Keys and values of generators: literals, files and files of variables (`api/kv`).

use std::sync::Arc;

use kube_manifest::Origin;
use source_files::{RepoPath, Span};

use super::decode::{Setting, invalid};
use super::error::Outcome;
use super::session::{Session, base_name};
use super::writing::BuildStep;

/// Where a generator takes its content from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    pub(crate) envs: Vec<Setting>,
    pub(crate) literals: Vec<Setting>,
    pub(crate) files: Vec<Setting>,
}

/// One key.
#[derive(Debug)]
pub(crate) struct Pair {
    pub(crate) key: Box<str>,
    pub(crate) value: Arc<[u8]>,
    pub(crate) origin: Origin,
}

/// Loads all sources, in kustomize's order.
pub(crate) fn load(session: &mut Session<'_>, folder: &RepoPath, sources: &Sources) -> Outcome<Vec<Pair>> {
    let mut pairs = Vec::new();
    for file in &sources.envs {
        load_variables(session, folder, file, &mut pairs)?;
    }
    for literal in &sources.literals {
        pairs.push(read_literal(session, literal)?);
    }
    for file in &sources.files {
        let (key, path) = split_file(&file.text)?;
        let (found, bytes) = session.load_local(folder, &path)?;
        let origin = session.data_file(&found, &bytes);
        pairs.push(Pair { key: key.into(), value: bytes, origin });
    }
    Ok(pairs)
}

fn read_literal(session: &mut Session<'_>, literal: &Setting) -> Outcome<Pair> {
    let pair = literal.text.split_once('=').filter(|(key, _)| !key.is_empty());
    let Some((key, value)) = pair else {
        return Err(invalid(format!("the literal `{}` is not of the form key=value", literal.text)));
    };
    let origin = session.writings.derive(literal.origin, BuildStep::Generator, None);
    Ok(Pair { key: key.into(), value: without_quotes(value).as_bytes().into(), origin })
}

fn without_quotes(text: &str) -> &str {
    for quote in ['"', '\''] {
        if text.len() >= 2
            && let Some(inner) = text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

/// Key and path of an entry of `files`.
fn split_file(text: &str) -> Outcome<(String, String)> {
    match text.split('=').collect::<Vec<_>>().as_slice() {
        [path] => Ok((base_name(path), (*path).to_owned())),
        ["", _] => Err(invalid(format!("`{text}` has no key"))),
        [_, ""] => Err(invalid(format!("`{text}` has no path"))),
        [key, path] => Ok(((*key).to_owned(), (*path).to_owned())),
        _ => Err(invalid(format!("`{text}` has more than one `=`"))),
    }
}

/// Bytes of a line after which Go's scanner gives up.
const LONGEST_LINE: usize = 64 * 1024;

fn load_variables(
    session: &mut Session<'_>,
    folder: &RepoPath,
    file: &Setting,
    pairs: &mut Vec<Pair>,
) -> Outcome<()> {
    let (path, bytes) = session.load_local(folder, &file.text)?;
    let whole = session.data_file(&path, &bytes);
    let mut start = 0;
    let mut rest: &[u8] = &bytes;
    let mut is_first = true;
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) =
            rest.split_at_checked(end.map_or(rest.len(), |end| end + 1)).unwrap_or((rest, &[]));
        if line.len() > LONGEST_LINE {
            return Ok(());
        }
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let text = text.strip_suffix(b"\r").unwrap_or(text);
        let Ok(text) = std::str::from_utf8(text) else {
            return Err(invalid("a line of variables is not UTF-8").about(&path));
        };
        let text = if is_first { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        let content = text.trim_start();
        if !content.is_empty() && !content.starts_with('#') {
            let (key, value) = content.split_once('=').unwrap_or((content, ""));
            let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
            let value_end = start + line.len() - (line.len() - trimmed_length(line));
            let span = Span { start: place(value_end - value.len()), end: place(value_end) };
            if !key.is_empty() {
                let origin = Origin { span, ..whole };
                pairs.push(Pair { key: key.into(), value: value.as_bytes().into(), origin });
            }
        }
        start += line.len();
        rest = after;
        is_first = false;
    }
    Ok(())
}

fn trimmed_length(line: &[u8]) -> usize {
    let text = line.strip_suffix(b"\n").unwrap_or(line);
    text.strip_suffix(b"\r").unwrap_or(text).len()
}

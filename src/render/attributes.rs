//! Attributes that make git check out other bytes than it stores.
//!
//! In: the `.gitattributes` files of a revision. Out: a problem for every line that sets `working-tree-encoding`, with
//! the files that it covers, and for every line that sets `ident` or `filter` for a manifest (`gitattributes(5)`) that is
//! not in the filter's own format.
//! Never: leaves out an encoding because of the files that it matches, because a kustomization may name a file of any
//! extension. Filters are common for pictures, so their files are looked at.
//!
//! Argo CD checks out with git. A blob that reads as harmless Chinese prose becomes an ASCII manifest once git has
//! written it as UTF-16LE, and `$Id$` becomes text that no YAML parser reads.

use globset::GlobBuilder;

use super::links::{LinkExtent, LinkProblem, Uncovered, add_covered};
use super::reach::CoveredReach;
use super::selection::Selection;
use source_files::{BlobReader, ObjectId, RepoPath, Snapshot};

const FILE_NAME: &str = ".gitattributes";
const ENCODING: &str = "working-tree-encoding";
/// Attributes that count if they are set for a manifest.
const REWRITING: [&str; 2] = ["ident", "filter"];
/// The characters that git skips before a pattern or a comment (`attr.c`). Any other white space begins a file's name.
const BLANK: [char; 3] = [' ', '\t', '\r'];

/// Finds lines that make the deployed files differ from the judged ones.
pub(super) fn find_problems(
    snapshot: &Snapshot,
    selection: &Selection,
    reader: &mut dyn BlobReader,
) -> Vec<LinkProblem> {
    let files = snapshot.files.iter().filter(|(path, file)| file.mode.is_file() && path.is_named(FILE_NAME));
    let reasons = files.flat_map(|(path, file)| {
        let reasons = match reader.read(&file.id) {
            Ok(bytes) => {
                let covers = |line: &str| {
                    let covered = covered_manifests(pattern_of(line), path, snapshot, selection);
                    covered.is_none_or(|ids| !are_of_filter(&ids, line, reader))
                };
                find_reasons(&bytes, path.parent(), covers)
            }
            Err(error) => vec![(error.to_string(), CoveredReach::Everything)],
        };
        let problem =
            |(reason, reach)| Uncovered { path: path.clone(), reason, extent: LinkExtent::AsNamed, reach };
        reasons.into_iter().map(problem)
    });
    add_covered(snapshot, reasons.collect())
}

/// Returns each line that counts as a reason, with the files below the folder that it is about.
fn find_reasons(
    bytes: &[u8],
    folder: &str,
    mut covers: impl FnMut(&str) -> bool,
) -> Vec<(String, CoveredReach)> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.trim_matches(BLANK));
    let lines = lines.filter(|line| !line.starts_with('#'));
    let lines = lines.filter(|line| sets_encoding(line) || (rewrites(line) && covers(line)));
    let reason = |line| format!("with `{line}`, git checks out other bytes than portcullis judges");
    lines.map(|line| (reason(line), reach_of(line, folder))).collect()
}

/// Returns the files of a line. An encoding hides changes of its files; an existing filter is a tool that the team
/// uses.
fn reach_of(line: &str, folder: &str) -> CoveredReach {
    if !sets_encoding(line) {
        return CoveredReach::Nothing;
    }
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let pattern = line.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    CoveredReach::Matching { folder, pattern }
}

/// Returns true if a line sets an encoding. A macro (`[attr]name working-tree-encoding=…`) counts as well. `-` and `!`
/// before the name switch it off.
fn sets_encoding(line: &str) -> bool {
    line.split_ascii_whitespace().any(|word| word.starts_with(ENCODING))
}

/// Returns true if a line sets `ident` or `filter=…`.
fn rewrites(line: &str) -> bool {
    let name = |word: &str| word.split_once('=').map_or(word, |(name, _)| name).to_owned();
    line.split_ascii_whitespace().skip(1).any(|word| REWRITING.contains(&name(word).as_str()))
}

fn pattern_of(line: &str) -> &str {
    line.split_ascii_whitespace().next().unwrap_or_default()
}

/// Returns true if every blob is in the own format of the filter of a line: Git LFS and git-crypt keep their files so,
/// and what such a file becomes is judged where it is deployed. A line with `ident` rewrites every blob.
fn are_of_filter(blobs: &[ObjectId], line: &str, reader: &mut dyn BlobReader) -> bool {
    let words = || line.split_ascii_whitespace().skip(1);
    let Some(filter) = words().filter_map(|word| word.strip_prefix("filter=")).last() else {
        return blobs.is_empty();
    };
    let has_ident = words().any(|word| word == "ident");
    let is_of_filter = |id| reader.read(id).is_ok_and(|bytes| kube_manifest::is_of_filter(&bytes, filter));
    blobs.is_empty() || (!has_ident && blobs.iter().all(is_of_filter))
}

/// Returns the blobs of the manifests that a pattern covers. A pattern without a slash is about names, one with a slash
/// about paths from the folder of its file. `None` for macros, quotes and patterns that do not compile: they may cover
/// everything.
fn covered_manifests(
    pattern: &str,
    file: &RepoPath,
    snapshot: &Snapshot,
    selection: &Selection,
) -> Option<Vec<ObjectId>> {
    if pattern.starts_with("[attr]") || pattern.starts_with('"') {
        return None;
    }
    let anchored = pattern.trim_start_matches('/');
    let glob = GlobBuilder::new(anchored).literal_separator(true).backslash_escape(true).build().ok()?;
    let matcher = glob.compile_matcher();
    let folder = file.as_str().strip_suffix(FILE_NAME).unwrap_or_default();
    let mut covered = Vec::new();
    for (path, manifest) in snapshot.files.iter().filter(|(path, _)| selection.starts_at(path)) {
        let Some(inner) = path.as_str().strip_prefix(folder) else { continue };
        let name = if pattern.contains('/') { inner } else { path.file_name() };
        if matcher.is_match(name) {
            covered.push(manifest.id.clone());
        }
    }
    Some(covered)
}

#[cfg(test)]
mod tests {
    use super::{find_reasons, rewrites, sets_encoding};

    #[test]
    fn only_git_s_own_blanks_lead_to_a_comment() {
        let line = "#x.yaml working-tree-encoding=UTF-16LE";
        for blank in ["", " ", "\t", "\r\n"] {
            assert!(find_reasons(format!("{blank}{line}").as_bytes(), "", |_| false).is_empty(), "{blank:?}");
        }
        for letter in ["\u{a0}", "\u{b}", "\u{c}", "\u{2003}"] {
            assert_eq!(
                find_reasons(format!("{letter}{line}").as_bytes(), "", |_| false).len(),
                1,
                "{letter:?}"
            );
        }
    }

    #[test]
    fn only_a_line_that_sets_the_encoding_counts() {
        assert!(sets_encoding("*.yaml text working-tree-encoding=UTF-16LE"));
        assert!(sets_encoding("[attr]prose working-tree-encoding=UTF-16LE"));
        assert!(!sets_encoding("*.yaml -working-tree-encoding"));
        assert!(!sets_encoding("*.yaml text eol=lf"));
    }

    #[test]
    fn a_filter_counts_only_for_a_manifest() {
        for line in ["*.yaml ident", "*.yaml text filter=lfs", "*.yaml filter"] {
            assert!(rewrites(line), "{line}");
            assert_eq!(find_reasons(line.as_bytes(), "", |covering| covering == line).len(), 1, "{line}");
            assert!(find_reasons(line.as_bytes(), "", |_| false).is_empty(), "{line}");
        }
        for line in ["*.yaml -ident", "*.yaml !filter", "ident text", "*.yaml identity"] {
            assert!(!rewrites(line), "{line}");
        }
    }
}

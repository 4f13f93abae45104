//! Attributes that make git check out other bytes than it stores.
//!
//! In: the `.gitattributes` files of a revision. Out: a problem for every line that sets
//! `working-tree-encoding` (`gitattributes(5)`), with the files that it covers. Never: leaves out a line because of
//! the files that it matches: a kustomization may name a file of any extension.
//!
//! Argo CD checks out with git. A blob that reads as harmless Chinese prose becomes an ASCII manifest
//! once git has written it as UTF-16LE.

use super::links::{Extent, LinkProblem, Uncovered, covered};
use super::reach::Reach;
use source_files::{BlobReader, Snapshot};

const FILE_NAME: &str = ".gitattributes";
const ENCODING: &str = "working-tree-encoding";
/// What git skips before a pattern or a comment (`attr.c`); any other white space begins a file's name.
const BLANK: [char; 3] = [' ', '\t', '\r'];

/// Lines after which what is judged is not what is deployed.
pub(super) fn problems(snapshot: &Snapshot, reader: &mut dyn BlobReader) -> Vec<LinkProblem> {
    let files = snapshot.files.iter().filter(|(path, file)| file.mode.is_file() && path.is_named(FILE_NAME));
    let reasons = files.flat_map(|(path, file)| {
        let reasons = match reader.read(&file.id) {
            Ok(bytes) => reasons(&bytes, path.parent()),
            Err(error) => vec![(error.to_string(), Reach::Everything)],
        };
        let problem =
            |(reason, reach)| Uncovered { path: path.clone(), reason, extent: Extent::AsNamed, reach };
        reasons.into_iter().map(problem)
    });
    covered(snapshot, reasons.collect())
}

/// Each line that counts, as a reason, with the files below the folder that it is about.
fn reasons(bytes: &[u8], folder: &str) -> Vec<(String, Reach)> {
    let text = String::from_utf8_lossy(bytes);
    let lines = text.lines().map(|line| line.trim_matches(BLANK));
    let lines = lines.filter(|line| !line.starts_with('#') && sets_encoding(line));
    let reason = |line| format!("with `{line}`, git checks out other bytes than portcullis judges");
    lines.map(|line| (reason(line), reach_of(line, folder))).collect()
}

fn reach_of(line: &str, folder: &str) -> Reach {
    let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
    let pattern = line.split_ascii_whitespace().next().unwrap_or_default().to_owned();
    Reach::Matching { folder, pattern }
}

/// A macro (`[attr]name working-tree-encoding=…`) counts as well. `-` and `!` before the name switch it off.
fn sets_encoding(line: &str) -> bool {
    line.split_ascii_whitespace().any(|word| word.starts_with(ENCODING))
}

#[cfg(test)]
mod tests {
    use super::{reasons, sets_encoding};

    #[test]
    fn only_git_s_own_blanks_lead_to_a_comment() {
        let line = "#x.yaml working-tree-encoding=UTF-16LE";
        for blank in ["", " ", "\t", "\r\n"] {
            assert!(reasons(format!("{blank}{line}").as_bytes(), "").is_empty(), "{blank:?}");
        }
        for letter in ["\u{a0}", "\u{b}", "\u{c}", "\u{2003}"] {
            assert_eq!(reasons(format!("{letter}{line}").as_bytes(), "").len(), 1, "{letter:?}");
        }
    }

    #[test]
    fn only_a_line_that_sets_the_encoding_counts() {
        assert!(sets_encoding("*.yaml text working-tree-encoding=UTF-16LE"));
        assert!(sets_encoding("[attr]prose working-tree-encoding=UTF-16LE"));
        assert!(!sets_encoding("*.yaml -working-tree-encoding"));
        assert!(!sets_encoding("*.yaml text eol=lf"));
    }
}

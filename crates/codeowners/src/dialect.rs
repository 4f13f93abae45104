//! The dialects of owners files, and the places where each host looks for them.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;
use thiserror::Error;

use source_files::{RepoPath, Snapshot};

/// A format of owners files.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// GitHub's CODEOWNERS: the last matching line decides.
    Github,
    /// GitLab's CODEOWNERS: the last matching line of every section decides.
    Gitlab,
    /// Gitea's and Forgejo's CODEOWNERS: regular expressions, of which every matching one counts.
    Gitea,
    /// The nested OWNERS files of the Kubernetes project.
    Kubernetes,
}

/// The file that names groups of people for OWNERS files. It counts at the root only.
pub(super) const ALIASES: &str = "OWNERS_ALIASES";
/// The name of an owners file of the Kubernetes project. It counts in any folder.
pub(super) const NESTED: &str = "OWNERS";

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 4] = [Self::Github, Self::Gitlab, Self::Gitea, Self::Kubernetes];

    /// Returns the places where the host looks, in its own order. It uses the first file that exists. Empty for nested
    /// files.
    ///
    /// Sources: "About code owners" (GitHub), "Code Owners" (GitLab), "Code Owners" (Gitea), and the list in Forgejo's
    /// `services/issue/pull.go`.
    pub fn places(self) -> &'static [&'static str] {
        match self {
            Self::Github => &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"],
            Self::Gitlab => &["CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"],
            Self::Gitea => &["CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"],
            Self::Kubernetes => &[],
        }
    }

    /// Returns the word that the policy uses.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Gitea => "gitea",
            Self::Kubernetes => "kubernetes",
        }
    }

    /// Returns the dialect of a place that only one host looks at.
    fn from_place(place: &str) -> Option<Self> {
        let mut dialects = Self::ALL.into_iter().filter(|dialect| dialect.places().contains(&place));
        match (dialects.next(), dialects.next()) {
            (Some(only), None) => Some(only),
            (None, _) | (Some(_), Some(_)) => None,
        }
    }

    /// Describes the files that are looked for.
    pub fn looked_for(self) -> String {
        match self {
            Self::Kubernetes => format!("a file {NESTED}"),
            Self::Github | Self::Gitlab | Self::Gitea => format!("any of {}", self.places().join(", ")),
        }
    }
}

/// Returns every place where some host looks for CODEOWNERS.
fn all_places() -> impl Iterator<Item = &'static str> {
    Dialect::ALL.into_iter().flat_map(|dialect| dialect.places().iter().copied())
}

/// Returns true if a path may hold owners. Every place where some host would look counts, so that no new file can
/// shadow the one in use. Nested files count if the policy names that dialect.
pub fn may_name_owners(dialect: Option<Dialect>, path: &RepoPath) -> bool {
    let nested = path.is_named(NESTED) || path.as_str() == ALIASES;
    all_places().any(|place| place == path.as_str()) || (nested && dialect == Some(Dialect::Kubernetes))
}

/// The nested files to find.
#[derive(Clone, Copy, Debug)]
pub enum Coverage<'a> {
    /// The files that can own one of these paths.
    Of(&'a [RepoPath]),
    /// All files.
    Everything,
}

/// The files that name owners, and how to read them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The dialect.
    pub dialect: Dialect,
    /// One file, or all nested files to read. Empty if there is no file.
    pub files: Vec<RepoPath>,
}

/// Files of several hosts, while nothing says which host counts.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "there are {first} and {second}, which belong to different hosts: set `owners: {{dialect: …}}` in the \
     policy (github, gitlab or gitea)"
)]
pub struct SeveralHosts {
    first: &'static str,
    second: &'static str,
}

/// The dialects that the policy and the host imply, before any file is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct KnownDialect {
    /// The dialect that the policy names.
    pub policy: Option<Dialect>,
    /// The dialect of the host that serves the push.
    pub host: Option<Dialect>,
}

/// Finds the files that name owners. If the policy names no dialect, a file in a folder that only one host looks at
/// decides it. CODEOWNERS at the root or in `docs/` belongs to the host, or to GitHub if the host has no dialect.
pub fn locate(
    known: KnownDialect,
    files: &Snapshot,
    coverage: Coverage<'_>,
) -> Result<Located, SeveralHosts> {
    let dialect = match known.policy {
        Some(dialect) => dialect,
        None => only_host(files)?.or(known.host).unwrap_or(Dialect::Github),
    };
    let files = match dialect {
        Dialect::Kubernetes => list_nested(files, coverage),
        Dialect::Github | Dialect::Gitlab | Dialect::Gitea => {
            let first = dialect.places().iter().find(|place| files.file(place).is_some());
            first.map(|place| RepoPath::new(place)).into_iter().collect()
        }
    };
    Ok(Located { dialect, files })
}

fn only_host(files: &Snapshot) -> Result<Option<Dialect>, SeveralHosts> {
    let mut found: Option<(&'static str, Dialect)> = None;
    for place in all_places().filter(|place| files.file(place).is_some()) {
        match (found, Dialect::from_place(place)) {
            (Some((first, known)), Some(host)) if known != host => {
                return Err(SeveralHosts { first, second: place });
            }
            (None, Some(host)) => found = Some((place, host)),
            (Some(_), Some(_)) | (_, None) => {}
        }
    }
    Ok(found.map(|(_, host)| host))
}

/// Lists the nested files, with the aliases last.
fn list_nested(files: &Snapshot, coverage: Coverage<'_>) -> Vec<RepoPath> {
    let mut found: Vec<RepoPath> = match coverage {
        Coverage::Everything => files.files.keys().filter(|path| path.is_named(NESTED)).cloned().collect(),
        Coverage::Of(paths) => {
            let folders: BTreeSet<&str> =
                paths.iter().flat_map(|path| folders_above(path.as_str())).collect();
            let candidates = folders.into_iter().map(owners_of_folder);
            candidates.filter(|path| files.files.contains_key(path)).collect()
        }
    };
    let aliases = RepoPath::new(ALIASES);
    if !found.is_empty() && files.files.contains_key(&aliases) {
        found.push(aliases);
    }
    found
}

fn owners_of_folder(folder: &str) -> RepoPath {
    if folder.is_empty() { RepoPath::new(NESTED) } else { RepoPath::new(&format!("{folder}/{NESTED}")) }
}

/// Returns the folders above a path, from the nearest to the root (empty).
pub(super) fn folders_above(path: &str) -> impl Iterator<Item = &str> {
    let parents = path.rmatch_indices('/').filter_map(|(slash, _)| path.get(..slash));
    parents.chain([""])
}

#[cfg(test)]
mod tests {
    use super::*;
    use source_files::{FileMode, ObjectId, TreeFile};

    fn snapshot(paths: &[&str]) -> Snapshot {
        let id = ObjectId::parse(&"1".repeat(40)).unwrap();
        let file = TreeFile { id, mode: FileMode::Regular };
        let files = paths.iter().map(|path| (RepoPath::new(path), file.clone())).collect();
        Snapshot { files }
    }

    fn found(dialect: Option<Dialect>, paths: &[&str]) -> (Dialect, Vec<String>) {
        found_on(None, dialect, paths)
    }

    fn found_on(host: Option<Dialect>, policy: Option<Dialect>, paths: &[&str]) -> (Dialect, Vec<String>) {
        let known = KnownDialect { policy, host };
        let located = locate(known, &snapshot(paths), Coverage::Everything).unwrap();
        (located.dialect, located.files.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn each_host_has_its_own_order() {
        let all = [
            ".github/CODEOWNERS",
            "CODEOWNERS",
            "docs/CODEOWNERS",
            ".gitlab/CODEOWNERS",
            ".gitea/CODEOWNERS",
            ".forgejo/CODEOWNERS",
        ];
        for place in all {
            assert!(may_name_owners(None, &RepoPath::new(place)), "{place}");
        }
        assert_eq!(found(Some(Dialect::Github), &all).1, [".github/CODEOWNERS"]);
        assert_eq!(found(Some(Dialect::Gitlab), &all).1, ["CODEOWNERS"]);
        assert_eq!(found(Some(Dialect::Gitea), &all[2..]).1, ["docs/CODEOWNERS"]);
        assert_eq!(found(Some(Dialect::Gitea), &all[3..]).1, [".gitea/CODEOWNERS"]);
        assert_eq!(found(Some(Dialect::Gitlab), &[".github/CODEOWNERS"]).1, Vec::<String>::new());
    }

    /// The schema has every word that a policy may use.
    #[test]
    fn no_dialect_is_left_out_of_all() {
        let schema = schemars::schema_for!(Dialect).to_value().to_string();
        let words = Dialect::ALL.map(|dialect| format!("\"const\":\"{}\"", dialect.as_str()));
        assert!(words.iter().all(|word| schema.contains(word)), "{schema}");
        assert_eq!(schema.matches("\"const\":").count(), words.len(), "{schema}");
    }

    #[test]
    fn a_folder_tells_the_host_where_the_policy_does_not() {
        assert_eq!(found(None, &["CODEOWNERS"]).0, Dialect::Github);
        assert_eq!(found(None, &["docs/CODEOWNERS"]).0, Dialect::Github);
        let gitlab = found(None, &[".gitlab/CODEOWNERS", "CODEOWNERS"]);
        assert_eq!(gitlab, (Dialect::Gitlab, vec!["CODEOWNERS".to_owned()]));
        assert_eq!(found_on(Some(Dialect::Gitea), None, &["CODEOWNERS"]).0, Dialect::Gitea);
        assert_eq!(found_on(Some(Dialect::Gitea), None, &[".github/CODEOWNERS"]).0, Dialect::Github);
        assert_eq!(found_on(Some(Dialect::Gitea), Some(Dialect::Gitlab), &["CODEOWNERS"]).0, Dialect::Gitlab);
        assert_eq!(found(None, &[".forgejo/CODEOWNERS", ".gitea/CODEOWNERS"]).0, Dialect::Gitea);
    }

    #[test]
    fn files_of_several_hosts_are_no_answer() {
        let files = snapshot(&[".gitlab/CODEOWNERS", ".github/CODEOWNERS"]);
        let error = locate(KnownDialect::default(), &files, Coverage::Everything).unwrap_err().to_string();
        assert!(error.starts_with("there are .github/CODEOWNERS and .gitlab/CODEOWNERS"), "{error}");
    }

    #[test]
    fn nested_files_are_those_above_the_paths() {
        let files = snapshot(&["OWNERS", "a/OWNERS", "a/b/OWNERS", "ab/OWNERS", "OWNERS_ALIASES", "a/x"]);
        let paths = [RepoPath::new("a/x")];
        let known = KnownDialect { policy: Some(Dialect::Kubernetes), host: None };
        let located = locate(known, &files, Coverage::Of(&paths)).unwrap();
        let expected = ["OWNERS", "a/OWNERS", "OWNERS_ALIASES"].map(RepoPath::new);
        assert_eq!(located.files, expected);
    }
}

//! One OWNERS or OWNERS_ALIASES file.
//!
//! In: its bytes. Out: lists of approvers with the lines that name them. Never: passes over a key that
//! it does not know, because a misspelt `approvers` would leave a folder to those above.

use std::collections::HashMap;

use super::super::OwnerHandle;
use super::super::go_expression::{GoExpression, MatchExtent};
use super::super::handle::is_name;
use super::super::problem::{LARGEST_FILE, ProblemCollector};
use kube_manifest::{Entry, Limits, Node, Value, documents};
use source_files::{RepoPath, SourceText};

/// The lists of a folder or a filter that prow reads, and those that are for people only.
const LISTS: [&str; 9] = [
    "approvers",
    "reviewers",
    "required_reviewers",
    "labels",
    "emeritus_approvers",
    "emeritus_reviewers",
    "security_contacts",
    "component",
    "subcomponent",
];

/// The most that the lists and filters of a file may weigh, in names and states of expressions. It bounds the memory
/// that aliases and filters take.
const HEAVIEST_FILE: usize = 500_000;
/// The weight of a filter besides its expression.
const FILTER_WEIGHT: usize = 100;

/// Names of several people, by lower-case name.
pub(super) type Aliases = HashMap<String, Vec<OwnerHandle>>;

/// Says whether the owners of the folders above count as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Parents {
    Included,
    Excluded,
}

/// The approvers of a folder, or of the paths in it that a filter matches.
#[derive(Clone, Debug)]
pub(super) struct ApproverList {
    pub(super) filter: Option<GoExpression>,
    pub(super) pattern: Box<str>,
    pub(super) line: u32,
    pub(super) owners: Vec<OwnerHandle>,
}

/// An OWNERS file.
#[derive(Clone, Debug)]
pub(super) struct FolderOwners {
    pub(super) file: RepoPath,
    pub(super) lists: Vec<ApproverList>,
    pub(super) parents: Parents,
}

/// Reads a file and records its problems.
struct Reader<'a, 'b> {
    source: &'a SourceText,
    aliases: &'a Aliases,
    problems: &'a mut ProblemCollector<'b>,
    weight: usize,
}

/// Parses an OWNERS file.
pub(super) fn parse_folder(
    file: &RepoPath,
    bytes: &[u8],
    aliases: &Aliases,
    problems: &mut ProblemCollector<'_>,
) -> FolderOwners {
    let mut folder = FolderOwners { file: file.clone(), lists: Vec::new(), parents: Parents::Included };
    read_document(bytes, aliases, problems, |reader, root| {
        let filtered = root.entry("filters").is_some();
        for entry in root.entries() {
            match entry.key.as_ref() {
                "options" => folder.parents = reader.read_parents(&entry.value),
                "filters" => folder.lists.extend(reader.read_filters(entry)),
                "approvers" | "reviewers" | "required_reviewers" | "labels" if filtered => {
                    reader.add_problem(
                        entry,
                        "`filters` count only if the file has no other keys except `options`",
                    );
                }
                "approvers" => folder.lists.extend(reader.read_list(None, ".*", entry)),
                key if LISTS.contains(&key) => {}
                key => reader.add_problem(entry, &format!("an OWNERS file has no `{key}`")),
            }
        }
    });
    folder
}

/// Parses OWNERS_ALIASES.
pub(super) fn parse_aliases(bytes: &[u8], problems: &mut ProblemCollector<'_>) -> Aliases {
    let mut aliases = Aliases::new();
    read_document(bytes, &Aliases::default(), problems, |reader, root| {
        for entry in root.entries() {
            if entry.key.as_ref() != "aliases" {
                reader.add_problem(entry, "OWNERS_ALIASES can contain only `aliases`");
            }
            for alias in entry.value.entries() {
                let members = reader.read_members(alias);
                aliases.insert(alias.key.to_ascii_lowercase(), members);
            }
        }
    });
    aliases
}

fn read_document(
    bytes: &[u8],
    aliases: &Aliases,
    problems: &mut ProblemCollector<'_>,
    judge: impl FnOnce(&mut Reader<'_, '_>, &Node),
) {
    let limits = Limits { bytes: LARGEST_FILE, ..Limits::default() };
    let (source, roots, found) = documents(bytes.to_vec(), &limits);
    if let Some(problem) = found.first() {
        problems.add(source.position(problem.span.start).line, b"", problem.reason.clone());
        return;
    }
    match roots.as_slice() {
        [] => {}
        [root] if matches!(root.value, Value::Mapping(_)) => {
            judge(&mut Reader { source: &source, aliases, problems, weight: 0 }, root);
        }
        [_] => problems.add(1, b"", "the file is not a YAML mapping".to_owned()),
        [_, ..] => problems.add(1, b"", "the file contains more than one YAML document".to_owned()),
    }
}

impl Reader<'_, '_> {
    fn line_of(&self, entry: &Entry) -> u32 {
        self.source.position(entry.key_span.start).line
    }

    fn add_problem(&mut self, entry: &Entry, reason: &str) {
        let line = self.line_of(entry);
        self.problems.add(line, entry.key.as_bytes(), reason.to_owned());
    }

    fn read_parents(&mut self, options: &Node) -> Parents {
        let mut parents = Parents::Included;
        for entry in options.entries() {
            match (entry.key.as_ref(), entry.value.as_bool()) {
                ("no_parent_owners", Some(true)) => parents = Parents::Excluded,
                // What it waives is asked for anyway.
                ("no_parent_owners" | "auto_approve_unowned_subfolders", Some(_)) => {}
                (key, _) => {
                    self.add_problem(
                        entry,
                        &format!("`{key}` is not an option, or is neither true nor false"),
                    );
                }
            }
        }
        parents
    }

    fn read_filters(&mut self, filters: &Entry) -> Vec<ApproverList> {
        let mut lists = Vec::new();
        for filter in filters.value.entries() {
            let expression = match filter.key.as_ref() {
                ".*" => None,
                text => match GoExpression::parse(text, MatchExtent::Anywhere) {
                    Ok(expression) => {
                        if !self.afford(FILTER_WEIGHT.saturating_add(expression.weight), filter) {
                            return lists;
                        }
                        Some(expression)
                    }
                    Err(problem) => {
                        self.add_problem(filter, &problem.to_string());
                        continue;
                    }
                },
            };
            for entry in filter.value.entries() {
                match entry.key.as_ref() {
                    "approvers" => lists.extend(self.read_list(expression.clone(), &filter.key, entry)),
                    key if LISTS.contains(&key) => {}
                    key => self.add_problem(entry, &format!("a filter has no `{key}`")),
                }
            }
        }
        lists
    }

    /// Returns true if there is room for more. The first time that there is not, it records a problem.
    fn afford(&mut self, weight: usize, entry: &Entry) -> bool {
        let affordable = self.weight <= HEAVIEST_FILE;
        self.weight = self.weight.saturating_add(weight);
        let exceeded = affordable && self.weight > HEAVIEST_FILE;
        if exceeded {
            self.add_problem(entry, "the filters and aliases of the file name too many people");
        }
        affordable && !exceeded
    }

    /// An empty list is treated as absent, as in prow.
    fn read_list(
        &mut self,
        filter: Option<GoExpression>,
        pattern: &str,
        entry: &Entry,
    ) -> Option<ApproverList> {
        let line = self.line_of(entry);
        let owners = self.read_members(entry);
        (!owners.is_empty()).then(|| ApproverList { filter, pattern: pattern.into(), line, owners })
    }

    /// Returns the people of a list, with aliases resolved.
    fn read_members(&mut self, entry: &Entry) -> Vec<OwnerHandle> {
        match &entry.value.value {
            Value::Sequence(_) | Value::Null => {}
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_)
            | Value::Mapping(_) => {
                self.add_problem(entry, &format!("`{}` is not a list of names", entry.key));
            }
        }
        let mut members = Vec::new();
        for item in entry.value.items() {
            let name = item.as_str().map(|name| name.trim_start_matches('@').to_ascii_lowercase());
            match name.filter(|name| is_name(name)) {
                Some(name) => match self.aliases.get(&name) {
                    Some(alias) if self.afford(alias.len(), entry) => members.extend(alias.iter().cloned()),
                    Some(_) => {}
                    None => members.push(OwnerHandle(format!("@{name}").into())),
                },
                None => {
                    self.add_problem(
                        entry,
                        &format!("`{}` contains something that is not an account name", entry.key),
                    );
                }
            }
        }
        members
    }
}

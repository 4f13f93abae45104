//! Ignore rules of other tools, and our checks that find the same.

use chrono::NaiveDate;

use source_files::RepoPath;

/// The ids of other tools and the checks that find the same, with where each id is described.
const TABLE: &str = include_str!("foreign_checks.csv");

/// A tool whose ignore rules can be imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForeignTool {
    /// StackRox KubeLinter.
    KubeLinter,
    /// Checkov.
    Checkov,
    /// Trivy.
    Trivy,
}

impl ForeignTool {
    /// The name of the tool in the table.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::KubeLinter => "kube-linter",
            Self::Checkov => "checkov",
            Self::Trivy => "trivy",
        }
    }
}

/// An ignore rule of another tool.
#[derive(Clone, Debug)]
pub(super) struct Ignored {
    pub(super) what: IgnoredChecks,
    /// The reason; empty if the rule has no reason.
    pub(super) reason: String,
    /// The last day, if there is one.
    pub(super) until: Option<NaiveDate>,
    pub(super) scope: Scope,
    pub(super) path: RepoPath,
    pub(super) line: u32,
}

/// The checks of the tool that are ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IgnoredChecks {
    /// One, as it is written.
    One(String),
    /// All of them.
    All,
}

/// The scope of an ignore rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// An object of the same file, as findings print it.
    Object(String),
    /// Nothing: the tool does not look there, such as in a pod template.
    Nothing,
    /// The document of the file, counted from 0.
    Document(usize),
    /// Every file in a folder, empty for the root; only the named ones if any are named.
    Files {
        /// The folder.
        folder: String,
        /// The named files.
        only: Vec<String>,
    },
}

impl Ignored {
    /// Our checks that find the same; none if there is no counterpart.
    pub(super) fn checks(&self, tool: ForeignTool) -> Vec<&'static str> {
        let rows = read_table().filter(|row| row.tool == tool.as_str());
        let wanted = rows.filter(|row| match &self.what {
            IgnoredChecks::All => true,
            IgnoredChecks::One(id) => row.id == canonical_id(tool, id),
        });
        wanted.flat_map(|row| row.checks.split(' ')).collect()
    }

    /// The ignored check, as it is written.
    pub(super) fn id(&self) -> &str {
        match &self.what {
            IgnoredChecks::One(id) => id,
            IgnoredChecks::All => "everything",
        }
    }
}

/// Trivy's ids were spelled in three ways: `AVD-KSV-0044`, `KSV-0044`, `KSV044`.
fn canonical_id(tool: ForeignTool, id: &str) -> String {
    match tool {
        ForeignTool::KubeLinter | ForeignTool::Checkov => id.to_owned(),
        ForeignTool::Trivy => {
            let upper = id.to_ascii_uppercase();
            let plain = upper.strip_prefix("AVD-").unwrap_or(&upper).replace('-', "");
            let number = plain.strip_prefix("KSV").and_then(|number| number.parse::<u32>().ok());
            number.map_or(plain, |number| format!("KSV{number}"))
        }
    }
}

struct Row {
    tool: &'static str,
    id: &'static str,
    checks: &'static str,
}

fn read_table() -> impl Iterator<Item = Row> {
    TABLE.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(',');
        let (tool, id, checks) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Row { tool, id, checks })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checks::CheckSet;

    #[test]
    fn every_row_leads_to_checks_and_names_its_source() {
        assert_eq!(read_table().count() + 1, TABLE.lines().count());
        for row in read_table() {
            for check in row.checks.split(' ') {
                assert!(CheckSet::shared().find(check).is_some(), "{} leads to {check}", row.id);
            }
        }
        assert!(TABLE.lines().all(|line| line.split(',').count() == 4));
    }

    #[test]
    fn trivys_spellings_are_one_id() {
        for id in ["AVD-KSV-0044", "KSV-0044", "KSV044", "avd-ksv-0044"] {
            assert_eq!(canonical_id(ForeignTool::Trivy, id), "KSV44");
        }
        assert_eq!(canonical_id(ForeignTool::Trivy, "CVE-2024-1"), "CVE20241");
    }
}

//! Ignore rules of other tools, and which of our checks find the same.

use chrono::NaiveDate;

use crate::cli::ForeignTool;
use source_files::RepoPath;

/// The ids of other tools and the checks that find the same, with where each id is described.
const TABLE: &str = include_str!("foreign_checks.csv");

/// An ignore rule of another tool.
#[derive(Clone, Debug)]
pub(super) struct Ignored {
    pub(super) what: IgnoredChecks,
    /// The reason that is given; empty where none is.
    pub(super) reason: String,
    /// The last day, if there is one.
    pub(super) until: Option<NaiveDate>,
    pub(super) scope: Scope,
    pub(super) path: RepoPath,
    pub(super) line: u32,
}

/// Which checks of the tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum IgnoredChecks {
    /// One, as it is written.
    One(String),
    /// All of them.
    All,
}

/// For what it is ignored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// An object of the file that it is in, as findings print it.
    Object(String),
    /// Nothing: it is where the tool does not look, such as in a pod template.
    Nothing,
    /// The document of the file, counted from 0.
    Document(usize),
    /// Every file in a folder, empty for the root; of these only the named ones, where some are named.
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
        let rows = rows().filter(|row| row.tool == name(tool));
        let wanted = rows.filter(|row| match &self.what {
            IgnoredChecks::All => true,
            IgnoredChecks::One(id) => row.id == canonical(tool, id),
        });
        wanted.flat_map(|row| row.checks.split(' ')).collect()
    }

    /// What is ignored, as it is written.
    pub(super) fn id(&self) -> &str {
        match &self.what {
            IgnoredChecks::One(id) => id,
            IgnoredChecks::All => "everything",
        }
    }
}

/// The name of a tool in the table.
pub(super) fn name(tool: ForeignTool) -> &'static str {
    match tool {
        ForeignTool::KubeLinter => "kube-linter",
        ForeignTool::Checkov => "checkov",
        ForeignTool::Trivy => "trivy",
    }
}

/// Trivy's ids were spelled in three ways: `AVD-KSV-0044`, `KSV-0044`, `KSV044`.
fn canonical(tool: ForeignTool, id: &str) -> String {
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

fn rows() -> impl Iterator<Item = Row> {
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
        assert_eq!(rows().count() + 1, TABLE.lines().count());
        for row in rows() {
            for check in row.checks.split(' ') {
                assert!(CheckSet::shared().find(check).is_some(), "{} leads to {check}", row.id);
            }
        }
        assert!(TABLE.lines().all(|line| line.split(',').count() == 4));
    }

    #[test]
    fn trivys_spellings_are_one_id() {
        for id in ["AVD-KSV-0044", "KSV-0044", "KSV044", "avd-ksv-0044"] {
            assert_eq!(canonical(ForeignTool::Trivy, id), "KSV44");
        }
        assert_eq!(canonical(ForeignTool::Trivy, "CVE-2024-1"), "CVE20241");
    }
}

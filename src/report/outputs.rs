//! The outputs for later steps of a workflow.

use super::Report;
use super::counts::Counts;
use super::entry::{Consequence, collect_entries};

/// Returns names and values for the outputs of a step. The values are words and numbers of our own, without line ends
/// and without text of the change.
pub fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let counts = Counts::of(report, &collect_entries(report));
    let verdict = report.verdict();
    vec![
        ("verdict", verdict.as_str().to_owned()),
        ("exit-code", verdict.exit_code().to_string()),
        ("violations", counts.count_with(Consequence::Blocks).to_string()),
        ("warnings", counts.count_with(Consequence::Warns).to_string()),
        ("waived", counts.count_with(Consequence::Waived).to_string()),
        ("approvals-missing", counts.approvals_missing.to_string()),
    ]
}

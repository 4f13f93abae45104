//! The outputs for later steps of a workflow.

use super::Report;
use super::counts::Counts;
use super::entry::{Standing, collect_entries};

/// Names and values for the outputs of a step. They are words and numbers of our own: no value holds a line
/// end, or anything that the change says.
pub fn outputs(report: &Report) -> Vec<(&'static str, String)> {
    let counts = Counts::of(report, &collect_entries(report));
    let verdict = report.verdict();
    vec![
        ("verdict", verdict.as_str().to_owned()),
        ("exit-code", verdict.exit_code().to_string()),
        ("violations", counts.standing(Standing::Blocks).to_string()),
        ("warnings", counts.standing(Standing::Warns).to_string()),
        ("waived", counts.standing(Standing::Waived).to_string()),
        ("approvals-missing", counts.approvals_missing.to_string()),
    ]
}

//! `waive`: accepts one finding for a while.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::WaiveArguments;
use crate::unpushed::{AskedRevisions, judge_revisions};
use crate::waivers::{AskedWaiver, ReportedFinding, waive};

pub(super) fn run(arguments: &WaiveArguments) -> Result<Exit, CommandError> {
    let findings = match &arguments.report {
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(CommandError::file(file))?;
            let report = serde_json::from_str(&text);
            let report = report.map_err(|error| {
                CommandError::usage(format!("{}: not a JSON report of portcullis: {error}", file.display()))
            })?;
            ReportedFinding::read_report(&report)
        }
        None => judge_again(arguments)?,
    };
    let asked = AskedWaiver {
        origin: (&arguments.terms).into(),
        fingerprint: arguments.fingerprint.clone(),
        terms: (&arguments.terms).into(),
        output: arguments.output.clone(),
    };
    print(&waive(&asked, &findings)?)?;
    Ok(Exit::Accept)
}

fn judge_again(arguments: &WaiveArguments) -> Result<Vec<ReportedFinding>, CommandError> {
    let Some(base) = &arguments.base else {
        let message = "say which change has the finding: `--base REV`, `--base REV --head REV`, or `--report FILE` for a \
            JSON report";
        return Err(CommandError::usage(message));
    };
    let section = judge_revisions(&AskedRevisions {
        folder: arguments.terms.repo.clone(),
        server_policy: arguments.terms.server_policy.clone(),
        base: base.clone(),
        head: arguments.head.clone().unwrap_or_else(|| "HEAD".to_owned()),
        policy: None,
    })?;
    let findings = section.judgement.findings.iter();
    Ok(findings.filter_map(|judged| ReportedFinding::of(&judged.finding)).collect())
}

//! The files that one report goes to besides its destination.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::error::CommandError;
use super::output::{collect_rule_pages, convert_format, write_file};
use crate::cli::ReportFilesArguments;
use crate::report::{Report, Style, outputs, summary};

/// Writes all of them. People who read only one of them rely on it.
pub(super) fn write_files(files: &ReportFilesArguments, report: &Report) -> Result<(), CommandError> {
    for (format, path) in &files.also {
        write_file(path, &report.render(convert_format(*format), Style::PLAIN, &collect_rule_pages()))?;
    }
    if let Some(path) = &files.summary {
        append(path, &summary(report, &collect_rule_pages()))?;
    }
    if let Some(path) = &files.outputs {
        let lines = outputs(report).into_iter().map(|(name, value)| format!("{name}={value}\n"));
        append(path, &lines.collect::<String>())?;
    }
    Ok(())
}

/// Appends to a file of the runner, to which earlier commands of the step may have written.
fn append(path: &Path, text: &str) -> Result<(), CommandError> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(CommandError::file(path))
}

//! The files that one report goes to besides its destination.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use super::error::CommandError;
use super::output::{from_arguments, rule_pages, write_file};
use crate::cli::ReportFilesArguments;
use crate::report::{Report, Style, outputs, summary};

/// Writes them all; the verdict is worth nothing to those who read one that is missing.
pub(super) fn write_files(files: &ReportFilesArguments, report: &Report) -> Result<(), CommandError> {
    for (format, path) in &files.also {
        write_file(path, &report.render(from_arguments(*format), Style::PLAIN, &rule_pages()))?;
    }
    if let Some(path) = &files.summary {
        append(path, &summary(report, &rule_pages()))?;
    }
    if let Some(path) = &files.outputs {
        let lines = outputs(report).into_iter().map(|(name, value)| format!("{name}={value}\n"));
        append(path, &lines.collect::<String>())?;
    }
    Ok(())
}

/// Runners give a file that earlier commands of the step may have written to.
fn append(path: &Path, text: &str) -> Result<(), CommandError> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|source| CommandError::File { path: path.to_path_buf(), source })
}

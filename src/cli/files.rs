//! Arguments for further files of one report.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::OutputFormat;

/// More files to write reports to, in one run.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportFilesArguments {
    /// Also write the report to a file in another format, such as `sarif=report.sarif`; can be repeated.
    #[arg(long = "also", value_name = "FORMAT=FILE", value_parser = parse_report_file)]
    pub also: Vec<(OutputFormat, PathBuf)>,
    /// Append a summary in Markdown to a file, such as the file of `$GITHUB_STEP_SUMMARY`.
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Append the verdict and counts to a file, one `name=value` per line, such as the file of `$GITHUB_OUTPUT`.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
}

/// A value that is not a format and a file.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
enum ReportFileError {
    #[error("write FORMAT=FILE, such as `sarif=report.sarif`")]
    NoEqualsSign,
    #[error("`{0}` is not a format: use one of the formats of --format")]
    UnknownFormat(String),
    #[error("name a file after the `=`")]
    NoFile,
}

fn parse_report_file(text: &str) -> Result<(OutputFormat, PathBuf), ReportFileError> {
    let (format, file) = text.split_once('=').ok_or(ReportFileError::NoEqualsSign)?;
    let format = OutputFormat::from_str(format, false)
        .map_err(|_| ReportFileError::UnknownFormat(format.to_owned()))?;
    if file.is_empty() {
        return Err(ReportFileError::NoFile);
    }
    Ok((format, PathBuf::from(file)))
}

#[cfg(test)]
mod tests {
    use super::{OutputFormat, parse_report_file};

    #[test]
    fn a_format_and_its_file() {
        assert_eq!(parse_report_file("sarif=a=b.sarif"), Ok((OutputFormat::Sarif, "a=b.sarif".into())));
        for wrong in ["sarif", "sarif=", "=a", "pdf=a"] {
            assert!(parse_report_file(wrong).is_err(), "{wrong}");
        }
    }
}

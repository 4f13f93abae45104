//! Arguments: where one report goes besides.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::OutputFormat;

/// More files that a report is written to, in one run.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportFilesArguments {
    /// Write the report in another format to a file as well, such as `sarif=report.sarif`; may be repeated.
    #[arg(long = "also", value_name = "FORMAT=FILE", value_parser = also)]
    pub also: Vec<(OutputFormat, PathBuf)>,
    /// Append a summary in Markdown to a file, such as that of `$GITHUB_STEP_SUMMARY`.
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Append verdict and counts to a file, one `name=value` a line, such as that of `$GITHUB_OUTPUT`.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
}

fn also(text: &str) -> Result<(OutputFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as `sarif=report.sarif`")?;
    let format = OutputFormat::from_str(format, false)
        .map_err(|_| format!("`{format}` is no format: take one that --format takes"))?;
    if file.is_empty() {
        return Err("say which file after the `=`".to_owned());
    }
    Ok((format, PathBuf::from(file)))
}

#[cfg(test)]
mod tests {
    use super::{OutputFormat, also};

    #[test]
    fn a_format_and_its_file() {
        assert_eq!(also("sarif=a=b.sarif"), Ok((OutputFormat::Sarif, "a=b.sarif".into())));
        for wrong in ["sarif", "sarif=", "=a", "pdf=a"] {
            assert!(also(wrong).is_err(), "{wrong}");
        }
    }
}

//! Arguments: where one report goes besides.

use std::path::PathBuf;

use clap::{Args, ValueEnum as _};

use super::OutputFormat;

/// More files to write reports to, in one run.
#[derive(Args, Clone, Debug, Default)]
pub struct ReportFilesArguments {
    /// Also write the report to a file in another format, such as `sarif=report.sarif`; can be repeated.
    #[arg(long = "also", value_name = "FORMAT=FILE", value_parser = also)]
    pub also: Vec<(OutputFormat, PathBuf)>,
    /// Append a summary in Markdown to a file, such as the file of `$GITHUB_STEP_SUMMARY`.
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,
    /// Append the verdict and counts to a file, one `name=value` per line, such as the file of `$GITHUB_OUTPUT`.
    #[arg(long, value_name = "FILE")]
    pub outputs: Option<PathBuf>,
}

fn also(text: &str) -> Result<(OutputFormat, PathBuf), String> {
    let (format, file) = text.split_once('=').ok_or("write FORMAT=FILE, such as `sarif=report.sarif`")?;
    let format = OutputFormat::from_str(format, false)
        .map_err(|_| format!("`{format}` is not a format: use one of the formats of --format"))?;
    if file.is_empty() {
        return Err("name a file after the `=`".to_owned());
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

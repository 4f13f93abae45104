//! Where reports go.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::{CommandError, Exit};
use crate::checks::{Check, CheckSet, Meta};
use crate::cli::{OutputFormat, ReportArguments};
use crate::host::MessageStyle;
use crate::report::{Colour, Detail, Format, Report, RulePage, Style};

/// Where one report goes, and how.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    format: Format,
    file: Option<PathBuf>,
    detail: Detail,
    style: MessageStyle,
}

impl Destination {
    /// Standard output: git forwards a hook's to the pusher, and some hosts only what they recognise.
    pub(super) fn of_hook(format: OutputFormat, style: MessageStyle) -> Self {
        Self { format: from_arguments(format), file: None, detail: Detail::Usual, style }
    }

    pub(super) fn of(arguments: &ReportArguments) -> Self {
        Self {
            format: from_arguments(arguments.format),
            file: arguments.output.clone(),
            detail: if arguments.trail { Detail::Trail } else { Detail::Usual },
            style: MessageStyle::Plain,
        }
    }

    /// Writes a line for people; formats for programs have no place for it.
    pub(super) fn note(&self, line: Option<&str>) -> Result<(), CommandError> {
        match (line, self.format) {
            (Some(line), Format::Human) => print(&styled(format!("{line}\n"), self.style, Format::Human)),
            (
                Some(_) | None,
                Format::Human
                | Format::Json
                | Format::Sarif
                | Format::Junit
                | Format::Github
                | Format::Gitlab
                | Format::Markdown
                | Format::Rdjsonl
                | Format::Html,
            ) => Ok(()),
        }
    }

    /// Writes a report; the verdict is worth nothing if that fails.
    pub(super) fn write(&self, report: &Report) -> Result<Exit, CommandError> {
        let colour = if self.file.is_none() { colour() } else { Colour::Never };
        let style = Style { colour, detail: self.detail };
        let text = styled(report.render(self.format, style, &rule_pages()), self.style, self.format);
        match &self.file {
            Some(path) => write_file(path, &text)?,
            None => print(&text)?,
        }
        Ok(report.verdict().into())
    }
}

/// Whether standard output is a person who wants colours.
pub(super) fn colour() -> Colour {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !no_colour { Colour::Always } else { Colour::Never }
}

fn styled(text: String, style: MessageStyle, format: Format) -> String {
    match (style, format) {
        (MessageStyle::Plain, _)
        | (
            _,
            Format::Json
            | Format::Sarif
            | Format::Junit
            | Format::Github
            | Format::Gitlab
            | Format::Markdown
            | Format::Rdjsonl
            | Format::Html,
        ) => text,
        (MessageStyle::Prefixed(prefix), Format::Human) => {
            text.lines().flat_map(|line| [prefix, line, "\n"]).collect()
        }
    }
}

pub(super) fn from_arguments(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Human => Format::Human,
        OutputFormat::Json => Format::Json,
        OutputFormat::Sarif => Format::Sarif,
        OutputFormat::Junit => Format::Junit,
        OutputFormat::Github => Format::Github,
        OutputFormat::Gitlab => Format::Gitlab,
        OutputFormat::Markdown => Format::Markdown,
        OutputFormat::Rdjsonl => Format::Rdjsonl,
        OutputFormat::Html => Format::Html,
    }
}

/// Writes text to standard output.
pub(super) fn print(text: &str) -> Result<(), CommandError> {
    let mut output = std::io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(CommandError::Output)
}

/// Writes a file again.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(path, text).map_err(|source| CommandError::File { path: path.to_path_buf(), source })
}

/// What every check says of itself.
pub(super) fn rule_pages() -> Vec<RulePage> {
    let page = |check: &Check| {
        let Meta { id, title, family, needs: _, partial: _, why, docs } = check.meta;
        RulePage { id: *id, title, family: family.as_str(), why, markdown: docs }
    };
    CheckSet::shared().iter().map(page).collect()
}

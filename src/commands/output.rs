//! The destination of a report.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use super::error::{CommandError, Exit};
use crate::checks::{CheckSet, Meta};
use crate::cli::{ColorChoice, OutputFormat, ReportArguments, SelectArguments};
use crate::finding::CheckId;
use crate::host::MessageStyle;
use crate::report::{Colour, Detail, Format, Report, RulePage, Section, Style};
use crate::verdict::Verdict;

/// The destination of one report, and its form.
#[derive(Clone, Debug)]
pub(super) struct Destination {
    format: Format,
    file: Option<PathBuf>,
    detail: Detail,
    style: MessageStyle,
    color: ColorChoice,
    quiet: Quiet,
}

/// Whether an accepted change is worth a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quiet {
    /// It is.
    No,
    /// It is not.
    IfAccepted,
}

impl Destination {
    /// Standard output of a hook: git forwards it to the pusher, and some hosts only the lines that they recognise.
    pub(super) fn of_hook(format: OutputFormat, style: MessageStyle) -> Self {
        Self {
            format: convert_format(format),
            file: None,
            detail: Detail::Usual,
            style,
            color: ColorChoice::Auto,
            quiet: Quiet::No,
        }
    }

    /// The file or the standard output that the arguments name.
    pub(super) fn of(arguments: &ReportArguments) -> Self {
        Self {
            format: convert_format(arguments.format),
            file: arguments.output.clone(),
            detail: if arguments.trail { Detail::Trail } else { Detail::Usual },
            style: MessageStyle::Plain,
            color: arguments.color,
            quiet: if arguments.quiet { Quiet::IfAccepted } else { Quiet::No },
        }
    }

    /// Writes a line for people; formats for programs have no place for it.
    pub(super) fn note(&self, line: Option<&str>) -> Result<(), CommandError> {
        match (line, self.format) {
            (Some(line), Format::Human) => {
                print(&apply_style(format!("{line}\n"), self.style, Format::Human))
            }
            (
                Some(_) | None,
                Format::Human
                | Format::Concise
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

    /// Writes a report. If that fails, no one can rely on the verdict.
    pub(super) fn write(&self, report: &Report) -> Result<Exit, CommandError> {
        let is_quiet = self.quiet == Quiet::IfAccepted && report.verdict() == Verdict::Accept;
        if is_quiet && self.file.is_none() {
            return Ok(Exit::Accept);
        }
        let colour = match (self.color, &self.file) {
            (ColorChoice::Always, _) => Colour::Always,
            (ColorChoice::Auto, None) => detect_colour(),
            (ColorChoice::Auto, Some(_)) | (ColorChoice::Never, _) => Colour::Never,
        };
        let style = Style { colour, detail: self.detail };
        let text =
            apply_style(report.render(self.format, style, &collect_rule_pages()), self.style, self.format);
        match &self.file {
            Some(path) => write_file(path, &text)?,
            None => print(&text)?,
        }
        Ok(report.verdict().into())
    }
}

/// Keeps the findings of the checks that are selected, and decides by them.
pub(super) fn select(mut section: Section, arguments: &SelectArguments) -> Result<Section, CommandError> {
    let mut checks = Vec::new();
    for name in &arguments.select {
        checks.push(known_check(name)?);
    }
    if !checks.is_empty() {
        section.judgement = section.judgement.only(&checks);
        let names: Vec<&str> = checks.iter().map(|check| check.as_str()).collect();
        section.notices.push(format!("judged by --select only: {}", names.join(", ")));
    }
    Ok(section)
}

fn known_check(name: &str) -> Result<CheckId, CommandError> {
    let known = CheckSet::shared().find(name).map(|check| check.meta.id);
    known.ok_or_else(|| {
        CommandError::usage(format!("--select: there is no check `{name}`; `portcullis checks` lists them"))
    })
}

/// Detects whether standard output is the terminal of a person who wants colours.
pub(super) fn detect_colour() -> Colour {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !no_colour { Colour::Always } else { Colour::Never }
}

fn apply_style(text: String, style: MessageStyle, format: Format) -> String {
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
        (MessageStyle::Prefixed(prefix), Format::Human | Format::Concise) => {
            text.lines().flat_map(|line| [prefix, line, "\n"]).collect()
        }
    }
}

pub(super) fn convert_format(format: OutputFormat) -> Format {
    match format {
        OutputFormat::Human => Format::Human,
        OutputFormat::Concise => Format::Concise,
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
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(CommandError::output)
}

/// Writes text to a file.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), CommandError> {
    std::fs::write(path, text).map_err(CommandError::file(path))
}

/// Collects the documentation of every check.
pub(super) fn collect_rule_pages() -> Vec<RulePage> {
    let mut pages = Vec::new();
    for check in CheckSet::shared() {
        let Meta { id, title, family, needs: _, partial: _, why, docs } = check.meta;
        pages.push(RulePage { id: *id, title, family: family.as_str(), why, markdown: docs });
    }
    pages
}

//! The report for people, which points at problems as rustc does.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};

use super::causes::{CauseGroup, group_by_cause};
use super::counts::plural;
use super::entry::{describe_approval, write_policy_line};
use super::escape::{terminal, terminal_lines, without_commands, without_leading_command};
use super::snippet::{Window, cut_excerpt};
use super::{Colour, Detail, Report, RulePage, Section, Style};
use crate::finding::{CheckId, Location, Side, Subject};
use crate::policy::Enforcement;
use crate::verdict::{Effect, Judged, Verdict};

/// The width of a line. `git push` puts `remote: ` before every line, which leaves this much of 80 columns.
const WIDTH: usize = 72;
/// The most findings that are shown, worst first. No one reads more on a terminal.
const SHOWN: usize = 50;
/// The most further findings of one cause that are listed.
const LISTED: usize = 20;
/// The part of a line that is shown.
const WINDOW: Window = Window { before: 60, after: 72 };
/// The most characters of a label beside a mark.
const LABEL_WIDTH: usize = 32;

pub(super) fn render(report: &Report, style: Style, rules: &[RulePage]) -> String {
    let mut text = String::new();
    for section in &report.sections {
        push_section(&mut text, section, report, (style, rules));
    }
    let _ = writeln!(text, "{}", write_closing(report));
    let lines: String = text.lines().flat_map(|line| [without_leading_command(line), "\n".into()]).collect();
    without_commands(lines, "\\u{23}")
}

fn push_section(text: &mut String, section: &Section, report: &Report, (style, rules): (Style, &[RulePage])) {
    let _ = writeln!(text, "portcullis: {}", write_headline(section, report));
    if let Some(summary) = summarize(section) {
        let _ = writeln!(text, "{}", wrap(&summary, WIDTH));
    }
    if let Some(forced) = &section.judgement.forced {
        let (people, reasons) = (forced.people.join(", "), forced.reasons.join("; "));
        let _ = writeln!(text, "{}", wrap(&format!("FORCED by {people}: {reasons}"), WIDTH));
    }
    for notice in &section.notices {
        let _ = writeln!(text, "note: {}", terminal(notice));
    }
    let mut explained = BTreeSet::new();
    let causes = group_by_cause(&section.judgement.findings);
    for CauseGroup { first, others } in causes.iter().take(SHOWN) {
        let id = first.finding.check;
        let why = rules.iter().find(|page| page.id == id && explained.insert(id)).map(|page| page.why);
        let _ = writeln!(text, "\n{}", write_finding(first, why, style));
        push_others(text, others);
    }
    let more: usize = causes.iter().skip(SHOWN).map(|cause| cause.others.len() + 1).sum();
    if more > 0 {
        let _ = writeln!(text, "\nand {} more, not more severe", plural(more, "finding"));
    }
    push_left_out(text, section, style);
    for reason in &section.judgement.undecided {
        let _ = writeln!(text, "\nundecided: {}", terminal_lines(reason));
    }
    if !section.judgement.findings.is_empty() || !section.judgement.undecided.is_empty() {
        text.push('\n');
    }
}

/// Names the checks that reject, with the number of findings of each.
fn summarize(section: &Section) -> Option<String> {
    let mut counts: Vec<(CheckId, usize)> = Vec::new();
    for judged in &section.judgement.findings {
        match judged.effect() {
            Effect::Denies | Effect::AwaitsApproval => {}
            Effect::Approved | Effect::Warns | Effect::Waived => continue,
        }
        match counts.iter_mut().find(|(check, _)| *check == judged.finding.check) {
            Some((_, count)) => *count += 1,
            None => counts.push((judged.finding.check, 1)),
        }
    }
    let word = |(check, count): &(CheckId, usize)| match count {
        1 => check.to_string(),
        count => format!("{check} ({count})"),
    };
    let words: Vec<String> = counts.iter().map(word).collect();
    let is_rejected = section.judgement.verdict == Verdict::Reject && !words.is_empty();
    is_rejected.then(|| format!("problems to fix: {}", words.join(", ")))
}

/// Lists the further findings of one cause by object and place.
fn push_others(text: &mut String, others: &[&Judged]) {
    for judged in others.iter().take(LISTED) {
        let place = judged
            .finding
            .location
            .as_ref()
            .map(|at| format!(" at {}:{}:{}", write_path(at), at.start.line, at.start.column));
        let object = judged.finding.subject.object().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, "   = same: {}{}", terminal(&object), place.unwrap_or_default());
    }
    if let Some(more) = others.len().checked_sub(LISTED).filter(|more| *more > 0) {
        let _ = writeln!(text, "   = same: {more} more; `--format concise` lists each on one line");
    }
}

/// Writes the findings that are not reported, for a reader who asks for the trail.
fn push_left_out(text: &mut String, section: &Section, style: Style) {
    match style.detail {
        Detail::Usual => {}
        Detail::Trail => {
            for left_out in section.judgement.left_out.iter().take(SHOWN) {
                let _ = writeln!(text, "\n{}", write_finding(&left_out.judged, None, style));
            }
        }
    }
}

/// Lists the steps by which the policy came to its decision.
fn list_trail(judged: &Judged, detail: Detail) -> Vec<(&'static str, String)> {
    match detail {
        Detail::Usual => Vec::new(),
        Detail::Trail => {
            judged.trail.iter().map(|step| ("trail", terminal(&step.to_string()).into_owned())).collect()
        }
    }
}

fn write_headline(section: &Section, report: &Report) -> String {
    let mut parts = vec![write_title(section)];
    match section.commits {
        0 => {}
        1 => parts.push("1 commit".into()),
        count => parts.push(format!("{count} commits")),
    }
    parts.push(match section.judgement.objects_changed {
        1 => "1 object changed".into(),
        count => format!("{count} objects changed"),
    });
    match section.judgement.files_not_judged {
        0 => {}
        1 => parts.push("1 file not judged".into()),
        count => parts.push(format!("{count} files not judged")),
    }
    parts.push(format!("{} ms", report.elapsed.as_millis()));
    if report.requests > 0 {
        parts.push(plural(report.requests, "request"));
    }
    parts.join(", ")
}

fn write_title(section: &Section) -> String {
    let name = section.title.strip_prefix("refs/heads/").unwrap_or(&section.title);
    let name = terminal(name);
    match &section.range {
        (Some(old), Some(new)) => format!("{name} {}..{}", old.short(), new.short()),
        (None, Some(new)) => format!("{name} (new) {}", new.short()),
        (_, None) => name.into_owned(),
    }
}

fn write_finding(judged: &Judged, why: Option<&str>, style: Style) -> String {
    let finding = &judged.finding;
    let level = match (judged.decision.enforcement, judged.decision.waived.is_some()) {
        (Enforcement::Deny, _) => Level::ERROR,
        (Enforcement::Approve, _) if judged.missing == 0 => Level::NOTE.with_name("approved"),
        (Enforcement::Approve, _) => Level::ERROR.with_name("needs approval"),
        (Enforcement::Warn, _) => Level::WARNING,
        (Enforcement::Off, true) => Level::NOTE.with_name("waived"),
        (Enforcement::Off, false) => Level::NOTE,
    };
    let message = terminal(&finding.message).into_owned();
    let mut group: Group<'_> = Group::with_title(level.primary_title(message).id(finding.check.as_str()));
    for location in finding.location.iter().chain(&finding.related) {
        group = if location.excerpt.is_empty() {
            group.element(origin_of(location))
        } else {
            group.element(make_snippet(location))
        };
    }
    let why = why.map(|why| ("why", why.to_owned()));
    for (label, text) in why.into_iter().chain(list_notes(judged)).chain(list_trail(judged, style.detail)) {
        group = group.element(Level::NOTE.with_name(label).message(wrap(&text, WIDTH - label.len() - 6)));
    }
    let renderer = match style.colour {
        Colour::Always => Renderer::styled(),
        Colour::Never => Renderer::plain(),
    };
    let mut text = renderer.term_width(WIDTH.max(100)).render(&[group]);
    for location in finding.location.iter().chain(&finding.related) {
        text = correct_column(text, location);
    }
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

/// Returns a place without its line: a whole file, or a line that not every reader may see.
fn origin_of(location: &Location) -> Origin<'static> {
    let origin = Origin::path(write_path(location));
    let number = |number: u32| usize::try_from(number).unwrap_or(1);
    match (location.start.line, location.start.column) {
        (1, 1) => origin,
        (line, column) => origin.line(number(line)).char_column(number(column)),
    }
}

fn make_snippet(location: &Location) -> Snippet<'static, annotate_snippets::Annotation<'static>> {
    let excerpt = cut_excerpt(location, WINDOW);
    let line = usize::try_from(location.start.line).unwrap_or(1);
    let label = location.label.as_ref().filter(|label| fits(label)).map(|label| terminal(label).into_owned());
    let annotation = AnnotationKind::Primary.span(excerpt.mark).label(label);
    Snippet::source(excerpt.text).line_start(line).path(write_path(location)).annotation(annotation)
}

/// Replaces the column that the renderer counts in the excerpt by the column in the file. Behind it the line ends, or
/// a colour does.
fn correct_column(text: String, location: &Location) -> String {
    let shown = cut_excerpt(location, WINDOW).shown_column;
    let (path, line, column) = (write_path(location), location.start.line, location.start.column);
    // A finding may have thousands of places, so the text is searched only if the columns differ.
    if usize::try_from(column) == Ok(shown) {
        return text;
    }
    ["\n", "\u{1b}"].iter().fold(text, |text, end| {
        text.replacen(&format!("{path}:{line}:{shown}{end}"), &format!("{path}:{line}:{column}{end}"), 1)
    })
}

/// Returns true if a label fits beside the mark. A longer one is written below the excerpt.
fn fits(label: &str) -> bool {
    label.chars().count() <= LABEL_WIDTH
}

fn write_path(location: &Location) -> String {
    let side = match location.side {
        Side::Old => " (before the change)",
        Side::New => "",
    };
    format!("{}{side}", terminal(&location.path.to_string()))
}

fn list_notes(judged: &Judged) -> Vec<(&'static str, String)> {
    let finding = &judged.finding;
    let before = finding.location.iter().filter_map(|location| location.label.clone());
    let mut notes: Vec<(&'static str, String)> = before
        .filter(|label| !fits(label))
        .map(|label| ("before", label.strip_prefix("was ").unwrap_or(&label).to_owned()))
        .collect();
    notes.extend(finding.notes.iter().map(|note| (note.label, note.text.clone())));
    if let Some(commit) = &finding.commit {
        notes.push(("commit", commit.short().to_owned()));
    }
    if judged.decision.enforcement == Enforcement::Approve {
        notes.push(("approval", describe_approval(judged)));
    }
    notes.push(("policy", write_policy_line(&judged.decision.origin)));
    if matches!(finding.subject, Subject::Object { .. }) && judged.decision.enforcement != Enforcement::Warn {
        notes.push(("fingerprint", finding.fingerprint().to_string()));
    }
    if let Some(accepted) = &judged.decision.waived {
        notes.push(("waived", format!("{}: {}", accepted.terms(), accepted.reason())));
    }
    if let Some(suggestion) = finding.suggestion.as_ref().filter(|_| is_open(judged)) {
        notes.push(("change to", suggestion.excerpt().to_owned()));
    }
    if !finding.remediation.is_empty() {
        notes.push(("help", finding.remediation.clone()));
    }
    notes
}

/// Returns true if no one has accepted the finding as it is.
fn is_open(judged: &Judged) -> bool {
    match judged.effect() {
        Effect::Denies | Effect::AwaitsApproval | Effect::Warns => true,
        Effect::Approved | Effect::Waived => false,
    }
}

fn write_closing(report: &Report) -> String {
    let all = || report.sections.iter().flat_map(|section| &section.judgement.findings);
    let count = |wanted: &[Effect]| all().filter(|judged| wanted.contains(&judged.effect())).count();
    let errors = count(&[Effect::Denies, Effect::AwaitsApproval]);
    let warnings = count(&[Effect::Warns]);
    let counts = format!("{}, {}", plural(errors, "error"), plural(warnings, "warning"));
    let explain = all().next().map(|judged| format!(" Run `portcullis explain {}`.", judged.finding.check));
    let explain = explain.unwrap_or_default();
    let forced = report.sections.iter().any(|section| section.judgement.forced.is_some());
    match report.verdict() {
        Verdict::Accept if forced => format!("accepted: FORCED despite {counts}.{explain}"),
        Verdict::Accept if warnings == 0 => "accepted".to_owned(),
        Verdict::Accept => format!("accepted: {}.{explain}", plural(warnings, "warning")),
        Verdict::Reject => format!("rejected: {counts}.{explain}{}", how_to_waive(report)),
        Verdict::Undecided => {
            format!("rejected: some checks could not be completed ({counts})")
        }
    }
}

/// Names the command that accepts a finding for a while, if a finding is one that waivers can cover.
fn how_to_waive(report: &Report) -> &'static str {
    let mut findings = report.sections.iter().flat_map(|section| &section.judgement.findings);
    let can_be_waived = findings.any(|judged| {
        judged.effect() == Effect::Denies && matches!(judged.finding.subject, Subject::Object { .. })
    });
    if can_be_waived {
        "\nTo accept a finding for a while, run `portcullis waive FINGERPRINT` in a clone."
    } else {
        ""
    }
}

/// Escapes a text, and breaks it at spaces.
fn wrap(text: &str, width: usize) -> String {
    let escaped = text.lines().map(terminal).collect::<Vec<_>>().join(" ");
    // A word is never cut, so that a path or a command can be copied.
    let options = Options::new(width)
        .break_words(false)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::fill(&escaped, options)
}

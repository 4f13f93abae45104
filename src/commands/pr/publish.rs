//! Sends a judgement to the forge, and says what could not be sent.
//!
//! The status comes first, and is what a required check reads. Everything else is for people; that it cannot be
//! written changes no verdict.

use super::settings::Settings;
use super::{Judged, Run};
use crate::cli::{CommentArgument, PullRequestArguments};
use crate::host::ForgeError;
use crate::host::api::{
    CommitStatus, Forge, Freshness, LineNote, LineProposal, NoteLevel, NoteRun, Occasion, StatusState,
};
use crate::report::{
    Annotation, AnnotationLevel, Report, Section, SuggestionComment, annotations, comment, status_line,
    suggestions,
};
use crate::verdict::Verdict;

/// Says it, and returns the report with what could not be said.
pub(super) fn publish(run: &Run<'_>, judged: &Judged, mut report: Report) -> Report {
    let Run { arguments, settings, forge, .. } = *run;
    let mut notices: Vec<String> =
        judged.target.pull.iter().filter_map(|pull| staleness(forge, &pull.target)).collect();
    add(&mut report, &mut notices);
    let page = Some(settings.page()).filter(|page| page.starts_with("https://"));
    report.sections.iter_mut().for_each(|section| section.repository.clone_from(&page));
    if arguments.publish.dry_run {
        notices.push("nothing is sent to the forge (--dry-run)".into());
    } else {
        notices.extend(tell(run, judged, &report));
    }
    add(&mut report, &mut notices);
    report
}

fn add(report: &mut Report, notices: &mut Vec<String>) {
    if let Some(section) = report.sections.last_mut() {
        section.notices.append(notices);
    }
}

/// Whether the verdict still holds when the target branch moves.
fn staleness(forge: &dyn Forge, target: &str) -> Option<String> {
    match forge.branch_rules(target).map(|rules| rules.freshness) {
        Ok(Freshness::UpToDate | Freshness::Queue) => None,
        Ok(Freshness::Stale) => Some(format!(
            "if {target} moves, this is not judged again before it is merged: require branches to be up to \
             date, or use a merge queue"
        )),
        Ok(Freshness::Unknown) => {
            Some(format!("could not determine whether this is judged again when {target} moves"))
        }
        Err(error) => Some(format!(
            "could not determine whether this is judged again when {target} moves: \
            {error}"
        )),
    }
}

fn tell(run: &Run<'_>, judged: &Judged, report: &Report) -> Vec<String> {
    let Run { arguments, settings, forge, .. } = *run;
    let mut unsaid = Vec::new();
    let mut note = |what: &str, said: Result<(), ForgeError>| {
        unsaid.extend(said.err().map(|error| format!("could not write {what}: {error}")));
    };
    let status = status(arguments, settings, judged, report);
    note("the status", forge.set_status(&judged.target.commit, &status));
    if arguments.publish.annotations {
        let notes: Vec<LineNote> = annotations(report).into_iter().map(line_note).collect();
        let run =
            NoteRun { name: format!("{} findings", status.context), summary: status.description.clone() };
        note("the annotations", forge.annotate(&judged.target.commit, &run, &notes));
    }
    let Some(pull) = &judged.target.pull else { return unsaid };
    let context = &arguments.context;
    let text = comment(report, context);
    let wanted = match arguments.publish.comment {
        CommentArgument::Never => None,
        CommentArgument::Always => Some(Occasion::Anew),
        CommentArgument::Findings if found_something(report) => Some(Occasion::Anew),
        CommentArgument::Findings => Some(Occasion::Over),
    };
    if let Some(occasion) = wanted {
        note("the comment", forge.write_comment(pull.number, &context.marker(), &text, occasion));
    }
    if arguments.publish.suggestions {
        let proposals: Vec<LineProposal> = suggestions(report).into_iter().map(proposal).collect();
        note("suggestions", forge.propose(pull, &proposals));
    }
    unsaid
}

fn proposal(suggestion: SuggestionComment) -> LineProposal {
    let SuggestionComment { path, start_line, line, body } = suggestion;
    LineProposal { path, start_line: start_line.unwrap_or(line), end_line: line, body }
}

fn status(
    arguments: &PullRequestArguments,
    settings: &Settings,
    judged: &Judged,
    report: &Report,
) -> CommitStatus {
    let state = match report.verdict() {
        Verdict::Accept => StatusState::Success,
        Verdict::Reject => StatusState::Failure,
        Verdict::Undecided => StatusState::Error,
    };
    CommitStatus {
        context: arguments.context.status_name(judged.target.beside.as_deref()),
        state,
        description: status_line(report),
        target_url: settings.run_page.clone(),
    }
}

/// Whether there is more to read than that nothing was found.
fn found_something(report: &Report) -> bool {
    let says =
        |section: &Section| !section.judgement.findings.is_empty() || !section.judgement.undecided.is_empty();
    report.sections.iter().any(says)
}

fn line_note(annotation: Annotation) -> LineNote {
    let level = match annotation.level {
        AnnotationLevel::Failure => NoteLevel::Failure,
        AnnotationLevel::Warning => NoteLevel::Warning,
        AnnotationLevel::Notice => NoteLevel::Notice,
    };
    let Annotation { path, start_line, end_line, columns, level: _, title, message, raw_details } =
        annotation;
    LineNote { path, start_line, end_line, columns, level, title, message, details: raw_details }
}

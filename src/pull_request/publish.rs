//! Sends a judgement to the forge, and reports messages that could not be sent.
//!
//! In: the report of a run. Out: the status, and messages for people; the report with notices about them. Never: changes
//! the verdict because a message for people failed. The status comes first, and a required check reads only that.

use super::options::{CommentOccasion, Delivery, Extra};
use super::run::{Run, VerdictTarget};
use crate::host::ForgeError;
use crate::host::api::{
    CommitStatus, Forge, Freshness, LineNote, LineProposal, NoteLevel, NoteRun, Occasion, PullRequest,
    PullState, StatusState,
};
use crate::report::{
    Annotation, AnnotationLevel, Report, SuggestionComment, annotations, comment, status_line, suggestions,
};
use crate::verdict::Verdict;

/// Sends the report, and returns it with notices.
pub(super) fn publish(run: &Run<'_>, target: &VerdictTarget, mut report: Report) -> Report {
    if let Some(pull) = &target.pull {
        add_notices(&mut report, warn_of_outdating(&*run.forge, &pull.target));
    }
    let page = Some(run.settings.page()).filter(|page| page.starts_with("https://"));
    report.sections.iter_mut().for_each(|section| section.repository.clone_from(&page));
    match run.settings.options.publish.delivery {
        Delivery::DryRun => {
            add_notices(&mut report, ["nothing is sent to the forge (--dry-run)".to_owned()]);
        }
        Delivery::Forge => {
            let notices = match target.pull.as_ref().map(|pull| pull.state) {
                Some(PullState::Merged) => vec![MERGED.to_owned()],
                Some(PullState::Open | PullState::Closed) | None => {
                    Messages { run, target, report: &report, failures: Vec::new() }.send()
                }
            };
            add_notices(&mut report, notices);
        }
    }
    report
}

fn add_notices(report: &mut Report, notices: impl IntoIterator<Item = String>) {
    if let Some(section) = report.sections.last_mut() {
        section.notices.extend(notices.into_iter().map(|notice| join_lines(&notice)));
    }
}

/// A notice is one line; an error has another one with advice.
pub(super) fn join_lines(text: &str) -> String {
    text.lines().map(str::trim).collect::<Vec<_>>().join("; ")
}

/// Warns if the verdict may become outdated when the target branch moves.
fn warn_of_outdating(forge: &dyn Forge, target: &str) -> Option<String> {
    match forge.branch_rules(target).map(|rules| rules.freshness) {
        Ok(Freshness::UpToDate | Freshness::Queue) => None,
        Ok(Freshness::Stale) => Some(format!(
            "if {target} moves, this is not judged again before it is merged: require branches to be up to \
             date, or use a merge queue"
        )),
        Ok(Freshness::Unknown) => {
            Some(format!("could not determine whether this is judged again when {target} moves"))
        }
        Err(error) => {
            Some(format!("could not determine whether this is judged again when {target} moves: {error}"))
        }
    }
}

/// Why nothing is sent about a merged pull request: nothing is left to merge, so it would be green whatever was merged.
const MERGED: &str = "the pull request is merged, so its status and comment stay as they are";

/// The messages of a run, and those that failed.
struct Messages<'a> {
    run: &'a Run<'a>,
    target: &'a VerdictTarget,
    report: &'a Report,
    failures: Vec<String>,
}

impl Messages<'_> {
    /// Sends every message that the options ask for. Returns the failures.
    fn send(mut self) -> Vec<String> {
        let (forge, options) = (&*self.run.forge, &self.run.settings.options.publish);
        let status = self.build_status();
        self.note("the status", forge.set_status(&self.target.commit, &status));
        if options.annotations == Extra::Send {
            self.note("the annotations", self.annotate(&status));
        }
        if let Some(pull) = &self.target.pull {
            self.note("the comment", self.write_comment(pull));
            if options.suggestions == Extra::Send {
                let proposals: Vec<LineProposal> =
                    suggestions(self.report).into_iter().map(convert_suggestion).collect();
                self.note("suggestions", forge.propose(pull, &proposals));
            }
        }
        self.failures
    }

    fn note(&mut self, message: &str, result: Result<(), ForgeError>) {
        if let Err(error) = result {
            self.failures.push(format!("could not write {message}: {error}"));
        }
    }

    fn build_status(&self) -> CommitStatus {
        let state = match self.report.verdict() {
            Verdict::Accept => StatusState::Success,
            Verdict::Reject => StatusState::Failure,
            Verdict::Undecided => StatusState::Error,
        };
        let settings = self.run.settings;
        CommitStatus {
            context: settings.options.context.status_name(self.target.other_branch.as_deref()),
            state,
            description: status_line(self.report),
            target_url: settings.run_page.clone(),
        }
    }

    fn annotate(&self, status: &CommitStatus) -> Result<(), ForgeError> {
        let notes: Vec<LineNote> = annotations(self.report).into_iter().map(convert_annotation).collect();
        let run =
            NoteRun { name: format!("{} findings", status.context), summary: status.description.clone() };
        self.run.forge.annotate(&self.target.commit, &run, &notes)
    }

    fn write_comment(&self, pull: &PullRequest) -> Result<(), ForgeError> {
        let options = &self.run.settings.options;
        let occasion = match options.publish.comment {
            CommentOccasion::Never => return Ok(()),
            CommentOccasion::Always => Occasion::Anew,
            CommentOccasion::Findings if has_news(self.report) => Occasion::Anew,
            CommentOccasion::Findings => Occasion::Over,
        };
        let text = comment(self.report, &options.context);
        self.run.forge.write_comment(pull.number, &options.context.marker(), &text, occasion)
    }
}

fn convert_suggestion(suggestion: SuggestionComment) -> LineProposal {
    let SuggestionComment { path, start_line, line, body } = suggestion;
    LineProposal { path, start_line: start_line.unwrap_or(line), end_line: line, body }
}

/// Reports whether there is more to read than that nothing was found.
fn has_news(report: &Report) -> bool {
    let mut judgements = report.sections.iter().map(|section| &section.judgement);
    judgements.any(|judgement| !judgement.findings.is_empty() || !judgement.undecided.is_empty())
}

fn convert_annotation(annotation: Annotation) -> LineNote {
    let level = match annotation.level {
        AnnotationLevel::Failure => NoteLevel::Failure,
        AnnotationLevel::Warning => NoteLevel::Warning,
        AnnotationLevel::Notice => NoteLevel::Notice,
    };
    let Annotation { path, start_line, end_line, columns, level: _, title, message, raw_details } =
        annotation;
    LineNote { path, start_line, end_line, columns, level, title, message, details: raw_details }
}

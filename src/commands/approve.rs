//! `approve`: a statement about a change, signed with the key that git is configured to sign with.

use std::time::{Duration, Instant};

use super::change::ProposedChange;
use super::error::{CommandError, Exit};
use super::output::print;
use crate::approval::Statement;
use crate::cli::ApproveArguments;
use crate::evidence::Purpose;
use crate::git_program::GitProgram;
use crate::policy::Age;
use crate::report::{Format, Report, Section, Style, shell_word, terminal};
use source_files::ObjectId;

pub(super) fn run(arguments: &ApproveArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let change = ProposedChange::find(&arguments.change)?;
    let statement = statement(arguments, &change)?;
    let section = change.session.judge_planned(&change.planned)?;
    print(&what_is_approved(&section, begin.elapsed()))?;
    if arguments.dry_run {
        print(&format!("\nwould sign:\n{statement}"))?;
        return Ok(Exit::Accept);
    }
    let ref_name = sign(arguments, &change, &statement)?;
    print(&format!(
        "\nsigned {ref_name}\n  it counts once it is on the server: git push {} {}\n",
        shell_word(&arguments.change.remote),
        shell_word(&ref_name)
    ))?;
    Ok(Exit::Accept)
}

fn statement(arguments: &ApproveArguments, change: &ProposedChange) -> Result<Statement, CommandError> {
    let asked = &change.asked;
    let repository = asked.repository.clone().ok_or_else(|| {
        CommandError::Argument(
            "the policy names no `repository`, so an approval could be replayed in another repository: add \
             `repository: <organisation>/<name>` to the policy first"
                .into(),
        )
    })?;
    let age = Age::parse(&arguments.expires).ok_or_else(|| {
        CommandError::Argument(format!(
            "--expires `{}`: write days as `7d`, hours as `12h`",
            arguments.expires
        ))
    })?;
    let age = asked.longest.map_or(age.duration(), |longest: Duration| age.duration().min(longest));
    let statement = Statement {
        purpose: if arguments.overrides { Purpose::Override } else { Purpose::Approval },
        repository,
        ref_name: asked.ref_name.clone(),
        base: asked.base.clone(),
        tree: asked.tree.clone(),
        trust: asked.trust.clone(),
        floor: asked.floor.clone(),
        not_after: whole_seconds(asked.now) + age,
        reason: arguments.reason.trim().to_owned(),
        reviewer: Vec::new(),
    };
    statement.check().map_err(|problem| CommandError::Argument(problem.to_string()))?;
    Ok(statement)
}

fn whole_seconds(time: chrono::DateTime<chrono::Utc>) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(time.timestamp(), 0).unwrap_or(time)
}

/// The judgement as the server would give it, so that no one signs what they have not seen.
fn what_is_approved(section: &Section, elapsed: Duration) -> String {
    let (base, tip) = &section.range;
    let read = match (base, tip) {
        (Some(base), Some(tip)) => format!("read the change: git diff {} {}\n", base.short(), tip.short()),
        (Some(_) | None, _) => String::new(),
    };
    let report = Report { sections: vec![section.clone()], elapsed, requests: 0 };
    format!(
        "{read}the gate's judgement without this statement:\n\n{}",
        report.render(Format::Human, Style::PLAIN, &[])
    )
}

/// Makes the tag object by git, takes it out of `refs/tags/` and stores it where the server expects it.
fn sign(
    arguments: &ApproveArguments,
    change: &ProposedChange,
    statement: &Statement,
) -> Result<String, CommandError> {
    let folder = &arguments.change.repo;
    let tip = change.planned.tip.as_ref().map(ObjectId::as_str).unwrap_or_default();
    let name = statement.purpose.tag_name();
    let temporary = format!("refs/tags/{name}");
    let options = ["tag", "--sign", "--force", "--cleanup=verbatim", "--file=-", name, tip];
    GitProgram::in_folder(folder).run_as_user(&options, &statement.to_string())?;
    let object = GitProgram::in_folder(folder).run_as_user(&["rev-parse", "--verify", &temporary], "")?;
    GitProgram::in_folder(folder).run_as_user(&["update-ref", "-d", &temporary, &object], "")?;
    let object =
        ObjectId::parse(&object).ok_or_else(|| CommandError::Statement(terminal(&object).into_owned()))?;
    let ref_name = statement.stored_as(&object);
    change.session.statement(&ref_name, &object).map_err(CommandError::Statement)?;
    GitProgram::in_folder(folder).run_as_user(&["update-ref", &ref_name, object.as_str()], "")?;
    Ok(ref_name)
}

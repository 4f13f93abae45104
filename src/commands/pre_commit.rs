//! `pre-commit`: the staged changes, judged against HEAD.

use std::time::Instant;

use super::error::{CommandError, Exit};
use super::output::Destination;
use crate::cli::ReportArguments;
use crate::push::index_file;
use crate::report::Report;
use crate::unpushed::judge_index;

pub(super) fn run(arguments: &ReportArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let section = judge_index(&arguments.repo, index_file().as_deref()).map_err(|error| {
        CommandError::from(error).with_hint(
            "correct the policy and stage it: a staged policy that can be used is judged by itself; `git commit \
             --no-verify` leaves this hook out, and the server judges the push all the same",
        )
    })?;
    let report = Report { sections: vec![section], elapsed: begin.elapsed(), requests: 0 };
    Destination::of(arguments).write(&report)
}

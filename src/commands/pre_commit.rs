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
    let section = judge_index(&arguments.repo, index_file().as_deref())?;
    let report = Report { sections: vec![section], elapsed: begin.elapsed(), requests: 0 };
    Destination::of(arguments).write(&report)
}

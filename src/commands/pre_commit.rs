//! `pre-commit`: what is staged against HEAD, blobs from the index, never from the work tree.

use std::time::{Instant, SystemTime};

use super::error::{CommandError, Exit};
use super::output::Destination;
use crate::cli::ReportArguments;
use crate::gate::{Session, rules_of, waivers_notice};
use crate::git::{BLOB_LIMIT, Repository, staged};
use crate::pipeline::{Change, evaluate};
use crate::push::index_file;
use crate::report::{Report, Section};
use crate::verdict::Mode;

pub(super) fn run(arguments: &ReportArguments) -> Result<Exit, CommandError> {
    let begin = Instant::now();
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let new = staged(&repository, index_file().as_deref())?;
    let session = Session::open(repository, None, SystemTime::now())?;
    let governing = session.policy(None)?;
    let old = session.governing_snapshot();
    let evidence = session.uncommitted(&governing, &new);
    let blobs = session.repository.blobs();
    let change = Change { old, new: &new, blobs: &*blobs, evidence: &evidence, mode: Mode::BeforeCommit };
    let judgement = evaluate(&change, &rules_of(&governing), session.today());
    let mut section = Section::of("the index", judgement);
    section.notices.push("not evaluated here: signatures, history, owners' approval, trust files".into());
    section.notices.extend(waivers_notice(&governing, session.today()));
    let report = Report { sections: vec![section], elapsed: begin.elapsed(), requests: 0 };
    Destination::of(arguments).write(&report)
}

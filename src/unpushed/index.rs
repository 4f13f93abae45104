//! The staged changes, judged against HEAD.
//!
//! In: a work tree. Out: a section. Never: reads a file of the work tree: contents come from the index.

use std::path::Path;
use std::time::SystemTime;

use super::NOT_EVALUATED;
use super::error::UnpushedError;
use crate::gate::{Session, rules_of, waivers_notice};
use crate::git::{BLOB_LIMIT, Repository, staged};
use crate::pipeline::{Change, evaluate};
use crate::report::Section;
use crate::verdict::Mode;

/// Judges the staged changes of a work tree, in its index or in another one that git names.
pub fn judge_index(folder: &Path, index: Option<&Path>) -> Result<Section, UnpushedError> {
    let repository = Repository::discover(folder, BLOB_LIMIT)?;
    let new = staged(&repository, index)?;
    let session = Session::open(repository, None, SystemTime::now())?;
    let governing = session.policy_before_commit(&new)?;
    let old = session.governing_snapshot();
    let evidence = session.uncommitted(&governing, &new);
    let blobs = session.repository.blobs();
    let change = Change { old, new: &new, blobs: &*blobs, evidence: &evidence, mode: Mode::BeforeCommit };
    let judgement = evaluate(&change, &rules_of(&governing), session.today());
    let mut section = Section::of("the index", judgement);
    section.notices.push(NOT_EVALUATED.into());
    section.notices.extend(waivers_notice(&governing, session.today()));
    Ok(section)
}

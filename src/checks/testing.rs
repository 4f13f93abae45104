//! For the unit tests of checks that judge evidence only.

use chrono::NaiveDate;

use super::{CheckSet, Context, Facts, Settings, run_all};
use crate::evidence::RefEvidence;
use crate::finding::Finding;
use crate::world::World;
use kube_schema::SchemaStore;

/// The findings of one check in evidence alone.
pub(super) fn findings(check: &str, evidence: &RefEvidence) -> Vec<Finding> {
    let (old, new) = (World::default(), World::default());
    let checks = CheckSet::built_in();
    let facts = Facts::of(Vec::new, SchemaStore::default, || None);
    let settings = Settings { check_ids: &checks.ids(), ..Settings::default() };
    let context = Context::new((&old, &new, &[]), evidence, NaiveDate::MIN, settings, &facts);
    run_all(&checks, &context, |id| id == check).findings
}

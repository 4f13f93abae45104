//! For the unit tests of checks that judge evidence only.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{CheckSet, Context, Outcomes, run_all};
use crate::evidence::RefEvidence;
use crate::finding::Finding;
use crate::world::World;
use kube_schema::SchemaStore;

/// What one check finds in evidence alone.
pub(super) fn findings(check: &str, evidence: &RefEvidence) -> Vec<Finding> {
    let (old, new, schemas) = (World::default(), World::default(), SchemaStore::default());
    let checks = CheckSet::built_in();
    let context = Context {
        old: &old,
        new: &new,
        changes: &[],
        unchanged: &[],
        evidence,
        clusters: &[],
        schemas: &schemas,
        today: NaiveDate::MIN,
        presence: None,
        check_ids: &checks.ids(),
        annotations: &BTreeSet::new(),
        image_kinds: &[],
        outcomes: Outcomes::default(),
    };
    run_all(&checks, &context, |id| id == check).findings
}

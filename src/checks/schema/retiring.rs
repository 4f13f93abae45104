//! The API version of an object and the versions of its cluster.
//!
//! In: an object. Out: what Kubernetes has done with its API version there. Never: says it of custom
//! kinds.

use super::brought::select_versions;
use crate::checks::Context;
use crate::world::Placed;
use kube_model::KubernetesVersion;
use kube_schema::{Retirement, retirement};

/// The end of the object's API version, as far as its cluster has come.
#[derive(Debug)]
pub(super) struct Retiring {
    /// The facts.
    pub(super) retirement: Retirement,
    /// The target versions that no longer serve it; if empty, it is deprecated.
    pub(super) gone_in: Vec<KubernetesVersion>,
}

/// The retirement of the object's API version in its cluster; `None` if no target version is affected.
pub(super) fn find_retiring(placed: &Placed, context: &Context<'_>) -> Option<Retiring> {
    let retirement = retirement(&placed.object.api_version, &placed.object.kind)?;
    let versions = select_versions(placed, context);
    let reached = |version: &KubernetesVersion| {
        let deprecated = retirement.deprecated.is_some_and(|release| release.has_reached(*version));
        deprecated || is_gone(&retirement, *version)
    };
    let gone_in = versions.iter().filter(|version| is_gone(&retirement, **version)).copied().collect();
    versions.iter().any(reached).then_some(Retiring { retirement, gone_in })
}

fn is_gone(retirement: &Retirement, version: KubernetesVersion) -> bool {
    retirement.removed.is_some_and(|release| release.has_reached(version))
}

/// Whether some target version no longer serves the object's API version.
pub(super) fn is_removed(placed: &Placed, context: &Context<'_>) -> bool {
    find_retiring(placed, context).is_some_and(|retiring| !retiring.gone_in.is_empty())
}

//! The older branch protection. Only administrators may read it, but everyone may see whether there is one.

use super::wire::{Branch, ClassicReviews, ClassicStatuses, Enabled, GithubProtection, demand_of};
use super::{Github, read_setting};
use crate::host::api::enforcement::{
    Barrier, Bypass, Gap, Layer, Pushes, Reach, ReviewDemands, Setting, Statuses,
};
use crate::host::api::model::{ContextForm, Freshness, RequiredStatus};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::ForgeError;

const NAME: &str = "the branch protection";

/// The known part of a branch protection.
#[derive(Debug, Default)]
pub(super) struct Classic {
    pub(super) layer: Option<Layer>,
    /// The reason why there may be more.
    pub(super) hidden: Option<String>,
}

pub(super) fn read(github: &Github, branch: &str) -> Result<Classic, ForgeError> {
    let path = github.repository(&format!("/branches/{}", escape_segment(branch)));
    match read_setting(github.http.get::<GithubProtection>(&format!("{path}/protection")))? {
        Setting::Known(protection) => Ok(Classic { layer: Some(describe_whole(protection)), hidden: None }),
        Setting::Hidden(reason) => Ok(match read_setting(github.http.get::<Branch>(&path))? {
            Setting::Known(branch) => describe_partly(branch, &reason),
            Setting::Hidden(reason) => Classic { layer: None, hidden: Some(reason) },
        }),
    }
}

/// Returns the visible part. A branch that is not protected has nothing to hide.
fn describe_partly(branch: Branch, reason: &str) -> Classic {
    let enabled = branch.protection.as_ref().and_then(|protection| protection.enabled);
    let absent = enabled.map_or(!branch.protected, |enabled| !enabled);
    if absent {
        return Classic::default();
    }
    let reason = format!("{reason}\n  the token needs `administration: read` to see the branch protection");
    let statuses = branch.protection.and_then(|protection| protection.required_status_checks);
    let layer = statuses.map(|statuses| Layer {
        statuses: Statuses::Named(list_required(&statuses)),
        bypass: Setting::Hidden(reason.clone()),
        reviews: Setting::Hidden(reason.clone()),
        ..Layer::open(NAME)
    });
    Classic { layer, hidden: Some(reason) }
}

fn describe_whole(protection: GithubProtection) -> Layer {
    let statuses = protection.required_status_checks;
    let freshness = match &statuses {
        Some(statuses) if statuses.strict => Freshness::UpToDate,
        Some(_) | None => Freshness::Stale,
    };
    let reviews = protection.required_pull_request_reviews;
    Layer {
        bypass: Setting::Known(list_administrators(protection.enforce_admins.as_ref())),
        statuses: Statuses::Named(statuses.as_ref().map(list_required).unwrap_or_default()),
        freshness,
        pushes: if reviews.is_some() { Pushes::Nobody } else { Pushes::WithStatuses },
        force_pushes: barrier_unless(protection.allow_force_pushes.as_ref()).into(),
        deletion: barrier_unless(protection.allow_deletions.as_ref()),
        unsigned_commits: match protection.required_signatures {
            Some(Enabled { enabled: true }) => Barrier::Blocked,
            Some(Enabled { enabled: false }) | None => Barrier::Open,
        },
        gaps: reviews.as_ref().and_then(find_bypass_gap).into_iter().collect(),
        reviews: Setting::Known(reviews.as_ref().map(demands_of)),
        ..Layer::open(NAME)
    }
}

/// Converts the required statuses. The app -1 means any app.
fn list_required(statuses: &ClassicStatuses) -> Vec<RequiredStatus> {
    let checks = statuses.checks.iter().flatten();
    let app = |number: i64| u64::try_from(number).ok();
    checks
        .map(|check| RequiredStatus {
            context: check.context.clone(),
            form: ContextForm::Name,
            app: check.app_id.and_then(app),
        })
        .collect()
}

/// Returns the bypass of administrators. A protection applies to them only if `enforce_admins` is set.
fn list_administrators(enforced: Option<&Enabled>) -> Vec<Bypass> {
    match enforced {
        Some(Enabled { enabled: true }) => Vec::new(),
        Some(Enabled { enabled: false }) | None => {
            vec![Bypass { who: "administrators of the repository".into(), reach: Reach::Named }]
        }
    }
}

/// Returns a barrier that is blocked only if the setting is off. A missing setting does not prove a barrier.
fn barrier_unless(allowed: Option<&Enabled>) -> Barrier {
    match allowed {
        Some(Enabled { enabled: false }) => Barrier::Blocked,
        Some(Enabled { enabled: true }) | None => Barrier::Open,
    }
}

fn find_bypass_gap(reviews: &ClassicReviews) -> Option<Gap> {
    let allowances = reviews.bypass_pull_request_allowances.as_ref()?;
    (!allowances.is_empty()).then_some(Gap::ReviewsBypassed)
}

fn demands_of(reviews: &ClassicReviews) -> ReviewDemands {
    ReviewDemands {
        approvals: reviews.required_approving_review_count,
        dismissed_on_push: demand_of(reviews.dismiss_stale_reviews),
        last_push: demand_of(reviews.require_last_push_approval),
        code_owners: demand_of(reviews.require_code_owner_reviews),
    }
}

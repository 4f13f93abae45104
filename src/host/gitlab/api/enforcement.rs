//! The rules that GitLab enforces on a branch: the project's settings, its protected branches, its approval settings.
//!
//! In: a branch. Out: facts. Never: takes a setting that is left out of a reply for one that is off.

use serde::Deserialize;

use super::Gitlab;
use crate::host::api::enforcement::{
    Barrier, Demand, Enforcement, Gap, Layer, Pushes, ReviewDemands, Setting, Statuses,
};
use crate::host::api::model::Freshness;
use crate::host::forge_error::{ForgeError, Method};

/// The access level that may push to branches without protection.
const DEVELOPER: u32 = 30;

#[derive(Deserialize)]
struct Settings {
    default_branch: Option<String>,
    only_allow_merge_if_pipeline_succeeds: Option<bool>,
    allow_merge_on_skipped_pipeline: Option<bool>,
    ci_config_path: Option<String>,
    merge_method: Option<String>,
    merge_trains_enabled: Option<bool>,
    merge_trains_skip_train_allowed: Option<bool>,
}

#[derive(Deserialize)]
struct ProtectedBranch {
    name: String,
    push_access_levels: Vec<Permission>,
    #[serde(default)]
    allow_force_push: bool,
    #[serde(default)]
    code_owner_approval_required: bool,
}

#[derive(Deserialize)]
struct Permission {
    access_level: Option<u32>,
    access_level_description: Option<String>,
    #[serde(default)]
    user_id: Option<u64>,
    #[serde(default)]
    group_id: Option<u64>,
    #[serde(default)]
    deploy_key_id: Option<u64>,
}

#[derive(Deserialize)]
struct ApprovalSettings {
    #[serde(default)]
    approvals_before_merge: u64,
    reset_approvals_on_push: bool,
    merge_requests_author_approval: Option<bool>,
    merge_requests_disable_committers_approval: Option<bool>,
    disable_overriding_approvers_per_merge_request: Option<bool>,
}

#[derive(Deserialize)]
struct PushRule {
    reject_unsigned_commits: Option<bool>,
}

/// Reads the facts, of the default branch if none is named.
pub(super) fn read(gitlab: &Gitlab, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
    let path = gitlab.below("");
    let settings: Settings = gitlab.http.get(&path)?;
    let default_branch = settings.default_branch.clone();
    let default_branch = default_branch
        .ok_or_else(|| ForgeError::malformed(Method::Get, &path, "the project has no default branch"))?;
    let branch = branch.unwrap_or(&default_branch).to_owned();
    let mut hidden = Vec::new();
    let mut layer = make_project_layer(&settings, &mut hidden);
    let protected: Vec<ProtectedBranch> = match gitlab.http.list(&gitlab.below("/protected_branches")) {
        Ok(protected) => protected,
        Err(error) if error.is_forbidden() => {
            hidden.push(format!("{error}\n  the token needs the scope `read_api` and the role Maintainer"));
            Vec::new()
        }
        Err(error) => return Err(error),
    };
    let matching: Vec<ProtectedBranch> =
        protected.into_iter().filter(|rule| matches(&rule.name, &branch)).collect();
    layer.pushes = pushes_of(&matching);
    layer.force_pushes = barrier_if_all(&matching, |rule| !rule.allow_force_push).into();
    layer.deletion = barrier_if_all(&matching, |_| true);
    layer.reviews = read_reviews(gitlab, &matching, &mut layer.gaps)?;
    layer.unsigned_commits = read_unsigned(gitlab)?;
    Ok(Enforcement {
        branch,
        default_branch,
        layers: vec![layer],
        hidden,
        workflow_app: Setting::Known(None),
        workflows: Setting::Known(Vec::new()),
        owners_problems: Setting::Known(Vec::new()),
        server_hooks: Setting::Known(Vec::new()),
        around_hook: None,
    })
}

fn make_project_layer(settings: &Settings, hidden: &mut Vec<String>) -> Layer {
    let mut layer = Layer::open("the project's settings");
    match settings.only_allow_merge_if_pipeline_succeeds {
        Some(true) => layer.statuses = Statuses::WholePipeline,
        Some(false) => {}
        None => hidden.push("the token cannot read the project's settings for merge requests".into()),
    }
    layer.freshness = match (settings.merge_trains_enabled, settings.merge_method.as_deref()) {
        // A train combines requests after each was judged alone.
        (Some(true), _) => Freshness::Stale,
        (_, Some("ff" | "rebase_merge")) => Freshness::UpToDate,
        (_, Some(_)) => Freshness::Stale,
        (_, None) => Freshness::Unknown,
    };
    if settings.allow_merge_on_skipped_pipeline == Some(true) {
        layer.gaps.push(Gap::SkippedPipelinePasses);
    }
    if settings.merge_trains_enabled == Some(true) && settings.merge_trains_skip_train_allowed == Some(true) {
        layer.gaps.push(Gap::QueueSkippable);
    }
    if !settings.ci_config_path.as_deref().is_some_and(is_elsewhere) {
        layer.gaps.push(Gap::PipelineFromMergeRequest);
    }
    layer
}

/// Returns true if a merge request cannot edit this description of the pipeline: `file.yml@group/project`, or an
/// address. Any other name is a file of the project itself.
fn is_elsewhere(path: &str) -> bool {
    let in_project = [".yml@", ".yaml@"].into_iter().any(|mark| {
        path.split_once(mark).is_some_and(|(file, project)| !file.is_empty() && project.contains('/'))
    });
    in_project || path.starts_with("https://")
}

/// Returns the accounts that may push. Of several rules for a branch the most permissive applies.
fn pushes_of(matching: &[ProtectedBranch]) -> Pushes {
    if matching.is_empty() {
        return Pushes::AnyWriter;
    }
    let levels = matching.iter().flat_map(|rule| &rule.push_access_levels);
    let allowed: Vec<&Permission> = levels.filter(|access| access.access_level != Some(0)).collect();
    let anybody =
        |access: &&Permission| access.is_role() && access.access_level.is_none_or(|level| level <= DEVELOPER);
    if allowed.iter().any(anybody) {
        return Pushes::AnyWriter;
    }
    let mut names: Vec<String> = allowed.into_iter().map(Permission::describe_account).collect();
    names.sort();
    names.dedup();
    if names.is_empty() { Pushes::Nobody } else { Pushes::By(names) }
}

fn barrier_if_all(matching: &[ProtectedBranch], blocks: impl Fn(&ProtectedBranch) -> bool) -> Barrier {
    if !matching.is_empty() && matching.iter().all(blocks) { Barrier::Blocked } else { Barrier::Open }
}

/// Returns the demands on reviews. Only GitLab's paid tiers have approval settings.
fn read_reviews(
    gitlab: &Gitlab,
    matching: &[ProtectedBranch],
    gaps: &mut Vec<Gap>,
) -> Result<Setting<Option<ReviewDemands>>, ForgeError> {
    let approvals: ApprovalSettings = match gitlab.http.get(&gitlab.below("/approvals")) {
        Ok(approvals) => approvals,
        Err(error) if error.is_forbidden() => {
            return Ok(Setting::Hidden(format!("{error}; GitLab's free tier does not have these settings")));
        }
        Err(error) => return Err(error),
    };
    let when = |wanted: bool, gap| wanted.then_some(gap);
    gaps.extend(when(approvals.merge_requests_author_approval != Some(false), Gap::AuthorsApprove));
    let committers = approvals.merge_requests_disable_committers_approval != Some(true);
    gaps.extend(when(committers, Gap::CommittersApprove));
    let changeable = approvals.disable_overriding_approvers_per_merge_request != Some(true);
    gaps.extend(when(changeable, Gap::ApproversChangeable));
    let required = |asked: bool| if asked { Demand::Required } else { Demand::NotRequired };
    Ok(Setting::Known(Some(ReviewDemands {
        approvals: approvals.approvals_before_merge,
        dismissed_on_push: required(approvals.reset_approvals_on_push),
        // The last pusher is among the people who added commits.
        last_push: required(!committers),
        code_owners: required(matching.iter().any(|rule| rule.code_owner_approval_required)),
    })))
}

/// Returns the barrier of the push rules. Only GitLab's paid tiers have them; a project without any returns `null`.
fn read_unsigned(gitlab: &Gitlab) -> Result<Barrier, ForgeError> {
    match gitlab.http.get::<Option<PushRule>>(&gitlab.below("/push_rule")) {
        Ok(Some(PushRule { reject_unsigned_commits: Some(true) })) => Ok(Barrier::Blocked),
        Ok(Some(_) | None) => Ok(Barrier::Open),
        Err(error) if error.is_forbidden() => Ok(Barrier::Open),
        Err(error) => Err(error),
    }
}

impl Permission {
    /// Returns true if it names a role, and not one account, group or key.
    fn is_role(&self) -> bool {
        self.user_id.is_none() && self.group_id.is_none() && self.deploy_key_id.is_none()
    }

    fn describe_account(&self) -> String {
        let described = self.access_level_description.clone();
        described.unwrap_or_else(|| format!("level {}", self.access_level.unwrap_or_default()))
    }
}

/// Returns true if the name of a protected branch matches a branch. `*` matches anything.
fn matches(pattern: &str, branch: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = branch.strip_prefix(first) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, branch, expected) in [
            ("main", "main", true),
            ("main", "maintenance", false),
            ("main", "ma", false),
            ("*", "main", true),
            ("release/*", "release/1", true),
            ("release/*", "release", false),
            ("*-stable", "1-stable", true),
            ("*-stable", "1-stable-x", false),
            ("a*b*c", "a1b2c", true),
            ("a*b*c", "a1c2b", false),
        ] {
            assert_eq!(matches(pattern, branch), expected, "{pattern} {branch}");
        }
    }

    #[test]
    fn only_another_project_or_server_is_elsewhere() {
        for path in
            ["gate.yml@acme/pipelines", "ci/gate.yaml@acme/team/ci:main", "https://example.com/ci.yml"]
        {
            assert!(is_elsewhere(path), "{path}");
        }
        for path in [
            "",
            ".gitlab-ci.yml",
            "ci:gate.yml",
            "a@b.yml",
            "x.yml@y",
            ".yml@acme/ci",
            "http://example.com/ci.yml",
        ] {
            assert!(!is_elsewhere(path), "{path}");
        }
    }

    #[test]
    fn the_most_permissive_rule_says_who_pushes() {
        let rule = |levels: serde_json::Value| -> ProtectedBranch {
            serde_json::from_value(serde_json::json!({"name": "main", "push_access_levels": levels})).unwrap()
        };
        let nobody = || rule(serde_json::json!([{"access_level": 0, "access_level_description": "No one"}]));
        let maintainers =
            || rule(serde_json::json!([{"access_level": 40, "access_level_description": "Maintainers"}]));
        let developers =
            rule(serde_json::json!([{"access_level": 30, "access_level_description": "Developers"}]));
        let key = rule(
            serde_json::json!([{"access_level": 30, "deploy_key_id": 1, "access_level_description": "key"}]),
        );
        let unknown = rule(serde_json::json!([{"access_level": null, "access_level_description": null}]));
        assert_eq!(pushes_of(&[]), Pushes::AnyWriter);
        assert_eq!(pushes_of(&[nobody()]), Pushes::Nobody);
        assert_eq!(pushes_of(&[nobody(), maintainers()]), Pushes::By(vec!["Maintainers".into()]));
        assert_eq!(pushes_of(&[maintainers(), developers]), Pushes::AnyWriter);
        assert_eq!(pushes_of(&[key]), Pushes::By(vec!["key".into()]));
        assert_eq!(pushes_of(&[unknown]), Pushes::AnyWriter);
    }
}

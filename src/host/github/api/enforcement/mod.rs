//! The rules that GitHub enforces on a branch: rulesets, the older branch protection, and the server's own hooks.
//!
//! In: a branch. Out: facts. Never: takes a refused reply for a setting that is off.

mod classic;
mod hooks;
mod rulesets;
mod wire;

use super::Github;
use crate::host::HostKind;
use crate::host::api::enforcement::{Enforcement, Layer, OwnersFileProblem, Setting};
use crate::host::api::workflow_files;
use crate::host::forge_error::ForgeError;

/// The app of GitHub Actions on github.com.
const GITHUB_ACTIONS: u64 = 15368;

/// Reads the facts, of the default branch if none is named.
pub(super) fn read(github: &Github, branch: Option<&str>) -> Result<Enforcement, ForgeError> {
    let default_branch = github.http.get::<wire::GithubRepository>(&github.repository(""))?.default_branch;
    let branch = branch.unwrap_or(&default_branch).to_owned();
    let mut hidden = Vec::new();
    let mut layers: Vec<Layer> = match rulesets::read_layers(github, &branch)? {
        Setting::Known(layers) => layers,
        Setting::Hidden(reason) => {
            hidden.push(reason);
            Vec::new()
        }
    };
    let classic = classic::read(github, &branch)?;
    layers.extend(classic.layer);
    hidden.extend(classic.hidden);
    Ok(Enforcement {
        branch,
        default_branch,
        layers,
        hidden,
        workflow_app: read_workflow_app(github)?,
        workflows: workflow_files::read(&github.http, &github.repository(""), HostKind::Github)?,
        owners_problems: read_owners_problems(github)?,
        server_hooks: hooks::read(github)?,
        around_hook: None,
    })
}

/// Returns the app of workflows. Every server and every tenant of `ghe.com` numbers its apps itself.
fn read_workflow_app(github: &Github) -> Result<Setting<Option<u64>>, ForgeError> {
    if github.http.base() == "https://api.github.com" {
        return Ok(Setting::Known(Some(GITHUB_ACTIONS)));
    }
    let app: Setting<wire::App> = read_setting(github.http.get("/apps/github-actions"))?;
    Ok(app.map(|app| Some(app.id)))
}

/// Returns the problems of the owners file on the default branch.
fn read_owners_problems(github: &Github) -> Result<Setting<Vec<OwnersFileProblem>>, ForgeError> {
    let problem = |error: wire::GithubOwnersError| OwnersFileProblem {
        path: error.path,
        line: error.line,
        kind: error.kind,
    };
    read_setting(github.http.get::<wire::GithubOwnersErrors>(&github.repository("/codeowners/errors")))
        .map(|setting| setting.map(|found| found.errors.into_iter().map(problem).collect()))
}

/// Converts an answer to a setting. A missing permission hides the setting; any other error is returned.
fn read_setting<T>(answer: Result<T, ForgeError>) -> Result<Setting<T>, ForgeError> {
    match answer {
        Ok(answer) => Ok(Setting::Known(answer)),
        Err(error) if error.is_forbidden() => Ok(Setting::Hidden(error.to_string())),
        Err(error) => Err(error),
    }
}

//! The `pre-receive` hooks of GitHub Enterprise Server, the only hooks that see every push.

use super::wire::{GithubHook, HookSettings};
use super::{Github, read_setting};
use crate::host::api::enforcement::{HookControl, HookEffect, ServerHook, Setting};
use crate::host::forge_error::{ForgeError, Method};

/// Reads the hooks of the repository. Empty if the API is not a server's.
pub(super) fn read(github: &Github) -> Result<Setting<Vec<ServerHook>>, ForgeError> {
    if !github.is_server() {
        return Ok(Setting::Known(Vec::new()));
    }
    let path = github.repository("/pre-receive-hooks");
    let hooks: Vec<GithubHook> = match read_setting(github.http.list(&path))? {
        Setting::Known(hooks) => hooks,
        Setting::Hidden(reason) => return Ok(Setting::Hidden(reason)),
    };
    hooks
        .into_iter()
        .map(|hook| describe_hook(github, hook, &path))
        .collect::<Result<_, _>>()
        .map(Setting::Known)
}

fn describe_hook(github: &Github, hook: GithubHook, path: &str) -> Result<ServerHook, ForgeError> {
    let effect = match hook.enforcement.as_str() {
        "enabled" => HookEffect::Enforced,
        "testing" => HookEffect::Testing,
        "disabled" => HookEffect::Disabled,
        other => {
            let reason = format!("a hook has the unknown enforcement `{other}`");
            return Err(ForgeError::malformed(Method::Get, path, reason));
        }
    };
    Ok(ServerHook { control: read_control(github, &hook)?, name: hook.name, effect })
}

/// Returns the people who control a hook. The level where the enforcement is set controls it, and states there whether
/// lower levels may change it.
fn read_control(github: &Github, hook: &GithubHook) -> Result<Setting<HookControl>, ForgeError> {
    let Some(address) = hook.configuration_url.as_deref() else {
        return Ok(Setting::Hidden("GitHub does not report where the hook is configured".into()));
    };
    let owner = github.project.as_str().split('/').next().unwrap_or_default();
    let settings = if address.contains("/repos/") {
        return Ok(Setting::Known(HookControl::Repository));
    } else if address.contains("/orgs/") {
        format!("/orgs/{owner}/pre-receive-hooks/{}", hook.id)
    } else {
        format!("/admin/pre-receive-hooks/{}", hook.id)
    };
    let settings: Setting<HookSettings> = read_setting(github.http.get(&settings))?;
    Ok(match settings {
        Setting::Hidden(reason) => Setting::Hidden(reason),
        Setting::Known(HookSettings { allow_downstream_configuration: Some(false) }) => {
            Setting::Known(HookControl::AboveRepository)
        }
        Setting::Known(HookSettings { allow_downstream_configuration: Some(true) }) => {
            Setting::Known(HookControl::Repository)
        }
        Setting::Known(HookSettings { allow_downstream_configuration: None }) => {
            Setting::Hidden("the forge does not report whether repositories may change the hook".into())
        }
    })
}

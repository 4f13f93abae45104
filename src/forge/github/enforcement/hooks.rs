//! The `pre-receive` hooks of GitHub Enterprise Server: the only ones that see every push.

use super::wire::{Hook, HookSettings};
use super::{Github, told};
use crate::forge::enforcement::{HookControl, HookEffect, ServerHook, Told};
use crate::forge::error::{ForgeError, Method};

/// The hooks of the repository; none where the API is not a server's.
pub(super) fn read(github: &Github) -> Result<Told<Vec<ServerHook>>, ForgeError> {
    if !github.is_server() {
        return Ok(Told::Known(Vec::new()));
    }
    let path = github.repository("/pre-receive-hooks");
    let hooks: Vec<Hook> = match told(github.http.list(&path))? {
        Told::Known(hooks) => hooks,
        Told::Hidden(reason) => return Ok(Told::Hidden(reason)),
    };
    hooks.into_iter().map(|hook| server_hook(github, hook, &path)).collect::<Result<_, _>>().map(Told::Known)
}

fn server_hook(github: &Github, hook: Hook, path: &str) -> Result<ServerHook, ForgeError> {
    let effect = match hook.enforcement.as_str() {
        "enabled" => HookEffect::Enforced,
        "testing" => HookEffect::Testing,
        "disabled" => HookEffect::Disabled,
        other => {
            let reason = format!("a hook has the unknown enforcement `{other}`");
            return Err(ForgeError::malformed(Method::Get, path, reason));
        }
    };
    Ok(ServerHook { control: control(github, &hook)?, name: hook.name, effect })
}

/// Where the enforcement is set says who may change it; whether those below may, is said there.
fn control(github: &Github, hook: &Hook) -> Result<Told<HookControl>, ForgeError> {
    let Some(address) = hook.configuration_url.as_deref() else {
        return Ok(Told::Hidden("GitHub does not report where the hook is configured".into()));
    };
    let owner = github.project.as_str().split('/').next().unwrap_or_default();
    let settings = if address.contains("/repos/") {
        return Ok(Told::Known(HookControl::Repository));
    } else if address.contains("/orgs/") {
        format!("/orgs/{owner}/pre-receive-hooks/{}", hook.id)
    } else {
        format!("/admin/pre-receive-hooks/{}", hook.id)
    };
    let settings: Told<HookSettings> = told(github.http.get(&settings))?;
    Ok(match settings {
        Told::Hidden(reason) => Told::Hidden(reason),
        Told::Known(HookSettings { allow_downstream_configuration: Some(false) }) => {
            Told::Known(HookControl::AboveRepository)
        }
        Told::Known(HookSettings { allow_downstream_configuration: Some(true) }) => {
            Told::Known(HookControl::Repository)
        }
        Told::Known(HookSettings { allow_downstream_configuration: None }) => {
            Told::Hidden("the forge does not report whether repositories may change the hook".into())
        }
    })
}

//! The hook of a GitHub Enterprise Server, which sees pushes and merges alike.
//!
//! In: the hooks of the repository. Out: a line, and whether the hook blocks changes. Never: takes a hook that only tests
//! for one that blocks.

use super::{ForgeSettings, one_line};
use crate::host::Topic;
use crate::host::api::{HookControl, HookEffect, ServerHook, Setting};
use crate::report::DoctorLine;

/// The word, in any case, that the name of the hook contains.
const NAME: &str = "portcullis";

/// The gate as a hook of the server.
pub(super) struct HookFinding {
    pub(super) line: Option<DoctorLine>,
    /// `true` if the hook blocks what the gate rejects.
    pub(super) blocks: bool,
}

pub(super) fn examine(settings: &ForgeSettings) -> HookFinding {
    let (topic, help) = (Topic::ServerHook.as_str(), settings.help(Topic::ServerHook));
    let hooks = match &settings.facts.server_hooks {
        Setting::Known(hooks) => hooks,
        Setting::Hidden(reason) => {
            let text =
                format!("could not determine whether the server's hook is enabled: {}", one_line(reason));
            return HookFinding { line: Some(DoctorLine::advice(topic, text, help)), blocks: false };
        }
    };
    let own = hooks.iter().filter(|hook| hook.name.to_lowercase().contains(NAME));
    let best = own.max_by_key(|hook| match hook.effect {
        HookEffect::Disabled => 0,
        HookEffect::Testing => 1,
        HookEffect::Enforced => 2,
    });
    match best {
        None => HookFinding { line: None, blocks: false },
        Some(hook) => HookFinding {
            line: Some(describe_hook(hook, topic, help)),
            blocks: hook.effect == HookEffect::Enforced,
        },
    }
}

fn describe_hook(hook: &ServerHook, topic: &'static str, help: &str) -> DoctorLine {
    let name = &hook.name;
    match (hook.effect, &hook.control) {
        (HookEffect::Enforced, Setting::Known(HookControl::AboveRepository)) => {
            DoctorLine::ok(topic, format!("`{name}` is enabled, and repositories cannot change that"))
        }
        (HookEffect::Enforced, Setting::Known(HookControl::Repository)) => {
            let text = format!("`{name}` is enabled, but administrators of the repository can disable it");
            DoctorLine::weak(topic, text, help)
        }
        (HookEffect::Enforced, Setting::Hidden(reason)) => {
            let text =
                format!("`{name}` is enabled; could not determine who can disable it: {}", one_line(reason));
            DoctorLine::unknown(topic, text, "run again with a token that can read it")
        }
        (HookEffect::Testing, _) => DoctorLine::weak(
            topic,
            format!("`{name}` is in testing mode: it reports its verdict, but accepts every push"),
            help,
        ),
        (HookEffect::Disabled, _) => {
            DoctorLine::weak(topic, format!("`{name}` is disabled: it does not judge any push"), help)
        }
    }
}

//! The hook of a GitHub Enterprise Server, which sees pushes and merges alike.

use super::{Case, one_line};
use crate::commands::doctor::line::Line;
use crate::host::Topic;
use crate::host::api::{HookControl, HookEffect, ServerHook, Setting};

/// What the name of the hook holds, in any case.
const NAME: &str = "portcullis";

/// What is to be said of hooks, and whether one turns changes away.
pub(super) struct Judged {
    pub(super) line: Option<Line>,
    pub(super) holds: bool,
}

pub(super) fn judge(case: Case<'_>) -> Judged {
    let (topic, help) = (Topic::ServerHook.as_str(), case.help(Topic::ServerHook));
    let hooks = match &case.facts.server_hooks {
        Setting::Known(hooks) => hooks,
        Setting::Hidden(reason) => {
            let text =
                format!("could not determine whether the server's hook is enabled: {}", one_line(reason));
            return Judged { line: Some(Line::advice(topic, text, help)), holds: false };
        }
    };
    let own = hooks.iter().filter(|hook| hook.name.to_lowercase().contains(NAME));
    // The one that does most.
    let best = own.max_by_key(|hook| match hook.effect {
        HookEffect::Disabled => 0,
        HookEffect::Testing => 1,
        HookEffect::Enforced => 2,
    });
    match best {
        None => Judged { line: None, holds: false },
        Some(hook) => {
            Judged { line: Some(line(hook, topic, help)), holds: hook.effect == HookEffect::Enforced }
        }
    }
}

fn line(hook: &ServerHook, topic: &'static str, help: &str) -> Line {
    let name = &hook.name;
    match (hook.effect, &hook.control) {
        (HookEffect::Enforced, Setting::Known(HookControl::AboveRepository)) => {
            Line::ok(topic, format!("`{name}` is enabled, and repositories cannot change that"))
        }
        (HookEffect::Enforced, Setting::Known(HookControl::Repository)) => {
            let text = format!("`{name}` is enabled, but administrators of the repository can disable it");
            Line::weak(topic, text, help)
        }
        (HookEffect::Enforced, Setting::Hidden(reason)) => {
            let text =
                format!("`{name}` is enabled; could not determine who can disable it: {}", one_line(reason));
            Line::unknown(topic, text, "run again with a token that can read it")
        }
        (HookEffect::Testing, _) => Line::weak(
            topic,
            format!("`{name}` is in testing mode: it reports its verdict, but accepts every push"),
            help,
        ),
        (HookEffect::Disabled, _) => {
            Line::weak(topic, format!("`{name}` is disabled: it does not judge any push"), help)
        }
    }
}

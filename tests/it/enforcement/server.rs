//! GitHub Enterprise Server: its own hooks, and its own numbers of apps.

use serde_json::json;

use super::asked::Forge;
use super::github::{REPOSITORY, good};
use crate::common::git::Failure;

const HOOKS: &str = "/repos/acme/prod/pre-receive-hooks";
const SETTINGS: &str = "/orgs/acme/pre-receive-hooks/42";

/// A server that enforces the hook for the whole organisation, and has no rules at all.
fn guarded() -> Result<Forge, Failure> {
    let forge = good("/api/v3")?;
    forge.answer(&format!("{REPOSITORY}/rules/branches/main"), json!([]));
    let hook = json!({"id": 42, "name": "Portcullis", "enforcement": "enabled",
                      "configuration_url": "https://github.example.com/api/v3/orgs/acme/pre-receive-hooks/42"});
    forge.answer(HOOKS, json!([hook]));
    let settings = json!({"id": 42, "name": "Portcullis", "enforcement": "enabled", "allow_downstream_configuration": false});
    forge.answer(SETTINGS, settings);
    forge.answer("/apps/github-actions", json!({"id": 5, "slug": "github-actions"}));
    Ok(forge)
}

#[test]
fn a_hook_that_no_repository_can_turn_off_holds() -> Result<(), Failure> {
    guarded()?.doctor(&[])?.ended(
        0,
        &[
            "ok: server hook: `Portcullis` is enabled",
            "advice: status: ",
            "the server's hook blocks it anyway",
        ],
    );
    Ok(())
}

#[test]
fn a_hook_that_can_be_turned_off_is_told() -> Result<(), Failure> {
    let forge = guarded()?;
    forge.change(SETTINGS, |hook| hook["allow_downstream_configuration"] = json!(true))?;
    forge.doctor(&[])?.ended(0, &["weak: server hook: ", "administrators of the repository"]);
    forge.change(HOOKS, |hooks| {
        hooks[0]["configuration_url"] = json!("https://x/api/v3/repos/acme/prod/pre-receive-hooks/42");
    })?;
    forge.doctor(&[])?.ended(0, &["weak: server hook: "]);
    let forge = guarded()?;
    forge.refuse(SETTINGS, 404);
    forge
        .doctor(&[])?
        .ended(3, &["unknown: server hook: `Portcullis` is enabled; could not determine who can disable it"]);
    forge.change(HOOKS, |hooks| {
        hooks[0]["configuration_url"] = json!("https://x/api/v3/admin/pre-receive-hooks/42");
    })?;
    forge.doctor(&[])?.ended(3, &["/admin/pre-receive-hooks/42"]);
    Ok(())
}

#[test]
fn a_hook_that_only_tests_holds_nothing() -> Result<(), Failure> {
    for (effect, said) in [("testing", "accepts every push"), ("disabled", "does not judge any push")] {
        let forge = guarded()?;
        forge.change(HOOKS, |hooks| hooks[0]["enforcement"] = json!(effect))?;
        forge.doctor(&[])?.ended(1, &["problem: status: ", said]);
    }
    let forge = guarded()?;
    forge.change(HOOKS, |hooks| hooks[0]["enforcement"] = json!("perhaps"))?;
    forge.doctor(&[])?.ended(3, &["`perhaps`"]);
    let forge = guarded()?;
    forge.change(HOOKS, |hooks| hooks[0]["name"] = json!("spelling"))?;
    forge.doctor(&[])?.ended(1, &["problem: status: "]);
    forge.refuse(HOOKS, 404);
    forge.doctor(&[])?.ended(1, &["advice: server hook: could not determine", "problem: status: "]);
    Ok(())
}

/// The number of GitHub Actions on github.com is another app's on a server.
#[test]
fn a_server_numbers_its_apps_itself() -> Result<(), Failure> {
    let rules = |forge: &Forge, app: u64| {
        forge.change(&format!("{REPOSITORY}/rules/branches/main"), |rules| {
            rules[4]["parameters"]["required_status_checks"][0]["integration_id"] = json!(app);
        })
    };
    let forge = good("/api/v3")?;
    forge.answer(HOOKS, json!([]));
    forge.answer("/apps/github-actions", json!({"id": 5, "slug": "github-actions"}));
    rules(&forge, 5)?;
    forge.doctor(&[])?.ended(0, &["weak: source of the status: every workflow"]);
    rules(&forge, 6)?;
    forge.doctor(&[])?.ended(0, &["ok: source of the status: only the app 6"]);
    forge.refuse("/apps/github-actions", 403);
    forge.doctor(&[])?.ended(3, &["unknown: source of the status: "]);
    Ok(())
}

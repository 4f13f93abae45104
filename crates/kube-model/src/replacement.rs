//! Objects that a GitOps tool deletes and creates again instead of updating them.
//!
//! In: an object as the change leaves it. Out: the annotation or label that demands it. Never: knows the options of
//! the GitOps object that deploys it.
//!
//! Argo CD: `docs/user-guide/resource_hooks.md` (the default policy is BeforeHookCreation) and `sync-options.md`;
//! Helm: `docs/topics/charts_hooks.md` (the same default); Flux: `docs/spec/v1/kustomizations.md`, "Force".

use kube_manifest::{Node, Object};

/// The annotation or label by which an object is replaced.
#[derive(Clone, Debug, PartialEq)]
pub struct Replacement<'a> {
    /// The key of the annotation or label.
    pub key: &'static str,
    /// Its value.
    pub value: &'a str,
    /// The node of the value.
    pub node: &'a Node,
}

const ARGO_HOOK: &str = "argocd.argoproj.io/hook";
const HELM_HOOK: &str = "helm.sh/hook";
const ARGO_OPTIONS: &str = "argocd.argoproj.io/sync-options";
const FLUX_FORCE: &str = "kustomize.toolkit.fluxcd.io/force";

/// Returns the reason why a tool deletes the object before it creates the new one, if it does.
pub fn replacement(object: &Object) -> Option<Replacement<'_>> {
    let annotations = || ["annotations"].into_iter();
    find(object, annotations(), ARGO_HOOK, |_| true)
        .or_else(|| find(object, annotations(), HELM_HOOK, |_| true))
        .or_else(|| find(object, annotations(), ARGO_OPTIONS, forces_and_replaces))
        .or_else(|| find(object, ["annotations", "labels"].into_iter(), FLUX_FORCE, is_enabled))
}

fn find<'a>(
    object: &'a Object,
    mut holders: impl Iterator<Item = &'static str>,
    key: &'static str,
    counts: fn(&str) -> bool,
) -> Option<Replacement<'a>> {
    holders.find_map(|holder| {
        let node = object.at(&["metadata", holder])?.get(key)?;
        let value = node.as_str().filter(|value| counts(value))?;
        Some(Replacement { key, value, node })
    })
}

/// Recognises options that delete the object. `Replace=true` alone replaces it in place, which the API server refuses
/// like an update.
fn forces_and_replaces(value: &str) -> bool {
    let has = |option: &str| value.split(',').any(|part| part.trim() == option);
    has("Force=true") && has("Replace=true")
}

fn is_enabled(value: &str) -> bool {
    value.eq_ignore_ascii_case("enabled") || value.eq_ignore_ascii_case("true")
}

#[cfg(test)]
mod tests {
    use super::replacement;
    use kube_manifest::{Limits, parse};

    fn key(annotations: &str) -> Option<&'static str> {
        let text = format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: a, annotations: {{{annotations}}}}}\n"
        );
        let objects = parse(text.into_bytes(), &Limits::default()).objects;
        replacement(&objects[0]).map(|replacement| replacement.key)
    }

    #[test]
    fn hooks_and_forced_objects_are_replaced() {
        for annotations in [
            "argocd.argoproj.io/hook: PreSync",
            "argocd.argoproj.io/hook: Sync, argocd.argoproj.io/hook-delete-policy: HookSucceeded",
            "helm.sh/hook: pre-upgrade",
            "argocd.argoproj.io/sync-options: 'Replace=true, Force=true'",
            "kustomize.toolkit.fluxcd.io/force: enabled",
        ] {
            assert!(key(annotations).is_some(), "{annotations}");
        }
    }

    #[test]
    fn nothing_else_replaces() {
        for annotations in [
            "argocd.argoproj.io/sync-options: Replace=true",
            "argocd.argoproj.io/sync-options: Force=true",
            "argocd.argoproj.io/hook-delete-policy: BeforeHookCreation",
            "kustomize.toolkit.fluxcd.io/force: disabled",
            "",
        ] {
            assert_eq!(key(annotations), None, "{annotations}");
        }
    }
}

//! Security settings that exclude each other.

use super::Pod;
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};

const ESCALATION: Rule = Rule {
    help: "remove `allowPrivilegeEscalation: false`, or the privilege",
    source: "ValidateSecurityContext in pkg/apis/core/validation",
};
const PROCESSES: Rule = Rule {
    help: "keep one of `hostPID` and `shareProcessNamespace`",
    source: "validatePodSpecSecurityContext in pkg/apis/core/validation",
};
const PROFILE: Rule = Rule {
    help: "set `localhostProfile` if the type is Localhost, and only then",
    source: "validateSeccompProfileField in pkg/apis/core/validation",
};
const USER: Rule = Rule {
    help: "name the user, or leave the field out",
    source: "validateWindowsSecurityContextOptions in pkg/apis/core/validation",
};
const WINDOWS: Rule = Rule {
    help: "remove the field, or correct `os.name`",
    source: "validateWindows in pkg/apis/core/validation",
};
const LINUX: Rule = Rule {
    help: "remove the field, or correct `os.name`",
    source: "validateLinux in pkg/apis/core/validation",
};

/// Settings that a Windows Pod cannot have: of its `spec`, of its security context, of containers.
const SPEC: &[&str] = &["hostUsers", "hostPID", "hostIPC", "shareProcessNamespace"];
const POD: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "fsGroup",
    "fsGroupChangePolicy",
    "sysctls",
    "runAsUser",
    "runAsGroup",
    "supplementalGroups",
];
const CONTAINER: &[&str] = &[
    "appArmorProfile",
    "seLinuxOptions",
    "seccompProfile",
    "capabilities",
    "readOnlyRootFilesystem",
    "privileged",
    "allowPrivilegeEscalation",
    "procMount",
    "runAsUser",
    "runAsGroup",
];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    if pod.spec.flag("hostPID") == Some(true) && pod.spec.flag("shareProcessNamespace") == Some(true) {
        let place = pod.spec.get("shareProcessNamespace").unwrap_or_else(|| pod.spec.clone());
        refusals.together(&place, "but hostPID is true as well", PROCESSES);
    }
    let context = pod.spec.get("securityContext");
    context.iter().for_each(|context| judge_profile(context, refusals));
    for container in pod.containers() {
        let Some(context) = container.place.get("securityContext") else { continue };
        judge_profile(&context, refusals);
        judge_escalation(&context, refusals);
    }
    let of_containers: Vec<Place<'_>> =
        pod.containers().iter().filter_map(|container| container.place.get("securityContext")).collect();
    for user in
        context.iter().chain(&of_containers).flat_map(|place| place.find("windowsOptions/runAsUserName"))
    {
        if user.string() == Some("") {
            refusals.value(&user, "which is not a valid user name", USER);
        }
    }
    judge_system(pod, context.as_ref(), refusals);
}

fn judge_escalation(context: &Place<'_>, refusals: &mut Refusals) {
    if context.flag("allowPrivilegeEscalation") != Some(false) {
        return;
    }
    if let Some(privileged) = context.get("privileged").filter(|place| place.node.as_bool() == Some(true)) {
        refusals.together(&privileged, "but allowPrivilegeEscalation is false", ESCALATION);
    }
    for capability in context.find("capabilities/add/*") {
        // The API server recognises the capability only with its prefix.
        if capability.node.as_str() == Some("CAP_SYS_ADMIN") {
            refusals.together(&capability, "but allowPrivilegeEscalation is false", ESCALATION);
        }
    }
}

fn judge_profile(context: &Place<'_>, refusals: &mut Refusals) {
    for key in ["seccompProfile", "appArmorProfile"] {
        let Some(profile) = context.get(key) else { continue };
        let local = profile.text("type") == Some("Localhost");
        let named = profile.get("localhostProfile");
        // An empty name counts as absent for AppArmor. For seccomp it is the folder of all profiles.
        let emptied = key == "appArmorProfile" && named.is_some_and(|name| name.string() == Some(""));
        if local != profile.has("localhostProfile") || local && emptied {
            let complaint = "must have a localhostProfile if the type is Localhost, and only then";
            refusals.whole(&profile, complaint, PROFILE);
        }
    }
}

/// Judges the settings that belong to one operating system.
fn judge_system(pod: &Pod<'_>, context: Option<&Place<'_>>, refusals: &mut Refusals) {
    let system = pod.spec.get("os").and_then(|os| os.text("name"));
    let containers: Vec<Place<'_>> =
        pod.containers().iter().filter_map(|container| container.place.get("securityContext")).collect();
    match system {
        Some("windows") => {
            judge_forbidden_settings(&pod.spec, SPEC, WINDOWS, refusals);
            context.iter().for_each(|context| judge_forbidden_settings(context, POD, WINDOWS, refusals));
            containers
                .iter()
                .for_each(|context| judge_forbidden_settings(context, CONTAINER, WINDOWS, refusals));
        }
        Some("linux") => {
            let contexts = context.into_iter().chain(&containers);
            contexts
                .for_each(|context| judge_forbidden_settings(context, &["windowsOptions"], LINUX, refusals));
        }
        Some(_) | None => {}
    }
}

fn judge_forbidden_settings(holder: &Place<'_>, keys: &[&str], rule: Rule, refusals: &mut Refusals) {
    for place in keys.iter().filter_map(|key| holder.get(key)) {
        // For these two, false is the same as nothing.
        let plain = ["hostPID", "hostIPC"].iter().any(|key| place.path().ends_with(key));
        if place.node.as_bool() != Some(false) || !plain {
            refusals.whole(&place, "is not allowed on the system in `os.name`", rule);
        }
    }
}

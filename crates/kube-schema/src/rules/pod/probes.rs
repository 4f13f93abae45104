//! Probes and lifecycle hooks.

use super::{List, Pod};
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::{is_header_name, is_port_name};
use crate::rules::words::{Allowed, Empty};
use crate::rules::{numbers, words};

const ONE: Rule = Rule {
    help: "name exactly one of exec, httpGet, tcpSocket and grpc (sleep for a hook)",
    source: "validateHandler in pkg/apis/core/validation",
};
const PORT: Rule = Rule {
    help: "name a port from 1 to 65535, or the name of a port of the container",
    source: "ValidatePortNumOrName in pkg/apis/core/validation",
};
const SUCCESS: Rule = Rule {
    help: "set it to 1, or leave it out",
    source: "validateLivenessProbe in pkg/apis/core/validation",
};
const GRACE: Rule = Rule {
    help: "remove it: Kubernetes does not terminate a Pod because it is not ready",
    source: "validateReadinessProbe in pkg/apis/core/validation",
};
const COMMAND: Rule =
    Rule { help: "name the command to run", source: "validateExecAction in pkg/apis/core/validation" };
const HEADER: Rule =
    Rule { help: "use letters, digits and `-`", source: "validateHTTPGetAction in pkg/apis/core/validation" };

const MOST: i64 = 2_147_483_647;
const NUMBERS: &[&str] =
    &["initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"];
const SCHEMES: Allowed<'_> = Allowed {
    words: &["HTTP", "HTTPS"],
    empty: Empty::LeftOut,
    source: "validateHTTPGetAction in pkg/apis/core/validation",
};
const ACTIONS: &[&str] = &["exec", "httpGet", "tcpSocket", "grpc", "sleep"];

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    for container in pod.containers().iter().filter(|container| container.list != List::Ephemeral) {
        for key in ["livenessProbe", "startupProbe", "readinessProbe"] {
            let Some(probe) = container.place.get(key) else { continue };
            judge_probe(&probe, key, refusals);
        }
        for key in ["postStart", "preStop"] {
            if let Some(hook) = container.place.at(&["lifecycle", key]) {
                judge_action(&hook, refusals);
            }
        }
    }
}

fn judge_probe(probe: &Place<'_>, key: &str, refusals: &mut Refusals) {
    judge_action(probe, refusals);
    for number in NUMBERS {
        numbers::judge(probe, number, 0, MOST, "validateProbe in pkg/apis/core/validation", refusals);
    }
    if let Some(success) = probe.get("successThreshold").filter(|_| key != "readinessProbe")
        && success.node.as_integer().is_some_and(|number| number > 1)
    {
        refusals.value(&success, "and must be 1 for this probe", SUCCESS);
    }
    let grace = "terminationGracePeriodSeconds";
    if key == "readinessProbe" {
        probe.get(grace).iter().for_each(|place| {
            refusals.whole(place, "is not allowed in a readiness probe", GRACE);
        });
    } else {
        numbers::judge(probe, grace, 1, MOST, "validateProbe in pkg/apis/core/validation", refusals);
    }
}

fn judge_action(holder: &Place<'_>, refusals: &mut Refusals) {
    let named: Vec<&&str> = ACTIONS.iter().filter(|key| holder.has(key)).collect();
    if named.len() != 1 {
        let complaint = format!("names {} actions where one is allowed", named.len());
        refusals.whole(holder, &complaint, ONE);
    }
    if let Some(exec) = holder.get("exec").filter(|exec| !exec.holds("command")) {
        refusals.lacks(&exec, "command", COMMAND);
    }
    for key in ["httpGet", "tcpSocket", "grpc"] {
        if let Some(port) = holder.at(&[key, "port"]) {
            judge_port(&port, refusals);
        }
    }
    let Some(request) = holder.get("httpGet") else { return };
    words::judge(&request, "scheme", SCHEMES, refusals);
    for header in request.find_fields("httpHeaders/*/name") {
        if header.string() == Some("") {
            refusals.missing(&header, HEADER);
        } else if header.node.as_str().is_some_and(|text| !is_header_name(text)) {
            refusals.value(&header, "which is not a valid HTTP header name", HEADER);
        }
    }
}

fn judge_port(port: &Place<'_>, refusals: &mut Refusals) {
    let bad_number = port.node.as_integer().is_some_and(|number| !(1..=65_535).contains(&number));
    let bad_name = port.node.as_str().is_some_and(|name| !is_port_name(name));
    if bad_number || bad_name {
        refusals.value(port, "which is neither a port nor the name of one", PORT);
    }
}

//! Ingresses.

use super::address;
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::{is_label, is_letter_label, is_port_name, is_subdomain, is_wildcard_subdomain};

const SPEC: Rule = Rule {
    help: "add `rules`, or a `defaultBackend`",
    source: "ValidateIngressSpec in pkg/apis/networking/validation",
};
const HOST: Rule = Rule {
    help: "write a host name such as shop.example.com, or *.example.com for all below it",
    source: "validateIngressRules in pkg/apis/networking/validation",
};
const TLS: Rule = Rule {
    help: "write host names, and the name of a Secret",
    source: "validateIngressTLS in pkg/apis/networking/validation",
};
const PATHS: Rule = Rule {
    help: "add at least one path",
    source: "validateHTTPIngressRuleValue in pkg/apis/networking/validation",
};
const PATH: Rule = Rule {
    help: "begin the path with `/`; leave out `//`, `/./`, `/../` and encoded slashes",
    source: "validateHTTPIngressPath in pkg/apis/networking/validation",
};
const BACKEND: Rule = Rule {
    help: "name either a service, with the name or the number of its port, or a resource",
    source: "validateIngressBackend in pkg/apis/networking/validation",
};
const CLASS: Rule = Rule {
    help: "name the class in `ingressClassName` only",
    source: "ValidateIngressCreate in pkg/apis/networking/validation",
};

const UNCLEAR: [&str; 5] = ["//", "/./", "/../", "%2f", "%2F"];
const ANNOTATION: &str = "kubernetes.io/ingress.class";
/// The first minor version in which a Service name may begin with a digit if the cluster allows it.
const RELAXED_SERVICE_NAMES: u8 = 36;

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is("networking.k8s.io", "Ingress") || subject.version != "v1" {
        return;
    }
    let Some(spec) = subject.root.get("spec") else {
        return refusals.lacks(&subject.root, "spec", SPEC);
    };
    if !spec.holds("rules") && !spec.has("defaultBackend") {
        refusals.whole(&spec, "has neither `rules` nor a `defaultBackend`", SPEC);
    }
    spec.get("defaultBackend").iter().for_each(|place| judge_backend(subject, place, refusals));
    for rule in spec.items("rules") {
        rule.get("host").iter().for_each(|place| judge_host(place, HOST, refusals));
        let Some(http) = rule.get("http") else { continue };
        if !http.holds("paths") {
            refusals.lacks(&http, "paths", PATHS);
        }
        http.items("paths").iter().for_each(|item| judge_path(subject, item, refusals));
    }
    for tls in spec.items("tls") {
        tls.items("hosts").iter().for_each(|place| judge_host(place, TLS, refusals));
        if let Some((text, place)) = tls.text("secretName").zip(tls.get("secretName"))
            && !is_subdomain(text)
        {
            refusals.value(&place, "which is not a valid Secret name", TLS);
        }
    }
    judge_class(subject, &spec, refusals);
}

/// Refuses two different classes when the Ingress is created.
fn judge_class(subject: &JudgedObject<'_>, spec: &Place<'_>, refusals: &mut Refusals) {
    let Some(place) = spec.get("ingressClassName") else { return };
    let Some(class) = place.string() else { return };
    if !is_subdomain(class) {
        refusals.value(&place, "which is not a valid IngressClass name", CLASS);
    }
    let annotations = subject.root.at(&["metadata", "annotations"]);
    let noted =
        annotations.and_then(|annotations| Some(annotations.get(ANNOTATION)?.node.as_str()?.to_owned()));
    if noted.is_some_and(|noted| noted != class) {
        refusals.together(&place, &format!("and the annotation {ANNOTATION} names another"), CLASS);
    }
}

fn judge_host(place: &Place<'_>, rule: Rule, refusals: &mut Refusals) {
    let Some(text) = place.string().filter(|text| !text.is_empty() || rule.source == TLS.source) else {
        return;
    };
    let fits = if text.contains('*') { is_wildcard_subdomain(text) } else { is_subdomain(text) };
    if !fits {
        refusals.value(place, "which is not a host name", rule);
    } else if rule.source == HOST.source && address::parse(text).is_some() {
        refusals.value(place, "which is an IP address, not a host name", rule);
    }
}

fn judge_path(subject: &JudgedObject<'_>, item: &Place<'_>, refusals: &mut Refusals) {
    let target = item.field("backend");
    if target.exists() {
        judge_backend(subject, &target, refusals);
    } else {
        refusals.missing(&target, BACKEND);
    }
    let exact = matches!(item.text("pathType"), Some("Exact" | "Prefix"));
    let Some((text, place)) = item.text("path").zip(item.get("path")) else {
        if exact {
            refusals.whole(item, "lacks a `path`, which its pathType needs", PATH);
        }
        return;
    };
    let known = exact || item.text("pathType") == Some("ImplementationSpecific");
    if known && !text.starts_with('/') {
        refusals.value(&place, "which does not begin with `/`", PATH);
    } else if exact {
        let unclear = UNCLEAR.iter().any(|part| text.contains(part));
        if unclear || text.ends_with("/..") || text.ends_with("/.") {
            refusals.together(&place, "which no request can match exactly", PATH);
        }
    }
}

fn judge_backend(subject: &JudgedObject<'_>, place: &Place<'_>, refusals: &mut Refusals) {
    if let Some(group) = place.at(&["resource", "apiGroup"]).filter(|group| group.string() == Some("")) {
        refusals.value(&group, "which is not a valid group", BACKEND);
    }
    let service = place.get("service");
    if service.is_some() == place.has("resource") {
        return refusals.whole(place, "names both of service and resource, or neither", BACKEND);
    }
    let Some(service) = service else { return };
    judge_service_name(subject, &service, refusals);
    let port = service.get("port");
    let name = port.as_ref().and_then(|port| port.text("name"));
    let number = port.as_ref().and_then(|port| port.integer("number")).filter(|number| *number != 0);
    if name.is_some() == number.is_some() {
        refusals.whole(place, "gives both of name and number of the port, or neither", BACKEND);
    } else if let Some(bad) = name.filter(|name| !is_port_name(name)).and_then(|_| port?.get("name")) {
        refusals.value(&bad, "which is not a valid port name", BACKEND);
    }
}

fn judge_service_name(subject: &JudgedObject<'_>, service: &Place<'_>, refusals: &mut Refusals) {
    let complaint = "which is not a valid Service name";
    match service.text("name").zip(service.get("name")) {
        None => refusals.lacks(service, "name", BACKEND),
        Some((text, place)) if !is_label(text) => refusals.value(&place, complaint, BACKEND),
        Some((text, place)) if !is_letter_label(text) => {
            let versions = subject.versions_in(0..=RELAXED_SERVICE_NAMES - 1);
            refusals.value_in(&versions, &place, complaint, BACKEND);
        }
        Some(_) => {}
    }
}

//! Host names and DNS of a Pod.

use super::Pod;
use crate::rules::address;
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::{is_label, is_subdomain};

const NAME: Rule = Rule {
    help: "use lower-case letters, digits and `-`, at most 63 characters",
    source: "ValidatePodSpec in pkg/apis/core/validation",
};
const ALIAS: Rule = Rule {
    help: "name an IP address and host names",
    source: "ValidateHostAliases in pkg/apis/core/validation",
};
const DNS: Rule = Rule {
    help: "name one to three `nameservers` by their IP addresses",
    source: "validatePodDNSConfig in pkg/apis/core/validation",
};

const NAMESERVERS: usize = 3;

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    for key in ["hostname", "subdomain"] {
        let Some((text, place)) = pod.spec.text(key).zip(pod.spec.get(key)) else { continue };
        if !is_label(text) {
            refusals.value(&place, "which is not part of a host name", NAME);
        }
    }
    for alias in pod.spec.items("hostAliases") {
        alias.get("ip").iter().for_each(|ip| address_of(ip, ALIAS, refusals));
        for name in alias.items("hostnames") {
            if name.string().is_some_and(|text| !is_subdomain(text)) {
                refusals.value(&name, "which is not a host name", ALIAS);
            }
        }
    }
    judge_dns(pod, refusals);
}

fn judge_dns(pod: &Pod<'_>, refusals: &mut Refusals) {
    let servers = pod.spec.get("dnsConfig").map(|config| config.items("nameservers")).unwrap_or_default();
    servers.iter().for_each(|server| address_of(server, DNS, refusals));
    for search in pod.spec.find("dnsConfig/searches/*").iter().filter(|search| search.string() == Some("")) {
        refusals.value(search, "which is not a domain", DNS);
    }
    if pod.spec.text("dnsPolicy") == Some("None") && servers.is_empty() {
        let place = pod.spec.get("dnsPolicy").unwrap_or_else(|| pod.spec.clone());
        refusals.together(&place, "but dnsConfig names no nameservers", DNS);
    }
    if let Some(place) = pod.spec.at(&["dnsConfig", "nameservers"]).filter(|_| servers.len() > NAMESERVERS) {
        refusals.whole(&place, "names more than three", DNS);
    }
}

fn address_of(place: &Place<'_>, rule: Rule, refusals: &mut Refusals) {
    if place.string().is_some_and(|text| address::parse(text).is_none()) {
        refusals.value(place, "which is not an IP address", rule);
    }
}

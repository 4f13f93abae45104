//! Endpoints.

use super::address;
use super::named::{self, Syntax};
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};

const ADDRESSES: Rule = Rule {
    help: "name `addresses` or `notReadyAddresses`",
    source: "validateEndpointSubsets in pkg/apis/core/validation",
};
const ADDRESS: Rule = Rule {
    help: "write a usable IP address, such as 192.0.2.7",
    source: "ValidateEndpointIP in pkg/apis/core/validation",
};
const PORT: Rule = Rule {
    help: "give every port a name, and a number from 1 to 65535",
    source: "validateEndpointPort in pkg/apis/core/validation",
};

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is("", "Endpoints") {
        return;
    }
    for subset in subject.root.items("subsets") {
        if !subset.holds("addresses") && !subset.holds("notReadyAddresses") {
            refusals.whole(&subset, "has neither addresses nor notReadyAddresses", ADDRESSES);
        }
        for key in ["addresses", "notReadyAddresses"] {
            subset.items(key).iter().for_each(|item| judge_address(item, refusals));
        }
        let ports = subset.items("ports");
        ports.iter().for_each(|port| judge_port(port, ports.len(), refusals));
    }
}

fn judge_address(item: &Place<'_>, refusals: &mut Refusals) {
    named::judge(item, "hostname", Syntax::Label, ADDRESSES.source, refusals);
    named::judge(item, "nodeName", Syntax::Subdomain, ADDRESSES.source, refusals);
    let Some(text) = item.text("ip") else { return refusals.lacks(item, "ip", ADDRESS) };
    let Some(place) = item.get("ip") else { return };
    match address::parse(text) {
        None => refusals.value(&place, "which is not an IP address", ADDRESS),
        Some(parsed) => {
            if let Some(complaint) = address::describe_special(parsed) {
                refusals.value(&place, complaint, ADDRESS);
            }
        }
    }
}

fn judge_port(port: &Place<'_>, all: usize, refusals: &mut Refusals) {
    if port.text("name").is_none() && all > 1 {
        refusals.lacks(port, "name", PORT);
    }
    named::judge(port, "name", Syntax::Label, PORT.source, refusals);
    named::judge(port, "appProtocol", Syntax::Qualified, PORT.source, refusals);
    let number = port.field("port");
    if number.node.is_null() {
        refusals.missing(&number, PORT);
    } else if number.node.as_integer().is_some_and(|number| !(1..=65_535).contains(&number)) {
        refusals.value(&number, "which is not between 1 and 65535", PORT);
    }
}

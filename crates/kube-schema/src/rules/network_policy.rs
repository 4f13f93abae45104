//! NetworkPolicies.

use super::address::Range;
use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_port_name;

const PEER: Rule = Rule {
    help: "name either an ipBlock, or a podSelector and a namespaceSelector",
    source: "ValidateNetworkPolicyPeer in pkg/apis/networking/validation",
};
const BLOCK: Rule = Rule {
    help: "write a range such as 10.0.0.0/8, and exceptions that are smaller parts of it",
    source: "ValidateIPBlock in pkg/apis/networking/validation",
};
const PORT: Rule = Rule {
    help: "give a number to `port`, and to `endPort` one that is not less",
    source: "ValidateNetworkPolicyPort in pkg/apis/networking/validation",
};

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    if !subject.is("networking.k8s.io", "NetworkPolicy") {
        return;
    }
    for (rules, peers) in [("spec/ingress/*", "from"), ("spec/egress/*", "to")] {
        for rule in subject.root.find(rules) {
            rule.items(peers).iter().for_each(|place| judge_peer(place, refusals));
            rule.items("ports").iter().for_each(|place| judge_port(place, refusals));
        }
    }
    if let Some(types) = subject.root.at(&["spec", "policyTypes"]).filter(|types| types.elements().len() > 2)
    {
        refusals.whole(&types, "names more than two", PEER);
    }
}

fn judge_peer(peer: &Place<'_>, refusals: &mut Refusals) {
    let selects = peer.has("podSelector") || peer.has("namespaceSelector");
    let block = peer.get("ipBlock");
    if selects == block.is_some() {
        refusals.whole(peer, "names both of an ipBlock and a selector, or neither", PEER);
    }
    let Some(block) = block else { return };
    let Some(range) = block.get("cidr") else { return };
    let Some(whole) = range.node.as_str().and_then(Range::parse) else {
        return refusals.value(&range, "which is not a range of IP addresses", BLOCK);
    };
    for except in block.items("except") {
        match except.node.as_str().map(Range::parse) {
            Some(None) => refusals.value(&except, "which is not a range of IP addresses", BLOCK),
            Some(Some(part)) if !whole.strictly_contains(part) => {
                refusals.together(&except, "which is not a smaller part of the ipBlock", BLOCK);
            }
            Some(Some(_)) | None => {}
        }
    }
}

fn judge_port(port: &Place<'_>, refusals: &mut Refusals) {
    let number = port.integer("port");
    if let Some((text, place)) = port.text("port").zip(port.get("port"))
        && !is_port_name(text)
    {
        refusals.value(&place, "which is neither a port nor the name of one", PORT);
    }
    let Some((end, place)) = port.integer("endPort").zip(port.get("endPort")) else { return };
    if number.is_none_or(|number| end < number) || end > 65_535 {
        refusals.together(&place, "but `port` is not a number up to it", PORT);
    }
}

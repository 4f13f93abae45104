//! ConfigMaps and Secrets. No value is ever quoted.

use base64::Engine as _;

use super::place::Place;
use super::refusals::{JudgedObject, Refusals, Rule};
use super::syntax::is_config_key;

const KEY: Rule = Rule {
    help: "use letters, digits, `-`, `_` and `.`, at most 253 characters, not beginning with `..`",
    source: "IsConfigMapKey in apimachinery/pkg/util/validation",
};
const BOTH: Rule = Rule {
    help: "keep the key in one of `data` and `binaryData`",
    source: "ValidateConfigMap in pkg/apis/core/validation",
};
const SIZE: Rule = Rule {
    help: "split the object, or keep large files in a volume",
    source: "ValidateConfigMap in pkg/apis/core/validation",
};
const TYPE: Rule = Rule {
    help: "add what the type of the Secret needs, or use the type Opaque",
    source: "ValidateSecret in pkg/apis/core/validation",
};
const JSON: Rule = Rule {
    help: "write a JSON object such as {\"auths\": {}}",
    source: "ValidateSecret in pkg/apis/core/validation",
};

/// The most bytes that an object may hold.
const LARGEST: usize = 1024 * 1024;

pub(super) fn check(subject: &JudgedObject<'_>, refusals: &mut Refusals) {
    let root = &subject.root;
    match (subject.group, subject.kind) {
        ("", "ConfigMap") => {
            judge_keys(root, &["data", "binaryData"], refusals);
            let binary = root.get("binaryData");
            for (key, place) in root.entries("data") {
                if binary.as_ref().is_some_and(|binary| binary.node.get(key).is_some()) {
                    refusals.whole(&place, "is in binaryData as well", BOTH);
                }
            }
            let plain = root.entries("data").into_iter().map(|(_, place)| length(&place));
            let binary = root.entries("binaryData").into_iter().map(|(_, place)| decoded_length(&place));
            judge_size(root, plain.chain(binary).sum(), refusals);
        }
        ("", "Secret") => judge_secret(root, refusals),
        _ => {}
    }
}

fn judge_keys(root: &Place<'_>, fields: &[&str], refusals: &mut Refusals) {
    for (key, place) in fields.iter().flat_map(|field| root.entries(field)) {
        if !is_config_key(key) {
            refusals.unquoted(&place, "has a key that is not allowed", KEY);
        }
    }
}

fn judge_size(root: &Place<'_>, bytes: usize, refusals: &mut Refusals) {
    if bytes > LARGEST {
        refusals.whole(root, &format!("holds {bytes} bytes, more than 1048576"), SIZE);
    }
}

fn length(place: &Place<'_>) -> usize {
    place.node.as_str().unwrap_or_default().len()
}

/// Counts the bytes that base64 represents.
fn decoded_length(place: &Place<'_>) -> usize {
    let text = place.node.as_str().unwrap_or_default();
    let padding = text.bytes().filter(|byte| *byte == b'=').count();
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).count();
    (digits / 4 * 3).saturating_sub(padding)
}

fn judge_secret(root: &Place<'_>, refusals: &mut Refusals) {
    judge_keys(root, &["data", "stringData"], refusals);
    let plain = root.entries("stringData").into_iter().map(|(_, place)| length(&place));
    let encoded = root.entries("data").into_iter().map(|(_, place)| decoded_length(&place));
    judge_size(root, plain.chain(encoded).sum(), refusals);
    let has = |key: &str| {
        ["data", "stringData"]
            .iter()
            .any(|field| root.get(field).is_some_and(|data| data.node.get(key).is_some()))
    };
    let place = root.get("type").unwrap_or_else(|| root.clone());
    let mut missing = |key: &str| {
        if !has(key) {
            refusals.whole(&place, &format!("needs the key `{key}`, which is missing"), TYPE);
        }
    };
    match root.text("type").unwrap_or("Opaque") {
        "kubernetes.io/tls" => ["tls.crt", "tls.key"].iter().for_each(|key| missing(key)),
        "kubernetes.io/ssh-auth" => {
            missing("ssh-privatekey");
            let said = |field: &str| root.get(field).is_some_and(|data| data.holds("ssh-privatekey"));
            if has("ssh-privatekey") && !said("data") && !said("stringData") {
                refusals.whole(&place, "needs a non-empty `ssh-privatekey`", TYPE);
            }
        }
        "kubernetes.io/dockercfg" => missing(".dockercfg"),
        "kubernetes.io/dockerconfigjson" => missing(".dockerconfigjson"),
        "kubernetes.io/basic-auth" if !has("password") => missing("username"),
        "kubernetes.io/service-account-token" => judge_token(root, &place, refusals),
        _ => {}
    }
    judge_registries(root, refusals);
}

fn judge_token(root: &Place<'_>, place: &Place<'_>, refusals: &mut Refusals) {
    let annotations = root.at(&["metadata", "annotations"]);
    if annotations.and_then(|annotations| annotations.text("kubernetes.io/service-account.name")).is_none() {
        let complaint = "needs the annotation `kubernetes.io/service-account.name`, which is missing";
        refusals.whole(place, complaint, TYPE);
    }
}

/// Decodes base64. Other text stays as it is, because another rule refuses it.
fn decoded(text: &str) -> String {
    let digits: String = text.chars().filter(|next| !matches!(next, '\r' | '\n')).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(&digits);
    bytes.map_or_else(|_| "{}".to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

/// Judges registry credentials, which must be a JSON object, in plain text and encoded.
fn judge_registries(root: &Place<'_>, refusals: &mut Refusals) {
    let key = match root.text("type") {
        Some("kubernetes.io/dockercfg") => ".dockercfg",
        Some("kubernetes.io/dockerconfigjson") => ".dockerconfigjson",
        Some(_) | None => return,
    };
    let plain = root.get("stringData").and_then(|data| data.get(key));
    let encoded = || root.get("data").and_then(|data| data.get(key));
    let Some(place) = plain.clone().or_else(encoded) else { return };
    let Some(text) = place.node.as_str() else { return };
    let text = if plain.is_some() { text.to_owned() } else { decoded(text) };
    // Encrypted values and placeholders are replaced before the API server sees them.
    let replaced = text.starts_with("ENC[");
    let json = serde_json::from_str::<serde_json::Value>(&text);
    let is_object = json.is_ok_and(|json| json.is_object() || json.is_null());
    if !is_object && !replaced {
        refusals.unquoted(&place, "has a value that is not a JSON object", JSON);
    }
}

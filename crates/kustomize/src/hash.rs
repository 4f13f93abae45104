//! The hash at the end of generated names (`api/hasher`).

use std::fmt::Write;

use kube_manifest::{Node, Value};
use sha2::{Digest, Sha256};

use super::error::Outcome;
use super::resource::Hashing;
use super::resources::Resources;
use super::session::Session;
use super::writing::BuildStep;

/// Adds the hash of its content to the name of every object that needs one.
pub(crate) fn add_to_names(session: &mut Session<'_>, resources: &mut Resources) -> Outcome<()> {
    for resource in resources.0.iter_mut().filter(|resource| resource.hashing == Hashing::AtTheEnd) {
        session.budget.make(&resource.node)?;
        let hash = of(&resource.node);
        resource.remember_id(&session.schemas)?;
        let name = format!("{}-{hash}", resource.name());
        let before = resource.node.at(&["metadata", "name"]).map(|node| node.origin);
        let origin =
            session.writings.derive(before.unwrap_or(resource.node.origin), BuildStep::NameHash, before);
        resource.set_name(&name, origin);
    }
    Ok(())
}

/// The hash of an object's content. Its name is no part of it.
fn of(node: &Node) -> String {
    let kind = node.text_at(&["kind"]).unwrap_or_default();
    let mut fields: Vec<(&str, String)> = match kind {
        "ConfigMap" => vec![("data", field(node, "data"))],
        "Secret" => vec![("data", field(node, "data")), ("type", field(node, "type"))],
        _ => return encode(&json(&node.to_json())),
    };
    let extra = if kind == "Secret" { "stringData" } else { "binaryData" };
    if let Some(Value::Mapping(_)) = node.get(extra).map(|node| &node.value) {
        fields.push((extra, field(node, extra)));
    }
    fields.push(("kind", quoted(kind)));
    fields.push(("name", quoted("")));
    fields.sort_unstable();
    let parts: Vec<String> = fields.iter().map(|(key, value)| format!("{}:{value}", quoted(key))).collect();
    encode(&format!("{{{}}}", parts.join(",")))
}

fn field(node: &Node, name: &str) -> String {
    node.get(name).map_or_else(|| quoted(""), |value| json(&value.to_json()))
}

fn quoted(text: &str) -> String {
    json(&serde_json::Value::from(text))
}

/// JSON as Go writes it: keys sorted, `<`, `>` and `&` escaped.
fn json(value: &serde_json::Value) -> String {
    escape_html(&super::steps::sorted(value.clone()).to_string())
}

/// The escapes that Go adds to JSON.
pub(crate) fn escape_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// The characters of a hash.
const LENGTH: usize = 10;

/// The start of the SHA-256, with letters in place of those that could make a word.
fn encode(text: &str) -> String {
    let mut hash = String::new();
    for byte in Sha256::digest(text.as_bytes()).iter().take(LENGTH / 2) {
        let _ = write!(hash, "{byte:02x}");
    }
    let letter = |character| match character {
        '0' => 'g',
        '1' => 'h',
        '3' => 'k',
        'a' => 'm',
        'e' => 't',
        other => other,
    };
    hash.chars().map(letter).collect()
}

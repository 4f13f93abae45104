//! The reference of the policy file, from the schema that editors use.
//!
//! In: a JSON Schema of our own. Out: a page in Markdown with a table for each mapping. Never: says anything that the
//! schema does not say.

use std::fmt::Write as _;

use serde_json::Value;

const HEAD: &str = "\
# The policy file

`.portcullis.yaml` at the root of HEAD's branch is the policy of a repository. A server has one more, which no repository
can loosen: `--server-policy FILE`, or `/etc/portcullis/policy.yaml`. Both have the same keys. An unknown key is an error.

[policies/examples](../policies/examples) has complete policies for common repositories. `portcullis policy show` prints
what each check does under a file, and [policy.schema.json](policy.schema.json) lets editors complete and check it:

```yaml
# yaml-language-server: $schema=<path or URL of policy.schema.json>
apiVersion: portcullis.dev/v1
kind: GatePolicy
```

This page is generated from that schema.
";

/// A mapping of the file that has not been described yet.
struct PageSection<'a> {
    /// The place in the file, such as `signatures.forge`.
    place: String,
    mapping: &'a Value,
}

/// Renders the page.
pub(super) fn render_policy_page(schema: &Value) -> String {
    let mut text = HEAD.to_owned();
    let mut sections = vec![PageSection { place: String::new(), mapping: schema }];
    let mut next = 0;
    while let Some(section) = sections.get(next) {
        let title = if section.place.is_empty() { "The file" } else { &section.place };
        let _ = write!(text, "\n## {}\n\n", code(title));
        if !section.place.is_empty() {
            let _ = write!(text, "{}\n\n", describe(section.mapping));
        }
        text.push_str("| key | value | meaning |\n|---|---|---|\n");
        let found = push_rows(&mut text, section, schema);
        sections.extend(found);
        next += 1;
    }
    text
}

/// Writes a row for each key, and returns the mappings that its values are.
fn push_rows<'a>(text: &mut String, section: &PageSection<'a>, schema: &'a Value) -> Vec<PageSection<'a>> {
    let required: Vec<&str> = section
        .mapping
        .get("required")
        .and_then(Value::as_array)
        .map(|names| names.iter().filter_map(Value::as_str).collect())
        .unwrap_or_default();
    let mut found = Vec::new();
    let keys = section.mapping.get("properties").and_then(Value::as_object);
    for (key, value) in keys.into_iter().flatten() {
        let place = if section.place.is_empty() { key.clone() } else { format!("{}.{key}", section.place) };
        let shape = ValueShape::of(value, schema);
        let mut meaning = describe(value);
        if meaning.is_empty() {
            meaning = shape.named.map(describe).unwrap_or_default();
        }
        if required.contains(&key.as_str()) {
            meaning.push_str(" Required.");
        }
        if let Some(default) = value.get("default").filter(|default| !is_empty(default)) {
            let _ = write!(meaning, " Default: {}.", code(&default.to_string().replace('"', "")));
        }
        let _ = writeln!(text, "| {} | {} | {meaning} |", code(key), shape.words);
        if let Some(mapping) = shape.named.filter(|named| named.get("properties").is_some()) {
            found.push(PageSection { place: format!("{place}{}", shape.suffix), mapping });
        }
    }
    found
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(entries) => entries.is_empty(),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => false,
    }
}

/// The form of a value.
struct ValueShape<'a> {
    /// For people.
    words: String,
    /// The definition that the value or its items have.
    named: Option<&'a Value>,
    /// The way from the key to that definition.
    suffix: &'static str,
}

impl<'a> ValueShape<'a> {
    fn of(value: &Value, schema: &'a Value) -> Self {
        if let Some(items) = value.get("items") {
            let inner = Self::of(items, schema);
            return Self { words: format!("list of: {}", inner.words), suffix: "[]", ..inner };
        }
        if let Some(entries) = value.get("additionalProperties").filter(|entries| entries.is_object()) {
            let inner = Self::of(entries, schema);
            return Self {
                words: format!("mapping of names to: {}", inner.words),
                suffix: ".<name>",
                ..inner
            };
        }
        let alternatives = value.get("anyOf").and_then(Value::as_array).into_iter().flatten();
        if let Some(first) = alternatives.clone().find(|one| one.get("$ref").is_some()) {
            return Self::of(first, schema);
        }
        if let Some(named) = resolve(value, schema) {
            return Self { words: words_of(named), named: Some(named), suffix: "" };
        }
        Self { words: words_of(value), named: None, suffix: "" }
    }
}

fn resolve<'a>(value: &Value, schema: &'a Value) -> Option<&'a Value> {
    let name = value.get("$ref")?.as_str()?.strip_prefix("#")?;
    schema.pointer(name)
}

fn words_of(value: &Value) -> String {
    if let Some(choices) = value.get("oneOf").and_then(Value::as_array) {
        let mut words = Vec::new();
        for choice in choices {
            let constant = choice.get("const").and_then(Value::as_str).unwrap_or("…");
            words.push(format!("{}: {}", code(constant), describe(choice)));
        }
        return words.join("<br>");
    }
    if let Some(alternatives) = value.get("anyOf").and_then(Value::as_array) {
        let words: Vec<String> = alternatives.iter().map(describe).collect();
        return words.join("<br>");
    }
    if let Some(constant) = value.get("const").and_then(Value::as_str) {
        return code(constant);
    }
    if value.get("properties").is_some() {
        return "mapping, below".to_owned();
    }
    let kind = match value.get("type") {
        Some(Value::Array(kinds)) => kinds.first().and_then(Value::as_str).unwrap_or("text"),
        Some(kind) => kind.as_str().unwrap_or("text"),
        None => "text",
    };
    match kind {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "`true` or `false`",
        other => other,
    }
    .to_owned()
}

/// The description, on one line and safe in a table.
fn describe(value: &Value) -> String {
    let text = value.get("description").and_then(Value::as_str).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn code(text: &str) -> String {
    if text.contains(' ') { text.to_owned() } else { format!("`{text}`") }
}

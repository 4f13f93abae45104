//! Whether a text that no one could read may still name an object.
//!
//! In: bytes. Out: yes, if `apiVersion` or `kind` may be a key at the top of a document in any way of writing:
//! plain, quoted, escaped, behind `?`, an anchor, a tag, through an alias or a merge, in flow style or JSON. Never: no,
//! if that is not certain.

use super::encoding::{Decoded, decode};
use super::pointer::is_pointer;

/// The keys that make a document an object.
const KEYS: [&str; 2] = ["apiVersion", "kind"];

/// Whether the text of a file may hold a document with `apiVersion` or `kind` at its top.
pub fn may_name_an_object(bytes: &[u8]) -> bool {
    let Decoded { text, .. } = decode(bytes.to_vec());
    let text = text.trim_start_matches('\u{feff}');
    // A pointer of Git LFS may lead to any content.
    if is_pointer(text) {
        return true;
    }
    // Some tools end a line at each of these characters, so a key may begin after it.
    let lines = text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']);
    let mut top = None;
    for line in lines {
        if line.starts_with("---") {
            top = None;
            let content = line.trim_start_matches('-').trim_start();
            if may_be_key(content) || (content.starts_with(['{', '[']) && names_a_key_in_flow(content)) {
                return true;
            }
            continue;
        }
        let content = line.trim_start_matches([' ', '\t', '\u{feff}']);
        if content.is_empty() || content.starts_with('#') || is_template(content) {
            continue;
        }
        let indentation = line.len() - content.len();
        // Keys at the top of a document all begin where its first one begins.
        let level = *top.get_or_insert(indentation);
        if indentation <= level && may_be_key(content) {
            return true;
        }
        if content.starts_with(['{', '[']) && indentation <= level {
            return names_a_key_in_flow(text);
        }
    }
    false
}

/// A line of a template language. YAML takes it for a mapping within a mapping, which no one reads.
fn is_template(content: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| content.starts_with(mark))
}

/// Whether a line may begin with one of the keys.
fn may_be_key(content: &str) -> bool {
    let mut rest = content;
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('?') {
            rest = after;
        } else if rest.starts_with(['!', '&']) {
            let end = rest.find([' ', '\t']).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        } else {
            break;
        }
    }
    match rest.chars().next() {
        // An alias or a merge brings keys that are written elsewhere.
        Some('*') => true,
        Some('<') => rest.starts_with("<<"),
        Some('"') => {
            let key = rest.get(1..).and_then(|rest| rest.split('"').next()).unwrap_or_default();
            key.contains('\\') || KEYS.contains(&key)
        }
        Some('\'') => KEYS.iter().any(|key| rest.get(1..).is_some_and(|rest| rest.starts_with(key))),
        Some(_) => KEYS.iter().any(|key| {
            rest.strip_prefix(key)
                .is_some_and(|after| after.trim_start().starts_with(':') || after.trim().is_empty())
        }),
        None => false,
    }
}

/// Whether one of the keys may be at the top of a flow mapping. A text in double quotes ends with its line at the
/// latest, so that a quote in a comment hides nothing of the next one.
fn names_a_key_in_flow(text: &str) -> bool {
    let mut depth = 0_usize;
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let after = rest.get(next.len_utf8()..).unwrap_or_default();
        match next {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            '"' => {
                let end = closing_quote(after);
                let key = after.get(..end).unwrap_or_default();
                if depth <= 1 && (KEYS.contains(&key) || is_escaped_key(key, after.get(end..))) {
                    return true;
                }
                rest = after.get(end..).and_then(|rest| rest.get(1..)).unwrap_or_default();
                continue;
            }
            _ if depth <= 1 && KEYS.iter().any(|key| rest.starts_with(key)) => return true,
            _ => {}
        }
        rest = after;
    }
    false
}

fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (offset, character) in text.char_indices() {
        match character {
            '\n' => return offset,
            '"' if !escaped => return offset,
            _ => escaped = character == '\\' && !escaped,
        }
    }
    text.len()
}

fn is_escaped_key(key: &str, after: Option<&str>) -> bool {
    let ends_a_key = after.is_some_and(|after| after.trim_start_matches('"').trim_start().starts_with(':'));
    ends_a_key && key.contains('\\')
}

#[cfg(test)]
mod tests {
    use super::may_name_an_object;

    #[test]
    fn every_way_of_writing_a_key_at_the_top_counts() {
        for text in [
            "kind: A\n\tx",
            "\u{feff}apiVersion : v1",
            "  kind: A\n  b: [",
            "a: 1\n\"\\x6bind\": A\n\t",
            "? kind\n: A\n\t-",
            "!!str kind: A\n\t",
            "&a kind: A",
            "a: &k kind\n*k : A\n\t",
            "<<: {kind: A}\n\t",
            "{a: 1, kind: A",
            "{\"kind\": \"A\", // no\n}",
            "{\"a\": {}, \"\\u006bind\" : \"A\", // no\n}",
            "a: 1\n--- {kind: A}\n",
            "a: b # c\u{2028}kind: A\n\t",
            "'kind': A\n\t",
        ] {
            assert!(may_name_an_object(text.as_bytes()), "{text:?}");
        }
        let utf16: Vec<u8> = "\u{feff}kind: A".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(may_name_an_object(&utf16));
    }

    #[test]
    fn a_key_below_the_top_names_no_object() {
        for text in [
            "services:\n  a:\n    kind: x\n\t-",
            "releases:\n- name: {{ .Values.kind }}\n{{ if x }}\n  kind: A\n{{ end }}\n",
            "#!/bin/sh\nif true; then\n  echo \"kind: x\"\nfi\n",
            "{\n  // don\"t\n  \"editor.tabSize\": 2,\n  \"a\": {\"kind\": 1, \"\\d\": \"\\\\x\"},\n}\n",
            "kinds: [1\n",
            "",
        ] {
            assert!(!may_name_an_object(text.as_bytes()), "{text:?}");
        }
    }
}

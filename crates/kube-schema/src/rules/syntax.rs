//! The syntax of names, labels, keys and ports.
//!
//! In: a text. Out: whether Kubernetes accepts it (`apimachinery`, `pkg/util/validation/validation.go`). Never: knows
//! in which field it is.

/// Recognises a DNS-1123 label: lower-case letters, digits and `-`, at most 63.
pub(super) fn is_label(text: &str) -> bool {
    text.len() <= 63 && is_label_of_any_length(text)
}

fn is_label_of_any_length(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.bytes().all(inner) && !text.starts_with('-') && !text.ends_with('-')
}

/// Recognises a DNS-1035 label: a label that begins with a letter.
pub(super) fn is_letter_label(text: &str) -> bool {
    is_label(text) && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Recognises a DNS-1123 subdomain: labels with dots between them, at most 253 characters. A part may be longer than
/// 63.
pub(super) fn is_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.split('.').all(is_label_of_any_length)
}

/// Recognises `*.` and a subdomain.
pub(super) fn is_wildcard_subdomain(text: &str) -> bool {
    text.len() <= 253 && text.strip_prefix("*.").is_some_and(is_subdomain)
}

/// Recognises a part of a URL path: not `.` or `..`, without `/` and `%`.
pub(super) fn is_path_segment(text: &str) -> bool {
    !matches!(text, "." | "..") && !text.contains(['/', '%'])
}

/// Recognises `name` or `prefix/name`, the form of label keys, resources and finalizers.
pub(super) fn is_qualified_name(text: &str) -> bool {
    match text.split_once('/') {
        Some((prefix, name)) => is_subdomain(prefix) && is_qualified_part(name),
        None => is_qualified_part(text),
    }
}

fn is_qualified_part(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    text.len() <= 63 && text.bytes().all(inner) && edge(text.bytes().next()) && edge(text.bytes().last())
}

/// Recognises the value of a label: empty, or as the name of a label.
pub(super) fn is_label_value(text: &str) -> bool {
    text.is_empty() || is_qualified_part(text)
}

/// Recognises the name of a port: at most 15 characters, with a letter, without two `-` in a row.
pub(super) fn is_port_name(text: &str) -> bool {
    text.len() <= 15
        && is_label(text)
        && !text.contains("--")
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
}

/// Recognises the key of a ConfigMap or Secret.
pub(super) fn is_config_key(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() <= 253 && text.bytes().all(inner) && text != "." && !text.starts_with("..")
}

/// Recognises the name of an environment variable, before Kubernetes 1.32.
pub(super) fn is_environment_name(text: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let first_fits = text.starts_with(|first: char| !first.is_ascii_digit());
    first_fits && text.bytes().all(inner) && text != "." && !text.starts_with("..")
}

/// Recognises the name of an environment variable since Kubernetes 1.32: printable ASCII without `=`.
pub(super) fn is_relaxed_environment_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte) && byte != b'=')
}

/// Recognises the name of an HTTP header.
pub(super) fn is_header_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Recognises a path without a step to the parent folder.
pub(super) fn stays_inside(path: &str) -> bool {
    path.split('/').all(|step| step != "..")
}

#[cfg(test)]
mod tests {
    use super::*;

    type Case = (fn(&str) -> bool, &'static [&'static str], &'static [&'static str]);

    #[test]
    fn names_follow_kubernetes_own_rules() {
        let cases: [Case; 9] = [
            (is_label, &["a", "0", "a-b", "1-a"], &["", "-a", "a-", "A", "a.b", "a_b"]),
            (is_letter_label, &["a", "a1"], &["1a", "", "-"]),
            (is_subdomain, &["a.b", "a", "1.2"], &["a..b", ".a", "a.", "a_b", "", "a.-b"]),
            (is_wildcard_subdomain, &["*.a.b"], &["*", "a.*", "*.*.a", "*a.b"]),
            (is_path_segment, &["system:node", "a b", "Ä"], &[".", "..", "a/b", "50%"]),
            (is_qualified_name, &["a", "A_b.c", "x.io/A"], &["", "/a", "a/", "a/b/c", "-a", "X.io/a"]),
            (is_label_value, &["", "v1.2_3"], &["-", "a b", "a/b", "é"]),
            (is_port_name, &["http", "1a", "a-b"], &["80", "a--b", "-a", "a-", "sixteen-letters-", "HTTP"]),
            (is_config_key, &["a", ".data", "A-b_c.d"], &["", ".", "..", "..a", "a b", "a/b"]),
        ];
        for (rule, good, bad) in cases {
            good.iter().for_each(|text| assert!(rule(text), "{text}"));
            bad.iter().for_each(|text| assert!(!rule(text), "{text}"));
        }
        assert!(is_label(&"a".repeat(63)) && !is_label(&"a".repeat(64)));
        assert!(is_subdomain(&"a".repeat(253)) && !is_subdomain(&"a".repeat(254)));
        assert!(is_environment_name("spring.main.X") && !is_environment_name("1A"));
        assert!(is_relaxed_environment_name("1 A") && !is_relaxed_environment_name("A=B"));
    }
}

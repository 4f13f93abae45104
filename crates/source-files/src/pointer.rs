//! JSON pointers (RFC 6901).
//!
//! In: a pointer, or its parts. Out: the other, and a path for people such as `spec.ports[0].name`. Never: a path with
//! a character that a terminal would act on.

/// Returns the parts, unescaped.
pub fn tokens(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(unescaped)
}

/// Escapes a part for a pointer.
pub fn escaped(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// Unescapes a part of a pointer.
pub fn unescaped(part: &str) -> String {
    part.replace("~1", "/").replace("~0", "~")
}

/// Returns the pointer of a field of the object at a pointer.
pub fn join(pointer: &str, field: &str) -> String {
    format!("{pointer}/{}", escaped(field))
}

/// Returns the pointer without its last part.
pub fn parent(pointer: &str) -> &str {
    pointer.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Returns the path as people write it, `the object` for the root.
pub fn for_people(pointer: &str) -> String {
    let mut path = String::new();
    for token in tokens(pointer) {
        let plain =
            token.chars().all(|character| character.is_ascii_alphanumeric() || "-_$".contains(character));
        if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit()) {
            path.extend(["[", &token, "]"]);
        } else if !plain || token.is_empty() {
            path.extend(["[\"", &token.escape_debug().to_string(), "\"]"]);
        } else {
            if !path.is_empty() {
                path.push('.');
            }
            path.push_str(&token);
        }
    }
    if path.is_empty() { "the object".to_owned() } else { path }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_kubernetes_own_and_cannot_move_the_cursor() {
        assert_eq!(for_people("/spec/ports/0/name"), "spec.ports[0].name");
        assert_eq!(for_people("/metadata/labels/a.b~1c"), "metadata.labels[\"a.b/c\"]");
        assert_eq!(for_people("/spec/\u{1b}[2J"), "spec[\"\\u{1b}[2J\"]");
        assert_eq!(for_people(""), "the object");
        assert_eq!(join("/a", "b/c~d"), "/a/b~1c~0d");
        assert_eq!(parent("/a/b"), "/a");
    }
}

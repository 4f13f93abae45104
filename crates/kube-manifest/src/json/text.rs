//! Texts in quotes, with the escapes of JSON.

/// YAML knows the short escapes of JSON except `\/`, and other characters by `\u` only one by one.
pub(super) fn has_other_escapes(text: &str) -> bool {
    let mut rest = text.as_bytes();
    while let Some(place) = memchr::memchr(b'\\', rest) {
        if !matches!(rest.get(place + 1), Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't')) {
            return true;
        }
        rest = rest.get(place + 2..).unwrap_or_default();
    }
    false
}

/// The text of a string in its quotes; `None` if it is no JSON string. Go reads half of a surrogate pair as U+FFFD,
/// where other readers stop.
pub(super) fn unquote(quoted: &str) -> Option<Box<str>> {
    if !quoted.contains('\\') {
        let plain = quoted.get(1..quoted.len() - 1)?;
        return plain.bytes().all(|byte| byte >= 0x20).then(|| plain.into());
    }
    let read = |text: &str| serde_json::from_str::<String>(text).ok().map(String::into_boxed_str);
    read(quoted).or_else(|| read(&without_half_pairs(quoted)))
}

fn without_half_pairs(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(place) = rest.find('\\') {
        let (before, escape) = rest.split_at(place);
        text.push_str(before);
        let length = match (surrogate(escape), escape.get(6..).and_then(surrogate)) {
            (Some(Half::High), Some(Half::Low)) => 12,
            (Some(Half::High | Half::Low), Some(Half::High | Half::Low) | None) => {
                text.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (None, Some(Half::High | Half::Low) | None) => escape.chars().take(2).map(char::len_utf8).sum(),
        };
        let (kept, after) = escape.split_at(length);
        text.push_str(kept);
        rest = after;
    }
    text.push_str(rest);
    text
}

/// One half of a pair that UTF-16 needs for a character.
#[derive(Clone, Copy)]
enum Half {
    High,
    Low,
}

fn surrogate(escape: &str) -> Option<Half> {
    let digits = escape.strip_prefix("\\u")?.get(..4)?;
    match u16::from_str_radix(digits, 16).ok()? {
        0xd800..=0xdbff => Some(Half::High),
        0xdc00..=0xdfff => Some(Half::Low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::unquote;

    #[test]
    fn strings_are_read_as_go_reads_them() {
        let cases = [
            (r#""a""#, Some("a")),
            (r#""\/ \ud83d\ude00""#, Some("/ 😀")),
            (r#""\ud83d x\\""#, Some("\u{fffd} x\\")),
            (r#""\ude00\ud83d""#, Some("\u{fffd}\u{fffd}")),
            (r#""\q""#, None),
            ("\"a\nb\"", None),
        ];
        for (text, expected) in cases {
            assert_eq!(unquote(text).as_deref(), expected, "{text}");
        }
    }
}

//! Formats that Kubernetes adds to JSON Schema.
//!
//! In: a string of a manifest. Out: whether the API server can decode it. Never: judges numbers,
//! whose ranges are plain bounds in the schemas.

/// Kubernetes' quantity, such as `250m`, `1.5` or `512Mi` (`ParseQuantity` of
/// `apimachinery/pkg/api/resource`): a signed decimal number and a suffix, which is a decimal SI
/// letter, a binary SI pair or a decimal exponent.
pub(super) fn is_quantity(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let suffix =
        unsigned.trim_start_matches(|character: char| character.is_ascii_digit() || character == '.');
    let number = unsigned.strip_suffix(suffix).unwrap_or_default();
    is_number(number) && is_suffix(suffix)
}

fn is_number(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.matches('.').count() <= 1
}

fn is_suffix(suffix: &str) -> bool {
    const UNITS: &[&str] =
        &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
    let exponent = suffix.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    let is_exponent =
        exponent.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()));
    UNITS.contains(&suffix) || is_exponent
}

/// Standard base64 with padding, as Go's `encoding/json` reads a byte slice: line ends are skipped.
pub(super) fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = bytes.iter().rev().skip(padding);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && padding <= 2 && digits.into_iter().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_follow_kubernetes_own_grammar() {
        for good in ["1", "250m", ".5", "1.", "1.5Gi", "+3", "-1", "1e3", "12E-2", "5E", "100Mi"] {
            assert!(is_quantity(good), "{good}");
        }
        for bad in ["", "m", ".", "1.2.3", "1 Gi", "1gi", "512MB", "1e", "0x10", "١", "1Mi2", "--1", "1K"] {
            assert!(!is_quantity(bad), "{bad}");
        }
    }

    #[test]
    fn base64_may_be_wrapped_and_must_be_padded() {
        assert!(is_base64("aHVudGVyMg==") && is_base64("aHVu\ndGVy\n") && is_base64(""));
        assert!(!is_base64("hunter2") && !is_base64("a===") && !is_base64("aHV=dGVy") && !is_base64("____"));
    }
}

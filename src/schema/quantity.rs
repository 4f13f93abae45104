//! Kubernetes' quantities, such as `250m`, `1.5` or `512Mi`.
//!
//! In: the text of a manifest. Out: whether the API server can read it, by the grammar of
//! `ParseQuantity` in `apimachinery/pkg/api/resource/quantity.go`. Never: the value.

const UNITS: &[&str] = &["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];

/// A sign, digits, a fraction and a suffix: a decimal unit, a binary one, or a decimal exponent. Each
/// may be missing, so that `.` and `m` are zero, but not all of them. Space around it is dropped.
pub(super) fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let after_whole = unsigned.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let suffix = after_whole
        .strip_prefix('.')
        .map_or(after_whole, |rest| rest.trim_start_matches(|digit: char| digit.is_ascii_digit()));
    !text.is_empty() && (UNITS.contains(&suffix) || is_exponent(suffix))
}

/// `e` and a whole number of 64 bits.
fn is_exponent(suffix: &str) -> bool {
    suffix.strip_prefix(['e', 'E']).is_some_and(|number| number.parse::<i64>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_follow_kubernetes_own_grammar() {
        let good = [
            "1",
            "250m",
            ".5",
            "1.",
            "1.5Gi",
            "+3",
            "-1",
            "1e3",
            "12E-2",
            "5E",
            "100Mi",
            "1.G",
            "0.5n",
            "00",
            "1e+6",
            "m",
            ".",
            "-",
            " 1Gi ",
            "123456789012345678901234567890",
            "1E6",
        ];
        for text in good {
            assert!(is_quantity(text), "{text}");
        }
        let bad = [
            "",
            " ",
            "1.2.3",
            "1 Gi",
            "1gi",
            "512MB",
            "1e",
            "0x10",
            "١",
            "1Mi2",
            "--1",
            "1K",
            "1.1.M",
            "1+1.0M",
            "0.1mi",
            "0.1am",
            "aoeu",
            ".5i",
            "1i",
            "-3.01i",
            "-3.01e-",
            "1,5",
            "1_000",
            "1e1.5",
            "1e99999999999999999999",
            "500mCPU",
            "2 cores",
            "1GiB",
            "\"1\"",
        ];
        for text in bad {
            assert!(!is_quantity(text), "{text}");
        }
    }
}

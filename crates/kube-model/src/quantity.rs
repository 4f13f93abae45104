//! Kubernetes' quantities: `250m`, `1.5`, `512Mi`, `1e3`.
//!
//! In: a value of a manifest. Out: [`Quantity`], which can be compared. Never: rounds silently; an amount beyond our
//! range is not a quantity.

use kube_manifest::{Node, Value};

/// An amount in billionths, the finest unit that Kubernetes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

/// The number of billionths in one.
const BILLION: i128 = 1_000_000_000;

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Reads the amount of a node. Returns `None` if it has none, or one beyond our range.
    pub fn of(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Integer(number) => i128::from(*number).checked_mul(BILLION).map(Self),
            Value::Float(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Parses the text of a quantity (`ParseQuantity` of `apimachinery/pkg/api/resource`). Returns `None` if the text
    /// is not a quantity, or the amount is beyond our range.
    pub fn parse(text: &str) -> Option<Self> {
        let Parts { negative, whole, fraction, scale } = Parts::of(text)?;
        let amount = scale_up(whole, fraction, scale)?;
        Some(Self(if negative { -amount } else { amount }))
    }

    /// Returns true if it is a whole number.
    pub fn is_whole(self) -> bool {
        self.0 % BILLION == 0
    }

    /// Returns true if it is a multiple of another amount that is not zero.
    pub fn is_multiple_of(self, unit: Self) -> bool {
        unit.0 != 0 && self.0 % unit.0 == 0
    }
}

/// Returns true if the API server can read a text as a quantity, whatever the amount.
pub fn is_quantity(text: &str) -> bool {
    Parts::of(text).is_some()
}

/// A sign, digits, a fraction and a suffix. Each may be missing, so that `.` and `m` are zero, but not all of them.
struct Parts<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
    scale: Scale,
}

impl<'a> Parts<'a> {
    /// Splits a text. Space around it is dropped, as the API server's decoder does.
    fn of(text: &'a str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (whole, rest) = split_digits(unsigned);
        let (fraction, suffix) = rest.strip_prefix('.').map_or(("", rest), split_digits);
        Some(Self { negative: text.starts_with('-'), whole, fraction, scale: Scale::parse(suffix)? })
    }
}

/// Splits a text after the digits that it begins with.
fn split_digits(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// The factor of a suffix.
#[derive(Clone, Copy, Debug)]
enum Scale {
    Decimal(i64),
    Binary(u32),
}

impl Scale {
    fn parse(suffix: &str) -> Option<Self> {
        if let Some(exponent) = suffix.strip_prefix(['e', 'E']).filter(|rest| !rest.is_empty()) {
            return exponent.parse().ok().map(Self::Decimal);
        }
        Some(match suffix {
            "n" => Self::Decimal(-9),
            "u" => Self::Decimal(-6),
            "m" => Self::Decimal(-3),
            "" => Self::Decimal(0),
            "k" => Self::Decimal(3),
            "M" => Self::Decimal(6),
            "G" => Self::Decimal(9),
            "T" => Self::Decimal(12),
            "P" => Self::Decimal(15),
            "E" => Self::Decimal(18),
            "Ki" => Self::Binary(10),
            "Mi" => Self::Binary(20),
            "Gi" => Self::Binary(30),
            "Ti" => Self::Binary(40),
            "Pi" => Self::Binary(50),
            "Ei" => Self::Binary(60),
            _ => return None,
        })
    }
}

/// Multiplies a number with its scale, in billionths. A finer amount is rounded up, as Kubernetes does.
fn scale_up(whole: &str, fraction: &str, scale: Scale) -> Option<i128> {
    let mantissa: i128 = format!("0{whole}{fraction}").parse().ok()?;
    let places = i64::try_from(fraction.len()).ok()?;
    let (factor, exponent) = match scale {
        Scale::Decimal(exponent) => (1, exponent.checked_add(9)?.checked_sub(places)?),
        Scale::Binary(bits) => (1_i128.checked_shl(bits)?, 9_i64.checked_sub(places)?),
    };
    let amount = mantissa.checked_mul(factor)?;
    let power = |exponent: u64| 10_i128.checked_pow(u32::try_from(exponent).ok()?);
    if exponent >= 0 {
        return amount.checked_mul(power(exponent.unsigned_abs())?);
    }
    let divisor = power(exponent.unsigned_abs())?;
    Some(amount / divisor + i128::from(amount % divisor != 0))
}

#[cfg(test)]
mod tests {
    use super::{Quantity, is_quantity};

    #[test]
    fn amounts_compare_whatever_their_unit() {
        let equal =
            [("1", "1000m"), ("1Ki", "1024"), ("1e3", "1k"), (".5", "500m"), ("1.", "1"), ("+1", "1")];
        for (left, right) in equal {
            assert_eq!(Quantity::parse(left), Quantity::parse(right), "{left} {right}");
        }
        assert!(Quantity::parse("999Mi") < Quantity::parse("1Gi"));
        assert!(Quantity::parse("-1") < Quantity::parse("0"));
        assert!(Quantity::parse("1.5").is_some_and(|amount| !amount.is_whole()));
        for bad in ["", " ", "1.2.3", "1 Gi", "1gi", "1K"] {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_part_that_is_missing_is_zero() {
        for zero in ["m", ".", "-", "Gi", "0.0", " 0 "] {
            assert_eq!(Quantity::parse(zero), Some(Quantity::ZERO), "{zero}");
        }
        assert_eq!(Quantity::parse(" 1Gi "), Quantity::parse("1Gi"));
    }

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

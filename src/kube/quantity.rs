//! Kubernetes' quantities: `250m`, `1.5`, `512Mi`, `1e3`.
//!
//! In: a value of a manifest. Out: [`Quantity`], which can be compared. Never: rounds silently; what
//! does not fit is no quantity that we know.

use crate::manifest::{Node, Value};

/// An amount, in billionths, the finest that Kubernetes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity(i128);

/// How many billionths one has.
const BILLION: i128 = 1_000_000_000;

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The amount that a node says; `None` where it says none, or one beyond what we compare.
    pub fn of(node: &Node) -> Option<Self> {
        match &node.value {
            Value::Integer(number) => i128::from(*number).checked_mul(BILLION).map(Self),
            Value::Float(number) => Self::parse(&number.to_string()),
            Value::String(text) => Self::parse(text),
            Value::Null | Value::Bool(_) | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => None,
        }
    }

    /// Parses the text of a quantity (`ParseQuantity` of `apimachinery/pkg/api/resource`).
    pub fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let end = unsigned.find(|next: char| !next.is_ascii_digit() && next != '.').unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at_checked(end)?;
        let amount = scaled(number, Scale::parse(suffix)?)?;
        Some(Self(if negative { -amount } else { amount }))
    }

    /// Whether it is a whole number.
    pub fn is_whole(self) -> bool {
        self.0 % BILLION == 0
    }

    /// Whether it is a multiple of another amount that is not zero.
    pub fn is_multiple_of(self, unit: Self) -> bool {
        unit.0 != 0 && self.0 % unit.0 == 0
    }
}

/// What a suffix multiplies by.
#[derive(Clone, Copy, Debug)]
enum Scale {
    Decimal(i32),
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

/// A number times its scale in billionths. What is finer than a billionth is rounded up, as
/// Kubernetes does.
fn scaled(number: &str, scale: Scale) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let mantissa: i128 = digits.parse().ok()?;
    let places = i32::try_from(fraction.len()).ok()?;
    let (factor, exponent) = match scale {
        Scale::Decimal(exponent) => (1, exponent.checked_add(9)?.checked_sub(places)?),
        Scale::Binary(bits) => (1_i128.checked_shl(bits)?, 9_i32.checked_sub(places)?),
    };
    let amount = mantissa.checked_mul(factor)?;
    if exponent >= 0 {
        return amount.checked_mul(10_i128.checked_pow(u32::try_from(exponent).ok()?)?);
    }
    let divisor = 10_i128.checked_pow(exponent.unsigned_abs())?;
    Some(amount / divisor + i128::from(amount % divisor != 0))
}

#[cfg(test)]
mod tests {
    use super::Quantity;

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
        for bad in ["", "m", "1.2.3", "1 Gi", "1gi", "1K"] {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
    }
}

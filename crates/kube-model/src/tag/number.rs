//! Numbers of any length.

use std::cmp::Ordering;

/// Digits without leading zeros, ordered by value. No digit is lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TagNumber(Box<str>);

impl TagNumber {
    /// Creates the number that digits write.
    pub(super) fn new(digits: &str) -> Self {
        Self(digits.trim_start_matches('0').into())
    }

    /// Returns zero.
    pub(super) fn zero() -> Self {
        Self(Box::default())
    }

    /// Returns the digits.
    pub(super) fn digits(&self) -> &str {
        &self.0
    }

    /// Compares by value.
    pub(super) fn compare(&self, other: &Self) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.cmp(&other.0))
    }
}

/// Returns every run of digits.
pub(super) fn split_numbers(text: &str) -> Vec<TagNumber> {
    let groups = text.split(|character: char| !character.is_ascii_digit());
    groups.filter(|group| !group.is_empty()).map(TagNumber::new).collect()
}

/// Compares by the first number that differs. Numbers that only one side has decide nothing.
pub(super) fn compare_common(left: &[TagNumber], right: &[TagNumber]) -> Ordering {
    let pairs = left.iter().zip(right).map(|(left, right)| left.compare(right));
    pairs.fold(Ordering::Equal, Ordering::then)
}

/// Compares by the first number that differs. A side that ends earlier comes first.
pub(super) fn compare_listed(left: &[TagNumber], right: &[TagNumber]) -> Ordering {
    compare_common(left, right).then(left.len().cmp(&right.len()))
}

/// Compares by the first number that differs. Numbers that one side lacks count as zero.
pub(super) fn compare_padded(left: &[TagNumber], right: &[TagNumber]) -> Ordering {
    let zero = TagNumber::zero();
    let at = |list: &[TagNumber], index: usize| list.get(index).unwrap_or(&zero).clone();
    let pairs = (0..left.len().max(right.len())).map(|index| at(left, index).compare(&at(right, index)));
    pairs.fold(Ordering::Equal, Ordering::then)
}

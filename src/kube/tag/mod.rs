//! The order of image tags.
//!
//! In: two tags of one repository. Out: [`Order`], which is a claim only where the tags are of one
//! family and flavour. Never: guesses, and never loses a digit: numbers are compared as text.

use std::fmt;

use super::tag_mobility::{self, Mobility, Precision};
use super::tag_tokens::{Number, Stage, Token, tokens};

/// How a tag relates to an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It names an older version.
    Older,
    /// It names the same version.
    Same,
    /// It names a newer version.
    Newer,
    /// Nothing can be said.
    Incomparable(Incomparable),
}

/// Why nothing can be said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Incomparable {
    /// One of them names no version, such as `latest` or a commit.
    NoVersion,
    /// A date and a version, for example.
    Family,
    /// `alpine` and `bookworm`, for example.
    Flavour,
    /// `1.25` may be any `1.25.x`.
    Precision,
}

/// What the numbers of a tag mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// `1.25.3`, `v2`.
    Version,
    /// `4711`.
    Build,
    /// `2024.07`, `2024-07-21`.
    Calendar,
    /// `20240721`, `1712345678`: digits of this number.
    Stamp(usize),
}

impl fmt::Display for Incomparable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoVersion => "a tag without a version has no order",
            Self::Family => "the tags count differently",
            Self::Flavour => "the tags are of different flavours",
            Self::Precision => "the shorter tag may be any release of its series",
        })
    }
}

/// A tag, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    family: Option<Family>,
    numbers: Vec<Number>,
    stage: Stage,
    stage_numbers: Vec<Number>,
    flavour: Vec<Box<str>>,
    flavour_numbers: Vec<Number>,
    moves: Mobility,
}

impl Tag {
    /// Takes a tag apart; every text is some tag.
    pub fn parse(text: &str) -> Self {
        let tokens = tokens(text);
        let mut tag = Self {
            family: None,
            numbers: Vec::new(),
            stage: Stage::Release,
            stage_numbers: Vec::new(),
            flavour: Vec::new(),
            flavour_numbers: Vec::new(),
            moves: Mobility::Unknown,
        };
        for token in &tokens {
            tag.add(token);
        }
        tag.moves = tag_mobility::of(text, &tokens, tag.precision());
        tag
    }

    fn add(&mut self, token: &Token) {
        match token {
            Token::Date(numbers) if self.family.is_none() => self.begin(Family::Calendar, numbers),
            Token::Stamp(digits, number) if self.family.is_none() => {
                self.begin(Family::Stamp(*digits), std::slice::from_ref(number));
            }
            Token::Numbers(numbers) if self.family.is_none() => self.begin(family_of(numbers), numbers),
            Token::Date(numbers) | Token::Numbers(numbers) => self.flavour_numbers.extend_from_slice(numbers),
            Token::Stamp(_, number) => self.flavour_numbers.push(number.clone()),
            Token::Stage(stage, numbers) if self.family.is_some() => {
                self.stage = *stage;
                self.stage_numbers.extend_from_slice(numbers);
            }
            Token::Stage(_, numbers) => {
                self.flavour.push("stage".into());
                self.flavour_numbers.extend_from_slice(numbers);
            }
            Token::Word(word, numbers) => {
                self.flavour.push(word.clone());
                self.flavour_numbers.extend_from_slice(numbers);
            }
            Token::Commit(_) => {}
        }
    }

    fn begin(&mut self, family: Family, numbers: &[Number]) {
        self.family = Some(family);
        self.numbers.extend_from_slice(numbers);
    }

    /// How exactly the numbers name a release.
    fn precision(&self) -> Precision {
        match self.family {
            None => Precision::NoVersion,
            Some(Family::Version) if self.numbers.len() >= 3 || !self.stage_numbers.is_empty() => {
                Precision::Release
            }
            Some(Family::Version) => Precision::Series,
            Some(Family::Build | Family::Calendar | Family::Stamp(_)) => Precision::Release,
        }
    }

    /// Whether it is meant to be moved.
    pub fn moves(&self) -> Mobility {
        self.moves
    }

    /// How this tag relates to an earlier one of the same repository.
    pub fn against(&self, earlier: &Self) -> Order {
        let (Some(family), Some(earlier_family)) = (self.family, earlier.family) else {
            return Order::Incomparable(Incomparable::NoVersion);
        };
        let both_single = self.numbers.len() == 1 && earlier.numbers.len() == 1;
        let counts = |family: Family| matches!(family, Family::Version | Family::Build);
        if family != earlier_family && !(both_single && counts(family) && counts(earlier_family)) {
            return Order::Incomparable(Incomparable::Family);
        }
        if self.flavour != earlier.flavour {
            return Order::Incomparable(Incomparable::Flavour);
        }
        self.order(earlier)
    }

    fn order(&self, earlier: &Self) -> Order {
        let ordering = compare(&self.numbers, &earlier.numbers);
        if ordering.is_eq() && self.numbers.len() != earlier.numbers.len() {
            return Order::Incomparable(Incomparable::Precision);
        }
        let ordering = ordering
            .then(self.stage.cmp(&earlier.stage))
            .then_with(|| compare(&self.stage_numbers, &earlier.stage_numbers))
            .then_with(|| compare(&self.flavour_numbers, &earlier.flavour_numbers));
        match ordering {
            std::cmp::Ordering::Less => Order::Older,
            std::cmp::Ordering::Equal => Order::Same,
            std::cmp::Ordering::Greater => Order::Newer,
        }
    }
}

/// By the first number that differs; numbers that only one side has decide nothing.
fn compare(left: &[Number], right: &[Number]) -> std::cmp::Ordering {
    let pairs = left.iter().zip(right).map(|(left, right)| left.compare(right));
    pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// A year and more is a calendar version; a single long number is a build.
fn family_of(numbers: &[Number]) -> Family {
    let first = numbers.first().map(Number::digits).unwrap_or_default();
    let is_year = first.len() == 4 && (first.starts_with("19") || first.starts_with("20"));
    match numbers.len() {
        1 if first.len() > 3 => Family::Build,
        1 => Family::Version,
        _ if is_year => Family::Calendar,
        _ => Family::Version,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(earlier: &str, later: &str) -> Order {
        Tag::parse(later).against(&Tag::parse(earlier))
    }

    #[test]
    fn versions_of_one_family_and_flavour_are_ordered() {
        let rising = [
            ("1.2.3", "1.2.10"),
            ("v1.9.0", "1.10.0"),
            ("1.2.3-rc.1", "1.2.3"),
            ("1.2.3-rc.2", "1.2.3-rc.10"),
            ("3.7.0b1", "3.7.0"),
            ("1.2.3-alpha", "1.2.3-beta.1"),
            ("1.24", "1.25.3"),
            ("15", "16"),
            ("999", "1000"),
            ("1.25.3-alpine3.18", "1.25.4-alpine3.17"),
            ("1.25.3-alpine3.18", "1.25.3-alpine3.19"),
            ("1.2.3-debian-12-r3", "1.2.3-debian-12-r12"),
            ("1.1.5-99", "1.1.5-100"),
            ("20240721", "20240801"),
            ("2024.07", "2024.10"),
            ("2024-07-21T11-33-05", "2024-07-21T11-34-00"),
            ("20240721113305123", "20240721113305124"),
            ("main-3f2a1c0-1712345678", "main-9be77d2-1712345679"),
            ("release-1.2.3", "release-1.3.0"),
            ("build-4711", "build-4712"),
        ];
        for (earlier, later) in rising {
            assert_eq!(order(earlier, later), Order::Newer, "{earlier} {later}");
            assert_eq!(order(later, earlier), Order::Older, "{later} {earlier}");
        }
        assert_eq!(order("18.04", "18.4"), Order::Same);
        assert_eq!(order("v1.2.3", "1.2.3"), Order::Same);
    }

    #[test]
    fn numbers_of_any_length_keep_every_digit() {
        let long = |last: &str| format!("1.2.{}{last}", "9".repeat(60));
        assert_eq!(order(&long("8"), &long("9")), Order::Newer);
        assert_eq!(order("9007199254740992.0.1", "9007199254740993.0.0"), Order::Newer);
    }

    #[test]
    fn what_cannot_be_compared_is_not() {
        let cases = [
            ("latest", "1.2.3", Incomparable::NoVersion),
            ("3f2a1c0", "9be77d2", Incomparable::NoVersion),
            ("1.2.3", "20240721", Incomparable::Family),
            ("1.25.3-alpine", "1.25.3-bookworm", Incomparable::Flavour),
            ("1.25.3-alpine", "1.24.0", Incomparable::Flavour),
            ("1.25.3", "1.25", Incomparable::Precision),
        ];
        for (earlier, later, reason) in cases {
            assert_eq!(order(earlier, later), Order::Incomparable(reason), "{earlier} {later}");
        }
    }

    const DIGEST_TAG: &str = "sha256-1f3a9c5e7b2d4f601f3a9c5e7b2d4f601f3a9c5e7b2d4f601f3a9c5e7b2d4f60";

    #[test]
    fn floating_tags_are_known() {
        for tag in ["latest", "main", "1", "1.25", "v1.25-alpine", "stable-alpine", "lts-slim", "2022-latest"]
        {
            assert_eq!(Tag::parse(tag).moves(), Mobility::Floating, "{tag}");
        }
        for tag in [
            "1.25.3",
            "1.25.3-alpine",
            "3f2a1c0",
            "20240721",
            "main-3f2a1c0-1712345678",
            "1.2-rc1",
            "4711",
            DIGEST_TAG,
        ] {
            assert_eq!(Tag::parse(tag).moves(), Mobility::Fixed, "{tag}");
        }
        assert_eq!(Tag::parse("blue").moves(), Mobility::Unknown);
    }
}

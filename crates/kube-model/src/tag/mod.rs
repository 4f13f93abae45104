//! The order of image tags.
//!
//! In: two tags of one repository. Out: [`Order`], which is a claim only if the tags are of one family and flavour.
//! Never: guesses, and never loses a digit: numbers are compared as text.

mod mobility;
mod moment;
mod number;
#[cfg(test)]
mod tests;
mod tokens;
mod words;

use std::cmp::Ordering;
use std::fmt;

pub use mobility::Mobility;
use mobility::Precision;
use number::{TagNumber, compare_common, compare_listed, compare_padded};
use tokens::{TagToken, split_tokens};
use words::{Lead, ReleaseStage};

/// The order of a tag and an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// It names an older version.
    Older,
    /// It names the same version.
    Same,
    /// It names a newer version.
    Newer,
    /// The two cannot be compared.
    Incomparable(Incomparable),
}

/// The reason why two tags cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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

/// The meaning of a tag's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Family {
    /// `1.25.3`, `v2`.
    Version,
    /// `4711`.
    Build,
    /// `2024.07`: a year, a month, and then a day or a count.
    Calendar,
    /// `2024-07-21`, `20240721`, `1712345678`: year, month, day, time.
    Moment,
}

impl fmt::Display for Incomparable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NoVersion => "a tag without a version cannot be compared",
            Self::Family => "the tags use different version schemes",
            Self::Flavour => "the tags are of different flavours",
            Self::Precision => "the shorter tag may be any release of its series",
        })
    }
}

/// A tag, split into its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    family: Option<Family>,
    numbers: Vec<TagNumber>,
    stage: ReleaseStage,
    /// The word of the stage. Stages of development have no order among each other.
    stage_word: Box<str>,
    stage_numbers: Vec<TagNumber>,
    flavour: Vec<Box<str>>,
    flavour_numbers: Vec<TagNumber>,
    moves: Mobility,
}

impl Tag {
    /// Splits a tag. Every text is some tag.
    pub fn parse(text: &str) -> Self {
        let tokens = split_tokens(text);
        let mut tag = Self {
            family: None,
            numbers: Vec::new(),
            stage: ReleaseStage::Release,
            stage_word: Box::default(),
            stage_numbers: Vec::new(),
            flavour: Vec::new(),
            flavour_numbers: Vec::new(),
            moves: Mobility::Unknown,
        };
        let lead = match tokens.first() {
            Some(TagToken::Lead(lead, _)) => Some(*lead),
            _ => None,
        };
        for token in &tokens {
            tag.add(token, lead);
        }
        tag.moves = mobility::of(text, &tokens, tag.precision());
        tag
    }

    fn add(&mut self, token: &TagToken, lead: Option<Lead>) {
        match token {
            TagToken::Lead(Lead::Version | Lead::Counter, _) | TagToken::Commit(_) => {}
            TagToken::Lead(Lead::Branch | Lead::Other, word) => self.flavour.push(word.clone()),
            TagToken::Moment(numbers) if self.family.is_none() => self.begin(Family::Moment, numbers),
            TagToken::Numbers(numbers) if self.family.is_none() => match family_of(numbers, lead) {
                Some(family) => self.begin(family, numbers),
                None => self.flavour_numbers.extend_from_slice(numbers),
            },
            TagToken::Moment(numbers) | TagToken::Numbers(numbers) => {
                self.flavour_numbers.extend_from_slice(numbers);
            }
            TagToken::Stage(stage, word, numbers) if self.family.is_some() => {
                self.stage = *stage;
                self.stage_word = word.clone();
                self.stage_numbers.extend_from_slice(numbers);
            }
            TagToken::Stage(_, word, numbers) | TagToken::Word(word, numbers) => {
                self.flavour.push(word.clone());
                self.flavour_numbers.extend_from_slice(numbers);
            }
        }
    }

    fn begin(&mut self, family: Family, numbers: &[TagNumber]) {
        self.family = Some(family);
        self.numbers.extend_from_slice(numbers);
    }

    /// Returns the precision with which the numbers name a release.
    fn precision(&self) -> Precision {
        match self.family {
            None => Precision::NoVersion,
            Some(Family::Version) if self.numbers.len() >= 3 || !self.stage_numbers.is_empty() => {
                Precision::Release
            }
            Some(Family::Version) => Precision::Series,
            Some(Family::Build | Family::Calendar | Family::Moment) => Precision::Release,
        }
    }

    /// Says whether it is meant to be moved.
    pub fn moves(&self) -> Mobility {
        self.moves
    }

    /// Returns true if it names a version, a build or a moment that can be compared with others.
    pub fn has_order(&self) -> bool {
        self.family.is_some()
    }

    /// Returns true if its numbers are lower than those of an earlier tag, whatever else the two contain.
    pub fn counts_lower_than(&self, earlier: &Self) -> bool {
        let (Some(family), Some(earlier_family)) = (self.family, earlier.family) else { return false };
        self.numbers_against(earlier, family, earlier_family) == Ok(Ordering::Less)
    }

    /// Compares this tag with an earlier one of the same repository.
    pub fn against(&self, earlier: &Self) -> Order {
        let (Some(family), Some(earlier_family)) = (self.family, earlier.family) else {
            return Order::Incomparable(Incomparable::NoVersion);
        };
        let ordering = match self.numbers_against(earlier, family, earlier_family) {
            Ok(ordering) => ordering,
            Err(reason) => return Order::Incomparable(reason),
        };
        // A flavour that is added or removed does not change the numbering of the software.
        let comparable = self.flavour.is_empty() || earlier.flavour.is_empty();
        if self.flavour != earlier.flavour && (ordering.is_eq() || !comparable) {
            return Order::Incomparable(Incomparable::Flavour);
        }
        if ordering.is_eq() {
            return self.detail_against(earlier);
        }
        order(ordering)
    }

    fn numbers_against(
        &self,
        earlier: &Self,
        family: Family,
        earlier_family: Family,
    ) -> Result<Ordering, Incomparable> {
        let (numbers, others) = (&self.numbers, &earlier.numbers);
        let common = compare_common(numbers, others);
        let is_short = numbers.len().min(others.len()) < 3;
        match (family, earlier_family) {
            (Family::Version, Family::Version) if is_short && common.is_eq() => same_length(numbers, others),
            (Family::Version, Family::Version) => Ok(compare_padded(numbers, others)),
            (Family::Build, Family::Build)
            | (Family::Calendar, Family::Calendar)
            | (Family::Moment, Family::Moment) => common_or_length(common, numbers, others),
            (Family::Version, Family::Build) | (Family::Build, Family::Version)
                if numbers.len() == 1 && others.len() == 1 =>
            {
                Ok(common)
            }
            // Both begin with year and month. A day or a count may follow.
            (Family::Calendar, Family::Moment) | (Family::Moment, Family::Calendar) => {
                let first = |list: &[TagNumber]| list.get(..2).unwrap_or(list).to_vec();
                let months = compare_common(&first(numbers), &first(others));
                if months.is_eq() { Err(Incomparable::Family) } else { Ok(months) }
            }
            (Family::Version, Family::Build | Family::Calendar | Family::Moment)
            | (Family::Build, Family::Version | Family::Calendar | Family::Moment)
            | (Family::Calendar | Family::Moment, Family::Version | Family::Build) => {
                Err(Incomparable::Family)
            }
        }
    }

    /// Compares two tags with the same numbers and flavour.
    fn detail_against(&self, earlier: &Self) -> Order {
        let open = |tag: &Self| tag.stage == ReleaseStage::Development;
        let pre = |tag: &Self| tag.stage < ReleaseStage::Release;
        let is_mixed = self.stage_word != earlier.stage_word && (open(self) || open(earlier));
        if is_mixed && pre(self) && pre(earlier) {
            return Order::Incomparable(Incomparable::Flavour);
        }
        let ordering = self.stage.cmp(&earlier.stage);
        let ordering = ordering.then_with(|| compare_listed(&self.stage_numbers, &earlier.stage_numbers));
        order(ordering.then_with(|| compare_common(&self.flavour_numbers, &earlier.flavour_numbers)))
    }
}

fn order(ordering: Ordering) -> Order {
    match ordering {
        Ordering::Less => Order::Older,
        Ordering::Equal => Order::Same,
        Ordering::Greater => Order::Newer,
    }
}

fn same_length(numbers: &[TagNumber], others: &[TagNumber]) -> Result<Ordering, Incomparable> {
    if numbers.len() == others.len() { Ok(Ordering::Equal) } else { Err(Incomparable::Precision) }
}

fn common_or_length(
    common: Ordering,
    numbers: &[TagNumber],
    others: &[TagNumber],
) -> Result<Ordering, Incomparable> {
    if common.is_eq() { same_length(numbers, others) } else { Ok(common) }
}

/// Determines the family. A year and more is a calendar version; a single long number is a build. A number alone
/// behind a word that does not count builds may be that of a ticket.
fn family_of(numbers: &[TagNumber], lead: Option<Lead>) -> Option<Family> {
    let first = numbers.first().map(TagNumber::digits).unwrap_or_default();
    let is_year = first.len() == 4 && (first.starts_with("19") || first.starts_with("20"));
    match (numbers.len(), lead) {
        (1, Some(Lead::Other)) => None,
        (1, Some(Lead::Counter | Lead::Branch)) => Some(Family::Build),
        (1, Some(Lead::Version) | None) if first.len() > 3 => Some(Family::Build),
        (1, Some(Lead::Version) | None) => Some(Family::Version),
        _ if is_year => Some(Family::Calendar),
        _ => Some(Family::Version),
    }
}

//! The reasons why a commit or tag object is refused.

use thiserror::Error;

/// One defect of a commit or tag object, as a clause about "it".
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Malformation {
    /// git cuts the message there; other readers do not.
    #[error("it contains a NUL byte, where git stops reading and other programs continue")]
    NulByte,
    /// No empty line between headers and message.
    #[error("it has no empty line between its headers and its message")]
    NoBlankLine,
    /// A header line that is not `name value`.
    #[error("header line {line} is not a name, a space and a value")]
    BadHeaderLine {
        /// The line, from 1.
        line: usize,
    },
    /// A line that begins with a space where no header can be continued.
    #[error("header line {line} continues a header that must be a single line")]
    UnexpectedContinuation {
        /// The line, from 1.
        line: usize,
    },
    /// A required header is not where it must be.
    #[error("its `{name}` line is missing or not in its place (the order is {order})")]
    Missing {
        /// The header.
        name: &'static str,
        /// The order that git writes.
        order: &'static str,
    },
    /// A header that is allowed only once, in its place, is repeated or misplaced.
    #[error("it has a second or misplaced `{name}` line, which programs read differently")]
    Repeated {
        /// The header.
        name: String,
    },
    /// `gpgsig…` headers that git does not write: some programs strip everything with that prefix.
    #[error("it has a header `{name}`, which looks like a signature, but git does not write it")]
    UnknownSignatureHeader {
        /// The header.
        name: String,
    },
    /// A tag with a header that tags do not have.
    #[error("it has a header `{name}`, which tags do not have")]
    UnknownTagHeader {
        /// The header.
        name: String,
    },
    /// A `tree`, `parent` or `object` that is not an object id.
    #[error("its `{name}` line does not contain a full, lower-case object id of {length} digits")]
    BadObjectId {
        /// The header.
        name: &'static str,
        /// The length that the id must have.
        length: usize,
    },
    /// An `author`, `committer` or `tagger` that is not `name <email> seconds timezone`.
    #[error("its `{name}` line is not `name <email> seconds timezone`: {problem}")]
    BadPerson {
        /// The header.
        name: &'static str,
        /// The problem of the line.
        problem: PersonProblem,
    },
    /// The type of the tag's target is not one of git's.
    #[error("its `type` line is not commit, tree, blob or tag")]
    BadTargetType,
    /// A tag name that is empty or holds spaces or control characters.
    #[error("its `tag` line does not contain a valid tag name")]
    BadTagName,
    /// An `encoding` that is empty or not plain.
    #[error("its `encoding` line does not contain the name of an encoding")]
    BadEncoding,
    /// Several signatures at the end of a tag; programs take the first or the last.
    #[error("it has {count} signature blocks, and programs disagree about which one counts")]
    SeveralSignatures {
        /// The number of signatures.
        count: usize,
    },
    /// A `mergetag` that is not a well-formed tag.
    #[error("the tag in its `mergetag` at header line {line} is malformed: {problem}")]
    BadMergeTag {
        /// The line, from 1.
        line: usize,
        /// The problem of the tag.
        problem: String,
    },
    /// The parts do not reproduce the original bytes.
    #[error("its parts do not match its bytes")]
    NotReproducible,
}

/// A problem with the line of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PersonProblem {
    /// No ` <email> ` in angle brackets, or more than one pair.
    #[error("there must be exactly one address, in angle brackets")]
    Address,
    /// Control characters.
    #[error("it contains a control character")]
    ControlCharacter,
    /// Not a number of seconds, padded, or beyond the year 9999.
    #[error("the time is not a plain number of seconds before the year 10000")]
    Seconds,
    /// Not a sign, two digits of hours and two of minutes.
    #[error("the time zone is not like +0100")]
    Timezone,
}

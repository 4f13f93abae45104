//! Headers and message of a commit or tag object.
//!
//! In: bytes. Out: [`Header`]s in order, continuation lines unfolded, and the message. Never: interprets a header.

use super::malformation::Malformation;

/// One header with its continuation lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The word before the first space.
    pub name: String,
    /// The value; continuation lines are joined by LF without the space that marks them.
    pub value: Vec<u8>,
    /// The line that it begins on, from 1.
    pub line: usize,
}

impl Header {
    /// Returns true if it continues over several lines.
    pub(super) fn is_folded(&self) -> bool {
        self.value.contains(&b'\n')
    }

    /// Writes it as git does: every line feed of the value is followed by a space.
    pub(super) fn write_to(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(self.name.as_bytes());
        bytes.push(b' ');
        for byte in &self.value {
            bytes.push(*byte);
            if *byte == b'\n' {
                bytes.push(b' ');
            }
        }
        bytes.push(b'\n');
    }
}

/// An object split at its first empty line.
#[derive(Debug)]
pub(super) struct Parts<'a> {
    /// The headers, before the empty line.
    pub(super) headers: Vec<Header>,
    /// The message, behind the empty line.
    pub(super) message: &'a [u8],
}

/// Splits an object into headers and message.
pub(super) fn split(bytes: &[u8]) -> Result<Parts<'_>, Vec<Malformation>> {
    if bytes.contains(&0) {
        return Err(vec![Malformation::NulByte]);
    }
    let (head, message) = split_at_blank_line(bytes).ok_or_else(|| vec![Malformation::NoBlankLine])?;
    let mut headers: Vec<Header> = Vec::new();
    for (index, line) in head.split(|byte| *byte == b'\n').enumerate() {
        add_line(&mut headers, line, index + 1).map_err(|problem| vec![problem])?;
    }
    Ok(Parts { headers, message })
}

/// Writes headers and message as one object.
pub(super) fn join<'a>(headers: impl Iterator<Item = &'a Header>, message: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    headers.for_each(|header| header.write_to(&mut bytes));
    bytes.push(b'\n');
    bytes.extend_from_slice(message);
    bytes
}

/// Returns the headers without their last line feed, and the message.
fn split_at_blank_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n")?;
    Some((bytes.get(..end)?, bytes.get(end + 2..)?))
}

fn add_line(headers: &mut Vec<Header>, line: &[u8], number: usize) -> Result<(), Malformation> {
    if let Some(continuation) = line.strip_prefix(b" ") {
        let header = headers.last_mut().ok_or(Malformation::UnexpectedContinuation { line: number })?;
        header.value.push(b'\n');
        header.value.extend_from_slice(continuation);
        return Ok(());
    }
    headers.push(parse_header(line, number).ok_or(Malformation::BadHeaderLine { line: number })?);
    Ok(())
}

/// Reads a header line. Names are printable ASCII: git's own, `HG:extra`, `change-id`, `jj:trees`.
fn parse_header(line: &[u8], number: usize) -> Option<Header> {
    let space = line.iter().position(|byte| *byte == b' ')?;
    let (name, value) = line.split_at_checked(space)?;
    let plain = !name.is_empty() && name.iter().all(u8::is_ascii_graphic);
    let name = plain.then(|| String::from_utf8_lossy(name).into_owned())?;
    Some(Header { name, value: value.get(1..)?.to_vec(), line: number })
}

/// Returns the first line of a message that is not empty, for people.
pub(super) fn title_of(message: &[u8]) -> String {
    let mut lines = message.split(|byte| *byte == b'\n');
    let line = lines.find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    String::from_utf8_lossy(line).trim().to_owned()
}

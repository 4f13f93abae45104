//! The binary encoding of SSH (RFC 4251, section 5).
//!
//! In: bytes. Out: numbers and strings, one after the other. Never: reads beyond the end, copies, or allocates by a
//! length that the bytes claim.

/// The bytes end too early, or continue after the end of the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damaged;

/// The bytes that are left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of bytes that are left.
    pub(super) fn remaining(&self) -> usize {
        self.0.len()
    }

    /// Reads a number of bytes.
    pub(super) fn take(&mut self, length: usize) -> Result<&'a [u8], Damaged> {
        let (taken, rest) = self.0.split_at_checked(length).ok_or(Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const LENGTH: usize>(&mut self) -> Result<[u8; LENGTH], Damaged> {
        self.take(LENGTH)?.try_into().map_err(|_| Damaged)
    }

    /// Reads a `byte`.
    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        self.array().map(u8::from_be_bytes)
    }

    /// Reads a `uint32`.
    pub(super) fn number(&mut self) -> Result<u32, Damaged> {
        self.array().map(u32::from_be_bytes)
    }

    /// Reads a `uint64`.
    pub(super) fn long(&mut self) -> Result<u64, Damaged> {
        self.array().map(u64::from_be_bytes)
    }

    /// Reads a `string`: a length and as many bytes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], Damaged> {
        let length = usize::try_from(self.number()?).map_err(|_| Damaged)?;
        self.take(length)
    }

    /// Reads a `string` that is text.
    pub(super) fn text(&mut self) -> Result<&'a str, Damaged> {
        std::str::from_utf8(self.string()?).map_err(|_| Damaged)
    }

    /// Checks that nothing is left.
    pub(super) fn finish(self) -> Result<(), Damaged> {
        if self.0.is_empty() { Ok(()) } else { Err(Damaged) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_lies_is_damage() {
        assert_eq!(Wire::new(&[0, 0, 0, 2, b'a']).string(), Err(Damaged));
        assert_eq!(Wire::new(&[0xff, 0xff, 0xff, 0xff, b'a']).string(), Err(Damaged));
        assert_eq!(Wire::new(&[0, 0, 0]).string(), Err(Damaged));
        let mut wire = Wire::new(&[0, 0, 0, 1, b'a', b'b']);
        assert_eq!(wire.string(), Ok(b"a".as_slice()));
        assert_eq!(wire.finish(), Err(Damaged));
    }
}

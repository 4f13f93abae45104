//! A text for the parser, a little at a time: it unpacks at once whatever it is given, four bytes a
//! letter, even if it stops at the first.
//!
//! In: a text. Out: a reader. Never: fails.

use std::io::{BufRead, Read, Result};

/// The number of bytes that the parser gets at once.
const SIZE: usize = 16 << 10;

/// The text that the parser has not read yet.
pub(super) struct Portions<'a> {
    rest: &'a [u8],
}

impl<'a> Portions<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self { rest: text.as_bytes() }
    }
}

impl Read for Portions<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.rest.read(buffer)
    }
}

impl BufRead for Portions<'_> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        Ok(self.rest.get(..SIZE).unwrap_or(self.rest))
    }

    fn consume(&mut self, amount: usize) {
        self.rest = self.rest.get(amount..).unwrap_or_default();
    }
}

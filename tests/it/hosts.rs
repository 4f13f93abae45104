//! Each forge but GitHub, which the other tests of pull requests and settings are about.

#![expect(clippy::indexing_slicing, reason = "what a test looks for is there, or it fails")]

pub(crate) mod gitea;
pub(crate) mod gitlab;

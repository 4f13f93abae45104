//! Every format of one report, on a repository whose names, paths and texts are made to break out of them.
//!
//! `change` is what the others are told with.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

mod change;
mod formats;
mod pages;

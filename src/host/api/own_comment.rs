//! The one comment of a pull request that is ours.
//!
//! In: the comments that are there, and what is to be said. Out: what to do. Never: writes over a comment of another
//! account, however it begins: anyone can write the marker.

use super::model::Occasion;
use crate::host::forge_error::ForgeError;

/// A comment that is there.
pub(in crate::host) struct Standing<'a> {
    pub(in crate::host) id: u64,
    /// Whose it is; `None` if the account is gone.
    pub(in crate::host) author: Option<&'a str>,
    pub(in crate::host) text: &'a str,
}

/// What is to be said.
#[derive(Clone, Copy)]
pub(in crate::host) struct OwnComment<'a> {
    /// How it begins, in every run.
    pub(in crate::host) marker: &'a str,
    pub(in crate::host) text: &'a str,
    pub(in crate::host) occasion: Occasion,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum Deed {
    /// It is there already, or there is no occasion.
    Nothing,
    /// Write over this one.
    Over(u64),
    /// Write one.
    Anew,
}

impl OwnComment<'_> {
    /// `own` names the token's account, exactly: `name[bot]` is an app, and `name` may be another person. It is asked
    /// only where a comment has the marker.
    pub(in crate::host) fn deed<'a>(
        self,
        standing: impl Iterator<Item = Standing<'a>>,
        own: impl FnOnce() -> Result<String, ForgeError>,
    ) -> Result<Deed, ForgeError> {
        let marked: Vec<Standing<'a>> =
            standing.filter(|known| known.text.starts_with(self.marker)).collect();
        let own = if marked.is_empty() { None } else { Some(own()?) };
        let by_us = |known: &&Standing<'a>| match (known.author, &own) {
            (Some(author), Some(own)) => author.eq_ignore_ascii_case(own),
            (None | Some(_), None) | (None, Some(_)) => false,
        };
        Ok(match (marked.iter().find(by_us), self.occasion) {
            (Some(known), _) if known.text == self.text => Deed::Nothing,
            (Some(known), _) => Deed::Over(known.id),
            (None, Occasion::Anew) => Deed::Anew,
            (None, Occasion::Over) => Deed::Nothing,
        })
    }
}

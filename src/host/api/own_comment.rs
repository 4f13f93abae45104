//! The gate's own comment on a pull request.
//!
//! In: the existing comments, and the new text. Out: the step to take. Never: overwrites a comment of another account,
//! however it begins: anyone can write the marker.

use super::model::Occasion;
use crate::host::forge_error::ForgeError;

/// An existing comment.
pub(in crate::host) struct ExistingComment<'a> {
    pub(in crate::host) id: u64,
    /// Its author. `None` if the account is gone.
    pub(in crate::host) author: Option<&'a str>,
    pub(in crate::host) text: &'a str,
}

/// The comment to write.
#[derive(Clone, Copy)]
pub(in crate::host) struct OwnComment<'a> {
    /// The text that it begins with in every run.
    pub(in crate::host) marker: &'a str,
    pub(in crate::host) text: &'a str,
    pub(in crate::host) occasion: Occasion,
}

/// The step to take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::host) enum CommentStep {
    /// The comment exists already, or is not worth writing.
    Nothing,
    /// Overwrite this comment.
    Over(u64),
    /// Add a comment.
    Anew,
}

impl OwnComment<'_> {
    /// Decides on the step. `own` returns the token's account, exactly: `name[bot]` is an app, and `name` may be
    /// another person. It is called only if a comment has the marker.
    pub(in crate::host) fn choose_step<'a>(
        self,
        standing: impl Iterator<Item = ExistingComment<'a>>,
        own: impl FnOnce() -> Result<String, ForgeError>,
    ) -> Result<CommentStep, ForgeError> {
        let marked: Vec<ExistingComment<'a>> =
            standing.filter(|known| known.text.starts_with(self.marker)).collect();
        let own = if marked.is_empty() { None } else { Some(own()?) };
        let by_us = |known: &&ExistingComment<'a>| match (known.author, &own) {
            (Some(author), Some(own)) => author.eq_ignore_ascii_case(own),
            (None | Some(_), None) | (None, Some(_)) => false,
        };
        Ok(match (marked.iter().find(by_us), self.occasion) {
            (Some(known), _) if known.text == self.text => CommentStep::Nothing,
            (Some(known), _) => CommentStep::Over(known.id),
            (None, Occasion::Anew) => CommentStep::Anew,
            (None, Occasion::Over) => CommentStep::Nothing,
        })
    }
}

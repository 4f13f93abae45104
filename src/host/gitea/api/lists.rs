//! Gitea's lists, each with what proves its end.
//!
//! In: the path of a list. Out: its entries. Never: takes a short or an empty page for the last one, because Gitea cuts
//! a list into pages of rows and hides some rows afterwards (`routers/api/v1/repo` of Gitea); sends `per_page`, which
//! Gitea does not know.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::wire::TimelineEntry;
use crate::host::api::http::{CountedPage, Http, MOST_PAGES};
use crate::host::api::path::escape_segment;
use crate::host::forge_error::{ForgeError, Method};

/// The rows of a page that are asked for: the most that Gitea gives unless its administrator changes it.
const LIMIT: usize = 50;
/// The most pages of a timeline that are read.
const MOST_TIMELINE_PAGES: usize = 300;
/// The pages in a row without an entry after which a timeline is taken to have ended. A page of 50 line comments has none.
const EMPTY_PAGES: usize = 20;

/// The further empty pages that are read where another account has a pending review, which may have any number of line comments.
const PENDING_PAGES: usize = 100;

/// The entries of a list, and how many rows of it are hidden.
pub(super) struct Listed<T> {
    pub(super) entries: Vec<T>,
    pub(super) hidden: usize,
}

/// The rows of a timeline that are known to be hidden.
#[derive(Clone, Copy, Debug)]
pub(super) struct HiddenRows {
    /// The line comments of the reviews that are shown.
    pub(super) line_comments: usize,
    /// Pending reviews of others, whose line comments have no known number.
    pub(super) pending_reviews: usize,
}

/// The largest page that the server gives.
#[derive(Deserialize)]
struct ApiSettings {
    max_response_items: usize,
}

/// Reads a list whose `X-Total-Count` counts its rows, hidden ones too.
pub(super) fn read_counted<T: DeserializeOwned>(http: &Http, path: &str) -> Result<Listed<T>, ForgeError> {
    read_counted_below(http, path, |page: Option<Vec<T>>| page.unwrap_or_default())
}

/// Reads a list that Gitea does not cut into pages, whatever its length.
pub(super) fn read_whole<T: DeserializeOwned>(http: &Http, path: &str) -> Result<Vec<T>, ForgeError> {
    let CountedPage { content, total } = http.get_counted::<Option<Vec<T>>>(path)?;
    let entries = content.unwrap_or_default();
    match total {
        Some(total) if total > entries.len() => {
            let reason = format!("the list should have {total} entries, but has {}", entries.len());
            Err(ForgeError::malformed(Method::Get, path, reason))
        }
        Some(_) | None => Ok(entries),
    }
}

/// Reads a list like that of [`read_counted`] that is inside an object.
pub(super) fn read_counted_below<T, P: DeserializeOwned>(
    http: &Http,
    path: &str,
    items: impl Fn(P) -> Vec<T>,
) -> Result<Listed<T>, ForgeError> {
    let mut entries = Vec::new();
    let mut size = None;
    for page in 1..=MOST_PAGES {
        let CountedPage { content, total } = http.get_counted(&page_path(path, page))?;
        let shown = items(content);
        let is_full = shown.len() == LIMIT;
        entries.extend(shown);
        let total = total.ok_or_else(|| {
            ForgeError::malformed(Method::Get, path, "it does not say how many entries there are")
        })?;
        let hidden = total.saturating_sub(entries.len());
        if hidden == 0 {
            return Ok(Listed { entries, hidden });
        }
        let size = match size {
            Some(size) => size,
            None if is_full => LIMIT,
            None => *size.insert(read_page_size(http)?),
        };
        if page * size >= total {
            return Ok(Listed { entries, hidden });
        }
    }
    Err(endless(path, MOST_PAGES))
}

/// Reads a timeline, of which nothing tells the end: `X-Total-Count` is the number of entries that the page shows, and an
/// empty page is `null`, in the middle too. It is read until so many pages in a row are empty that the hidden rows
/// that are known of, and many more, fit into them. `since` leaves out what was last changed before.
pub(super) fn read_timeline(
    http: &Http,
    path: &str,
    since: Option<DateTime<Utc>>,
    hidden: HiddenRows,
) -> Result<Vec<TimelineEntry>, ForgeError> {
    let path = match since {
        Some(since) => {
            format!("{path}?since={}", escape_segment(&since.to_rfc3339_opts(SecondsFormat::Secs, true)))
        }
        None => path.to_owned(),
    };
    let mut entries = Vec::new();
    let mut empty = 0;
    for page in 1..=MOST_TIMELINE_PAGES {
        let shown = http.get::<Option<Vec<TimelineEntry>>>(&page_path(&path, page))?.unwrap_or_default();
        empty = if shown.is_empty() { empty + 1 } else { 0 };
        entries.extend(shown);
        if empty == hidden.empty_pages() {
            return Ok(entries);
        }
    }
    Err(endless(&path, MOST_TIMELINE_PAGES))
}

impl HiddenRows {
    /// The number of empty pages after which nothing more is expected.
    fn empty_pages(self) -> usize {
        let pending = if self.pending_reviews > 0 { PENDING_PAGES } else { 0 };
        EMPTY_PAGES + self.line_comments.div_ceil(LIMIT) + pending
    }
}

/// Returns the path of a page.
pub(super) fn page_path(path: &str, page: usize) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}limit={LIMIT}&page={page}")
}

fn read_page_size(http: &Http) -> Result<usize, ForgeError> {
    const PATH: &str = "/settings/api";
    let settings: ApiSettings = http.get(PATH)?;
    match settings.max_response_items {
        0 => Err(ForgeError::malformed(Method::Get, PATH, "it allows no entries on a page")),
        most => Ok(most.min(LIMIT)),
    }
}

fn endless(path: &str, pages: usize) -> ForgeError {
    ForgeError::malformed(Method::Get, path, format!("the list has more than {pages} pages"))
}

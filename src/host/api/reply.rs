//! One reply of a forge: its content, whether the request is worth repeating, and the address of the next page.
//!
//! In: status, headers and body. Out: a parsed value, or a [`ForgeError`] that names what the token lacks. Never:
//! takes an error status for success, or follows a link for the next page that leads to another host.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::host::forge_error::{ForgeError, Method, Route, put_on_one_line};

/// The headers that are read.
#[derive(Debug, Default)]
pub(in crate::host) struct ReplyHeaders {
    link: Option<String>,
    /// The number of the next page, which GitLab reports. Empty on the last page.
    next_page: Option<usize>,
    /// The number of rows on all pages of a list, which Gitea reports.
    total: Option<usize>,
    retry_after: Option<u64>,
    remaining: Option<u64>,
    reset: Option<i64>,
    accepted_permissions: Option<String>,
}

impl ReplyHeaders {
    /// Reads them. A header that is not text counts as absent.
    pub(in crate::host) fn read<'a>(get: impl Fn(&'static str) -> Option<&'a str>) -> Self {
        let number = |name| get(name).and_then(|text| text.trim().parse().ok());
        Self {
            link: get("link").map(str::to_owned),
            next_page: get("x-next-page").and_then(|text| text.trim().parse().ok()),
            total: get("x-total-count").and_then(|text| text.trim().parse().ok()),
            retry_after: number("retry-after"),
            remaining: number("x-ratelimit-remaining"),
            reset: get("x-ratelimit-reset").and_then(|text| text.trim().parse().ok()),
            accepted_permissions: get("x-accepted-github-permissions").map(str::to_owned),
        }
    }
}

/// A reply as it was received.
#[derive(Debug)]
pub(in crate::host) struct Reply {
    pub(in crate::host) route: Route,
    pub(in crate::host) status: u16,
    pub(in crate::host) headers: ReplyHeaders,
    pub(in crate::host) bytes: Vec<u8>,
}

/// The body of an error. GitLab's `message` may be an object, which is then shown as it is.
#[derive(Deserialize)]
struct Complaint {
    message: Option<serde_json::Value>,
    error: Option<serde_json::Value>,
}

impl Reply {
    /// Parses the body.
    pub(in crate::host) fn parse<T: DeserializeOwned>(&self) -> Result<T, ForgeError> {
        // A reply without a body, such as 204, is `null`.
        let bytes: &[u8] = if self.bytes.is_empty() { b"null" } else { &self.bytes };
        serde_json::from_slice(bytes).map_err(|error| self.malformed(error.to_string()))
    }

    /// Returns true if it links to other pages, whichever they are.
    pub(in crate::host) fn has_links(&self) -> bool {
        self.headers.link.is_some()
    }

    /// Returns the number of the next page, which GitLab reports beside the link.
    pub(in crate::host) fn next_page_number(&self) -> Option<usize> {
        self.headers.next_page
    }

    /// Returns the number of rows of a list, which Gitea reports.
    pub(in crate::host) fn total(&self) -> Option<usize> {
        self.headers.total
    }

    /// Creates the error for an invalid answer.
    pub(in crate::host) fn malformed(&self, reason: String) -> ForgeError {
        ForgeError::malformed(self.route.method, &self.route.path, reason)
    }

    /// Returns the reply if the request succeeded.
    pub(in crate::host) fn require_success(self) -> Result<Self, ForgeError> {
        match self.status {
            200..=299 => Ok(self),
            300..=399 => Err(self.refused("it has moved: use the current name of the project")),
            _ if self.is_limited() => Err(self.rate_limited()),
            401 => Err(self.refused(
                "the forge does not accept the token: it may have expired or belong to \
                another forge",
            )),
            403 | 404 => Err(self.refused(&self.describe_missing_permission())),
            _ => Err(self.refused("")),
        }
    }

    /// Returns the time after which the same request is worth repeating, or `None` if it is not.
    pub(in crate::host) fn pause_before_retry(&self, pause: Duration) -> Option<Duration> {
        let said = self.headers.retry_after.map(Duration::from_secs);
        match self.status {
            500 | 502 | 503 | 504 => Some(said.unwrap_or(pause)),
            403 | 429 if self.is_limited() => Some(said.or_else(|| self.until_reset()).unwrap_or(pause)),
            _ => None,
        }
    }

    /// Returns true if a limit is used up. GitHub reports that by 403 or 429, and a secondary limit by `retry-after`.
    fn is_limited(&self) -> bool {
        self.status == 429
            || (self.status == 403
                && (self.headers.remaining == Some(0) || self.headers.retry_after.is_some()))
    }

    fn until_reset(&self) -> Option<Duration> {
        let reset = DateTime::from_timestamp(self.headers.reset?, 0)?;
        SystemTime::from(reset).duration_since(SystemTime::now()).ok()
    }

    fn rate_limited(&self) -> ForgeError {
        let reset = self.headers.reset.and_then(|reset| DateTime::from_timestamp(reset, 0));
        let until = match (reset, self.headers.retry_after) {
            (Some(reset), _) => format!(" until {}", reset.to_rfc3339_opts(SecondsFormat::Secs, true)),
            (None, Some(seconds)) => format!(" for {seconds} s"),
            (None, None) => String::new(),
        };
        ForgeError::RateLimited { route: self.route.clone(), until }
    }

    fn refused(&self, advice: &str) -> ForgeError {
        let message = self.read_message();
        let advice = if advice.is_empty() { String::new() } else { format!("\n  {advice}") };
        ForgeError::Refused { route: self.route.clone(), status: self.status, message, advice }
    }

    /// Describes what the token lacks. A forge hides objects from a token that may not see them, so 404 means either.
    fn describe_missing_permission(&self) -> String {
        match (&self.headers.accepted_permissions, self.route.method) {
            (Some(permissions), _) => format!("the token needs the permission {permissions}"),
            (None, Method::Get) if self.status == 403 => "the token cannot read it".to_owned(),
            (None, Method::Get) => "it does not exist, or the token cannot read it".to_owned(),
            (None, Method::Post | Method::Patch | Method::Put) => {
                "the token cannot write here, as for pull requests from forks".to_owned()
            }
        }
    }

    /// Returns the forge's own words, on one line.
    fn read_message(&self) -> String {
        let complaint: Option<Complaint> = serde_json::from_slice(&self.bytes).ok();
        let said = complaint.and_then(|complaint| complaint.message.or(complaint.error));
        let text = match said {
            Some(serde_json::Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => "no reason given".to_owned(),
        };
        put_on_one_line(&text)
    }
}

impl ForgeError {
    /// Returns true if the same request may succeed in a moment.
    pub(in crate::host) fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Settings(_) | Self::Refused { .. } | Self::RateLimited { .. } | Self::Malformed { .. } => {
                false
            }
        }
    }
}

/// Returns the address of the next page from the `Link` header (RFC 8288). Only its query is taken: forges behind
/// another name link to the name that they know, and a token is sent nowhere else.
pub(in crate::host) fn next_page(reply: &Reply, address: &str) -> Result<Option<String>, ForgeError> {
    let Some(link) = &reply.headers.link else { return Ok(None) };
    // An address may contain a comma, but no `<`.
    let next = link.split('<').skip(1).find_map(|link| {
        let (address, parameters) = link.split_once('>')?;
        let relation = |parameter: &str| {
            matches!(parameter.trim().trim_end_matches(',').trim_end(), "rel=\"next\"" | "rel=next")
        };
        parameters.split(';').any(relation).then_some(address)
    });
    let Some(next) = next else { return Ok(None) };
    let path = address.split('?').next().unwrap_or(address);
    let query = next.split_once('?').map(|(_, query)| query).unwrap_or_default();
    let following = format!("{path}?{query}");
    if query.is_empty() || following == address || !query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(reply.malformed(format!("it has the unexpected next page `{next}`")));
    }
    Ok(Some(following))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, headers: &[(&'static str, &str)], body: &str) -> Reply {
        let get =
            |name: &'static str| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let route = Route { method: Method::Get, path: "/x".into() };
        Reply { route, status, headers: ReplyHeaders::read(get), bytes: body.as_bytes().to_vec() }
    }

    #[test]
    fn the_next_page_is_asked_from_the_same_host() {
        let next = |link: &str, asked: &str| next_page(&reply(200, &[("link", link)], "[]"), asked);
        let there = "<https://evil.example/api/x?page=2&per_page=100>; rel=\"next\", <https://a/x?page=9>; rel=\"last\"";
        assert_eq!(
            next(there, "https://a/x?per_page=100"),
            Ok(Some("https://a/x?page=2&per_page=100".into()))
        );
        assert_eq!(next("<https://a/x?page=9>; rel=\"last\"", "https://a/x"), Ok(None));
        for odd in ["<https://a/x?page=2>; rel=\"next\"", "<https://a/x>; rel=\"next\"", "<?>; rel=next"] {
            assert!(next(odd, "https://a/x?page=2").is_err(), "{odd}");
        }
    }

    #[test]
    fn a_used_up_limit_is_told_from_a_missing_permission() {
        let limited =
            reply(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1790000000")], "{}");
        assert!(
            matches!(limited.require_success(), Err(ForgeError::RateLimited { until, .. }) if until.contains("2026-"))
        );
        let secondary = reply(429, &[("retry-after", "7")], "{}");
        assert_eq!(secondary.pause_before_retry(Duration::ZERO), Some(Duration::from_secs(7)));
        let lacking =
            reply(403, &[("x-accepted-github-permissions", "members=read")], r#"{"message":"a\nb"}"#);
        assert_eq!(lacking.pause_before_retry(Duration::ZERO), None);
        let exact = reply(403, &[], r#"{"message":"required=[read:issue]"}"#).require_success();
        let exact = exact.map(|_| ()).unwrap_err().to_string();
        assert_eq!(exact, "GET /x: 403: required=[read:issue]\n  the token cannot read it");
        let said = lacking.require_success().map(|_| ()).unwrap_err().to_string();
        assert_eq!(said, "GET /x: 403: a b\n  the token needs the permission members=read");
    }

    #[test]
    fn nothing_but_success_is_success() {
        for status in [100, 301, 302, 400, 401, 404, 409, 422, 500, 600] {
            assert!(reply(status, &[], "{}").require_success().is_err(), "{status}");
        }
        assert!(reply(204, &[], "").require_success().unwrap().parse::<Option<u8>>().unwrap().is_none());
        assert!(reply(200, &[], "{").parse::<serde_json::Value>().is_err());
    }
}

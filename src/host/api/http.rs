//! Requests over HTTP, the same for every forge.
//!
//! In: paths below an API's base, bodies. Out: parsed replies, all pages of a list. Never: follows a redirect or a
//! link to another host, which would carry the token there; repeats a request that writes; waits longer than the
//! deadline; or takes a reply that ends early for a whole one.

use std::cell::Cell;
use std::path::Path;
use std::sync::Once;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Limited};
use octocrab::Octocrab;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::runtime::Runtime;

use super::reply::{Reply, ReplyHeaders, next_page};
use crate::host::forge_error::{ForgeError, Method, Route};

/// The largest size of one reply, in bytes.
///
/// A hundred reviews of GitHub's greatest length (65,536 characters each) are 26 MB.
const LARGEST_REPLY: usize = 48 << 20;
/// The entries of a page that are asked for, the most that GitHub and GitLab give.
const PAGE: usize = 100;
/// The most pages of one list that are read.
pub(in crate::host) const MOST_PAGES: usize = 100;
/// The longest time for one request.
const ONE_QUESTION: Duration = Duration::from_secs(20);
/// The most attempts of a request that the forge could not answer.
const ATTEMPTS: u32 = 4;
/// The first pause between two attempts. Each next one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The address of an API, with the means to reach it.
#[derive(Clone)]
pub struct Connection<'a> {
    /// The API's base, such as `https://api.github.com`, without a slash at its end.
    pub base: &'a str,
    /// The token. Without one, only public data can be read.
    pub token: Option<&'a str>,
    /// More certificates to trust, as a PEM file.
    pub certificates: Option<&'a Path>,
    /// The time after which an answer is too late.
    pub deadline: Instant,
}

/// One page of a list.
#[derive(Debug)]
pub struct CountedPage<P> {
    /// The page.
    pub content: P,
    /// The number that the forge reports. `None` if it reports none.
    pub total: Option<usize>,
}

/// A client for one API.
pub struct Http {
    runtime: Runtime,
    client: Octocrab,
    base: String,
    deadline: Cell<Instant>,
    requests: Cell<usize>,
}

impl std::fmt::Debug for Http {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Http").field("base", &self.base).finish_non_exhaustive()
    }
}

impl Http {
    /// Prepares the client. Nothing is sent yet.
    pub fn open(connection: &Connection<'_>) -> Result<Self, ForgeError> {
        let settings = |reason: String| ForgeError::Settings(reason);
        let base = connection.base.trim_end_matches('/').to_owned();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| settings(format!("no network: {error}")))?;
        let entered = runtime.enter();
        let transport = build_transport(connection.certificates)?;
        let builder = Octocrab::builder().base_uri(&base).map_err(|_| {
            settings(format!(
                "`{base}` is not the address of an API\n  write one such as https://git.example.com/api/v4"
            ))
        })?;
        let builder = match connection.token {
            Some(token) if token.bytes().all(|byte| byte.is_ascii_graphic()) => builder.personal_token(token),
            Some(_) => {
                return Err(settings(
                    "the token contains characters that are not allowed in a token\n  copy it again, without \
                     blanks and line ends"
                        .into(),
                ));
            }
            None => builder,
        };
        let client = builder.build_with_reqwest(transport).map_err(|error| settings(error.to_string()))?;
        drop(entered);
        Ok(Self { runtime, client, base, deadline: Cell::new(connection.deadline), requests: Cell::new(0) })
    }

    /// Returns the API's base, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Sets another deadline from now on.
    pub fn wait_until(&self, deadline: Instant) {
        self.deadline.set(deadline);
    }

    /// Returns the number of requests that were sent.
    pub fn requests(&self) -> usize {
        self.requests.get()
    }

    /// Reads one object.
    pub fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ForgeError> {
        self.ask(&format!("{}{path}", self.base))?.parse()
    }

    /// Reads one page of a list of which the forge reports the number of rows.
    pub fn get_counted<P: DeserializeOwned>(&self, path: &str) -> Result<CountedPage<P>, ForgeError> {
        let reply = self.ask(&format!("{}{path}", self.base))?;
        Ok(CountedPage { total: reply.total(), content: reply.parse()? })
    }

    /// Reads a list of GitHub or GitLab, to its last page. A page without a link to the next one is the last, even if
    /// it is empty: GitLab hides entries after it has cut the list into pages. A full page without any link may have
    /// lost it to a proxy, so the next one is asked for by its number.
    pub fn list<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ForgeError> {
        let separator = if path.contains('?') { '&' } else { '?' };
        let first = format!("{}{path}{separator}per_page={PAGE}", self.base);
        self.follow(&first, |reply, shown, pages| {
            let lost = !reply.has_links() && shown == PAGE;
            let number = reply.next_page_number().or_else(|| lost.then_some(pages + 1));
            number.map(|number| format!("{first}&page={number}"))
        })
    }

    /// Reads a list whose pages have no numbers. Its end is where no link leads on.
    pub fn list_linked<T: DeserializeOwned>(&self, path: &str) -> Result<Vec<T>, ForgeError> {
        let separator = if path.contains('?') { '&' } else { '?' };
        self.follow(&format!("{}{path}{separator}per_page={PAGE}", self.base), |_, _, _| None)
    }

    /// Reads pages, each where the link of the one before leads, or where `otherwise` says if there is no link. It gets
    /// the page, the number of its entries and the number of pages so far.
    fn follow<T: DeserializeOwned>(
        &self,
        first: &str,
        otherwise: impl Fn(&Reply, usize, usize) -> Option<String>,
    ) -> Result<Vec<T>, ForgeError> {
        let mut found = Vec::new();
        let mut next = Some(first.to_owned());
        let mut pages = 0;
        while let Some(address) = next {
            let reply = self.ask(&address)?;
            pages += 1;
            let page: Vec<T> = reply.parse()?;
            next = next_page(&reply, &address)?.or_else(|| otherwise(&reply, page.len(), pages));
            found.extend(page);
            if pages == MOST_PAGES && next.is_some() {
                return Err(reply.malformed(format!("the list has more than {MOST_PAGES} pages")));
            }
        }
        Ok(found)
    }

    /// Sends a request that writes, once.
    pub fn send_once<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ForgeError> {
        self.send(method, &format!("{}{path}", self.base), Some(body))?.parse()
    }

    /// Sends a request that reads, and repeats it while that may help.
    fn ask(&self, address: &str) -> Result<Reply, ForgeError> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            let outcome = self.send(Method::Get, address, None::<&()>);
            let wait = match &outcome {
                Err(error) => error.is_worth_repeating().then_some(pause),
                Ok(reply) => reply.pause_before_retry(pause),
            };
            match wait {
                Some(wait) if wait < self.deadline.get().saturating_duration_since(Instant::now()) => {
                    std::thread::sleep(wait);
                }
                Some(_) | None => return outcome.and_then(Reply::require_success),
            }
            pause *= 2;
        }
        self.send(Method::Get, address, None::<&()>).and_then(Reply::require_success)
    }

    fn send<B: Serialize>(
        &self,
        method: Method,
        address: &str,
        body: Option<&B>,
    ) -> Result<Reply, ForgeError> {
        let path = address.strip_prefix(&self.base).unwrap_or_default();
        let route = Route { method, path: path.split('?').next().unwrap_or_default().to_owned() };
        self.requests.set(self.requests.get() + 1);
        let left = self.deadline.get().saturating_duration_since(Instant::now()).min(ONE_QUESTION);
        let sent = async { tokio::time::timeout(left, self.exchange(method, address, body)).await };
        let unreachable = |reason: String| ForgeError::Unreachable {
            route: route.clone(),
            host: self.base.clone(),
            reason,
        };
        let reply = match self.runtime.block_on(sent) {
            Ok(Ok((status, headers, bytes))) => Reply { route, status, headers, bytes },
            Ok(Err(reason)) => return Err(unreachable(reason)),
            Err(_) => return Err(unreachable(format!("no answer within {} s", left.as_secs()))),
        };
        match method {
            Method::Get => Ok(reply),
            Method::Post | Method::Patch | Method::Put => reply.require_success(),
        }
    }

    async fn exchange<B: Serialize>(
        &self,
        method: Method,
        address: &str,
        body: Option<&B>,
    ) -> Result<(u16, ReplyHeaders, Vec<u8>), String> {
        let response = match method {
            Method::Get => self.client._get(address).await,
            Method::Post => self.client._post(address, body).await,
            Method::Patch => self.client._patch(address, body).await,
            Method::Put => self.client._put(address, body).await,
        };
        let response = response.map_err(|error| find_cause(&error))?;
        let (parts, body) = response.into_parts();
        let bytes = Limited::new(body, LARGEST_REPLY).collect().await.map_err(|error| error.to_string())?;
        Ok((
            parts.status.as_u16(),
            ReplyHeaders::read(|name| parts.headers.get(name).and_then(|value| value.to_str().ok())),
            bytes.to_bytes().to_vec(),
        ))
    }
}

/// Creates the network client: proxies and certificates as the environment says, no redirects.
fn build_transport(certificates: Option<&Path>) -> Result<reqwest::Client, ForgeError> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // It fails only if a provider is installed already, which is enough.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let settings = |reason: String| ForgeError::Settings(reason);
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .connect_timeout(ONE_QUESTION);
    if let Some(path) = certificates {
        let unusable = |reason: String| settings(format!("{}: no certificates: {reason}", path.display()));
        let bytes = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
        let bundle =
            reqwest::Certificate::from_pem_bundle(&bytes).map_err(|error| unusable(find_cause(&error)))?;
        if bundle.is_empty() {
            return Err(unusable("the file contains no certificates in PEM form".into()));
        }
        builder = builder.tls_certs_merge(bundle);
    }
    builder
        .build()
        .map_err(|error| settings(format!("could not set up secure connections: {}", find_cause(&error))))
}

/// Returns the innermost cause of an error, in which the network describes the problem.
fn find_cause(error: &dyn std::error::Error) -> String {
    let mut deepest = error;
    while let Some(beneath) = deepest.source() {
        deepest = beneath;
    }
    let text = deepest.to_string();
    let advice = if text.contains("certificate") { "; name the certificates to trust with --ca" } else { "" };
    format!("{text}{advice}")
}

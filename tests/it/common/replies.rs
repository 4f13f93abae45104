//! A forge that answers from a list, and keeps what it is told.
//!
//! Where `RECORD_EXCHANGES` names a folder, every exchange is written to it, so that it can be compared with what others
//! know of the forge (`tests/pull_requests/conformance.sh`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::git::Failure;

/// Answers by `METHOD /path`, those that refuse, and everything that was said.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) answers: BTreeMap<String, Value>,
    pub(crate) refusals: BTreeMap<String, u16>,
    pub(crate) said: Vec<(String, Value)>,
    /// What was asked with a token.
    pub(crate) tokens: Vec<String>,
    /// Lists that say in a header how many entries they have, page by page.
    pages: BTreeMap<String, (Vec<Value>, usize)>,
}

pub(crate) struct Replies {
    _runtime: tokio::runtime::Runtime,
    server: MockServer,
    known: Arc<Mutex<Known>>,
}

struct Answers(Arc<Mutex<Known>>);

impl Replies {
    pub(crate) fn start() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let known = Arc::new(Mutex::new(Known::default()));
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(Answers(Arc::clone(&known))).mount(&server).await;
            server
        });
        Ok(Self { _runtime: runtime, server, known })
    }

    pub(crate) fn address(&self) -> String {
        self.server.uri()
    }

    pub(crate) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on this request is answered like this.
    pub(crate) fn answer(&self, request: &str, reply: Value) {
        self.known().answers.insert(request.to_owned(), reply);
    }

    /// This list comes in pages, and says only how long it is.
    pub(crate) fn pages(&self, request: &str, pages: Vec<Value>, entries: usize) {
        self.known().pages.insert(request.to_owned(), (pages, entries));
    }

    /// From now on this request is refused.
    pub(crate) fn refuse(&self, request: &str, status: u16) {
        self.known().refusals.insert(request.to_owned(), status);
    }

    /// What was said last by a request like this.
    pub(crate) fn said(&self, request: &str) -> Option<Value> {
        self.known()
            .said
            .iter()
            .rev()
            .find(|(said, _)| said.starts_with(request))
            .map(|(_, body)| body.clone())
    }
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let asked = format!("{} {}", request.method, request.url.path());
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        if request.headers.contains_key("authorization") {
            known.tokens.push(asked.clone());
        }
        let page = request.url.query_pairs().find(|(name, _)| name == "page");
        let page: usize = page.and_then(|(_, value)| value.parse().ok()).unwrap_or(1);
        if let Some((pages, entries)) = known.pages.get(&asked) {
            let page = pages.get(page - 1).cloned().unwrap_or_else(|| json!([]));
            let count = entries.to_string();
            return ResponseTemplate::new(200).set_body_json(page).insert_header("x-total-count", count);
        }
        let answer = known.answers.get(&asked).cloned();
        if let Some(status) = known.refusals.get(&asked) {
            return ResponseTemplate::new(*status).set_body_json(json!({"message": "not\u{1b}[31m today"}));
        }
        let is_question = request.method.as_str() == "GET";
        known.said.push((asked, body));
        let (status, body) = match (answer, is_question) {
            (Some(answer), _) => (200, answer),
            (None, false) => (201, json!({"id": 1})),
            (None, true) => (404, json!({"message": "404 Not found"})),
        };
        record(request, status, &body);
        ResponseTemplate::new(status).set_body_json(body)
    }
}

/// Writes an exchange where it is wanted.
pub(crate) fn record(request: &Request, status: u16, body: &Value) {
    use std::io::Write as _;
    let Some(folder) = std::env::var_os("RECORD_EXCHANGES") else { return };
    let sent: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    let line = json!({"method": request.method.as_str(), "path": request.url.path(), "query": request.url.query(),
                      "request": sent, "status": status, "response": body});
    let file = std::path::Path::new(&folder).join("exchanges.jsonl");
    let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
    // In one piece, because tests run beside each other.
    let _ = file.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()));
}

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
    /// Lists in pages.
    lists: BTreeMap<String, GiteaList>,
    /// Everything that was asked, with its query.
    pub(crate) asked: Vec<String>,
}

/// A list as Gitea pages it: by rows of its database, of which it hides some afterwards.
#[derive(Clone)]
pub(crate) struct GiteaList {
    /// The rows. Those without a value are hidden.
    pub(crate) rows: Vec<Option<Value>>,
    /// What `X-Total-Count` counts.
    pub(crate) total: Total,
    /// The most rows of one page.
    pub(crate) most: usize,
    /// The field of an object in which the list is.
    pub(crate) below: Option<&'static str>,
    /// `limit` and `page` have no effect.
    pub(crate) whole: bool,
}

/// What `X-Total-Count` of a list counts.
#[derive(Clone, Copy)]
pub(crate) enum Total {
    /// All rows, hidden ones too. An empty page is `[]`.
    Rows,
    /// The entries of this page that are shown. An empty page is `null`.
    Page,
    /// Nothing: there is no such header.
    Absent,
}

impl GiteaList {
    /// A list of which nothing is hidden.
    pub(crate) fn shown(entries: &[Value], total: Total) -> Self {
        Self { rows: entries.iter().cloned().map(Some).collect(), total, most: 50, below: None, whole: false }
    }

    /// A list that is not cut into pages.
    pub(crate) fn whole(entries: &[Value]) -> Self {
        Self { most: usize::MAX, whole: true, ..Self::shown(entries, Total::Rows) }
    }

    /// Answers as Gitea does: `limit` counts rows, `per_page` is not known, `since` compares with `updated_at`.
    fn page(&self, request: &Request) -> ResponseTemplate {
        let word = |name: &str| {
            request.url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
        };
        let number =
            |name: &str, usual: usize| word(name).and_then(|text| text.parse().ok()).unwrap_or(usual);
        let (limit, page) = if self.whole {
            (usize::MAX, 1)
        } else {
            (number("limit", 30).min(self.most), number("page", 1))
        };
        let since = word("since").unwrap_or_default();
        let changed = |row: &&Option<Value>| match row {
            Some(entry) => entry["updated_at"].as_str().is_none_or(|at| at >= since.as_str()),
            None => true,
        };
        let rows: Vec<&Option<Value>> = self.rows.iter().filter(changed).collect();
        let shown: Vec<Value> =
            rows.iter().skip((page - 1) * limit).take(limit).filter_map(|row| (*row).clone()).collect();
        let total = match self.total {
            Total::Rows => Some(rows.len()),
            Total::Page => Some(shown.len()),
            Total::Absent => None,
        };
        let body = if shown.is_empty() && matches!(self.total, Total::Page) {
            Value::Null
        } else {
            Value::Array(shown)
        };
        let body = match self.below {
            Some(field) => json!({field: body}),
            None => body,
        };
        record(request, 200, &body);
        let answer = ResponseTemplate::new(200).set_body_json(body);
        match total {
            Some(total) => answer.insert_header("x-total-count", total.to_string()),
            None => answer,
        }
    }
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

    /// From now on this request is answered like this, and by no list.
    pub(crate) fn known_answer(&self, request: &str, reply: Value) {
        self.known().lists.remove(request);
        self.answer(request, reply);
    }

    /// From now on this list comes in pages.
    pub(crate) fn list(&self, request: &str, list: GiteaList) {
        self.known().lists.insert(request.to_owned(), list);
    }

    /// How often a request like this was sent.
    pub(crate) fn times(&self, request: &str) -> usize {
        self.known().asked.iter().filter(|asked| asked.starts_with(request)).count()
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
        let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        known.asked.push(format!("{asked}{query}"));
        let answer = known.answers.get(&asked).cloned();
        if let Some(status) = known.refusals.get(&asked) {
            return ResponseTemplate::new(*status).set_body_json(json!({"message": "not\u{1b}[31m today"}));
        }
        let is_question = request.method.as_str() == "GET";
        if let Some(list) = known.lists.get(&asked).filter(|_| is_question) {
            return list.page(request);
        }
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

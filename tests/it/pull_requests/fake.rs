//! A stand-in for GitHub's API: what it is told to say, page by page, and everything that it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::objects::{check_run, comment, minimal_repository, review, simple_status, status, user};
use crate::common::git::Failure;
use crate::common::replies::record;

/// What the forge knows.
#[derive(Default)]
pub(crate) struct State {
    pub(crate) pulls: BTreeMap<u64, Value>,
    pub(crate) reviews: BTreeMap<u64, Vec<Value>>,
    /// What else happened to pull requests, the oldest first.
    pub(crate) events: Vec<Value>,
    /// Movements of branches, the newest first.
    pub(crate) activity: Vec<Value>,
    /// `acme/network` to its accounts; other teams are hidden.
    pub(crate) teams: BTreeMap<String, Vec<String>>,
    pub(crate) rules: Vec<Value>,
    /// What the merge queue holds: number and commit.
    pub(crate) queue: Vec<(u64, String)>,
    pub(crate) statuses: Vec<(String, Value)>,
    pub(crate) comments: Vec<Value>,
    pub(crate) check_runs: Vec<Value>,
    /// Comments beside lines that stand there.
    pub(crate) review_comments: Vec<Value>,
    /// Comments beside lines that the gate wrote.
    pub(crate) proposed: Vec<Value>,
    /// Answers that come instead, each as often as it says: for which requests, and what.
    pub(crate) faults: Vec<Fault>,
    /// What was asked: `GET /path?query`.
    pub(crate) asked: Vec<String>,
    /// Changes the state once a request has been answered: what someone does in the meantime.
    pub(crate) meanwhile: Option<(String, Change)>,
}

/// What someone does.
type Change = Box<dyn FnOnce(&mut State) + Send>;

/// An answer in place of the usual one.
pub(crate) struct Fault {
    pub(crate) request: String,
    pub(crate) times: usize,
    pub(crate) answer: ResponseTemplate,
}

/// The running forge.
pub(crate) struct Fake {
    runtime: tokio::runtime::Runtime,
    server: MockServer,
    state: Arc<Mutex<State>>,
}

/// Answers from the state.
struct Answers {
    state: Arc<Mutex<State>>,
    address: Arc<Mutex<String>>,
}

impl Fake {
    pub(crate) fn start() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let state = Arc::new(Mutex::new(State::default()));
        let address = Arc::new(Mutex::new(String::new()));
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            let answers = Answers { state: Arc::clone(&state), address: Arc::clone(&address) };
            Mock::given(any()).respond_with(answers).mount(&server).await;
            server
        });
        *address.lock().unwrap_or_else(PoisonError::into_inner) = server.uri();
        Ok(Self { runtime, server, state })
    }

    pub(crate) fn address(&self) -> String {
        self.server.uri()
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers the next requests whose `METHOD /path` begins like this otherwise.
    pub(crate) fn fail(&self, request: &str, times: usize, answer: ResponseTemplate) {
        self.state().faults.push(Fault { request: request.to_owned(), times, answer });
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let server = &self.server;
        self.runtime.block_on(async { server.reset().await });
    }
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let query = request.url.query().map(|query| format!("?{query}")).unwrap_or_default();
        let asked = format!("{} {}{query}", request.method, request.url.path());
        state.asked.push(asked.clone());
        let fault =
            state.faults.iter_mut().find(|fault| fault.times > 0 && asked.starts_with(&fault.request));
        if let Some(fault) = fault {
            fault.times -= 1;
            return fault.answer.clone();
        }
        let address = self.address.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (status, body, link) = state.answer(request, &address);
        record(request, status, &body);
        if let Some((_, change)) = state.meanwhile.take_if(|(awaited, _)| asked.starts_with(awaited.as_str()))
        {
            change(&mut state);
        }
        let template = ResponseTemplate::new(status).set_body_json(body);
        match link {
            Some(link) => template.insert_header("link", link),
            None => template,
        }
    }
}

type Answer = (u16, Value, Option<String>);

impl State {
    fn answer(&mut self, request: &Request, address: &str) -> Answer {
        let path: Vec<&str> = request.url.path().split('/').skip(1).collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
        let said = match request.method.as_str() {
            "GET" => self.read(&path, request, address),
            "POST" => self.add(&path, body),
            "PATCH" => self.change(&path, body),
            _ => None,
        };
        let missing = json!({"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"});
        said.unwrap_or((404, missing, None))
    }

    fn read(&self, path: &[&str], request: &Request, address: &str) -> Option<Answer> {
        let list = |all: &[Value]| Some(page(all, request, address));
        match path {
            ["repos", _, _, "pulls", number] => {
                self.pulls.get(&number.parse().ok()?).map(|pull| (200, pull.clone(), None))
            }
            ["repos", _, _, "pulls", number, "reviews"] => {
                list(self.reviews.get(&number.parse().ok()?).map_or(&[], Vec::as_slice))
            }
            ["repos", _, _, "pulls", _, "comments"] => list(&self.review_comments),
            ["repos", _, _, "issues", _, "events"] => list(&self.events),
            ["repos", _, _, "activity"] => list(&self.activity),
            ["orgs", organisation, "teams", team, "members"] => {
                let accounts = self.teams.get(&format!("{organisation}/{team}"))?;
                list(&accounts.iter().map(|login| user(login, "User")).collect::<Vec<_>>())
            }
            ["repos", _, _, "rules", "branches", _] => list(&self.rules),
            ["repos", _, _, "commits", sha, "status"] => Some((200, self.combined(sha), None)),
            ["repos", _, _, "issues", _, "comments"] => list(&self.comments),
            _ => None,
        }
    }

    fn add(&mut self, path: &[&str], body: Value) -> Option<Answer> {
        match path {
            ["graphql"] => Some((200, self.graphql(&body), None)),
            ["repos", _, _, "statuses", sha] => {
                let made = status(self.statuses.len() + 1, &body);
                self.statuses.push(((*sha).to_owned(), body));
                Some((201, made, None))
            }
            ["repos", _, _, "issues", _, "comments"] => {
                let text = body["body"].as_str().unwrap_or_default();
                let made = comment(self.comments.len() + 1, "github-actions[bot]", text);
                self.comments.push(made.clone());
                Some((201, made, None))
            }
            ["repos", _, _, "pulls", _, "reviews"] => {
                self.proposed.extend(body["comments"].as_array().cloned().unwrap_or_default());
                Some((200, review(99, "github-actions[bot]", "Bot", "COMMENTED", ""), None))
            }
            ["repos", _, _, "check-runs"] => {
                self.check_runs.push(body);
                Some((201, check_run(), None))
            }
            _ => None,
        }
    }

    fn change(&mut self, path: &[&str], body: Value) -> Option<Answer> {
        match path {
            ["repos", _, _, "issues", "comments", id] => {
                let id: u64 = id.parse().ok()?;
                let known = self.comments.iter_mut().find(|comment| comment["id"].as_u64() == Some(id))?;
                known["body"] = body["body"].clone();
                Some((200, known.clone(), None))
            }
            ["repos", _, _, "check-runs", _] => {
                self.check_runs.push(body);
                Some((200, check_run(), None))
            }
            _ => None,
        }
    }

    fn graphql(&self, body: &Value) -> Value {
        if body["query"].as_str().is_some_and(|query| query.contains("viewer")) {
            return json!({"data": {"viewer": {"login": "github-actions[bot]"}}});
        }
        let node = |(number, commit): &(u64, String)| json!({"headCommit": {"oid": commit}, "pullRequest": {"number": number}});
        let nodes: Vec<Value> = self.queue.iter().map(node).collect();
        json!({"data": {"repository": {"mergeQueue": {"entries": {"nodes": nodes}}}}})
    }

    /// The newest status of each name.
    fn combined(&self, sha: &str) -> Value {
        let mut newest: BTreeMap<String, Value> = BTreeMap::new();
        for (index, (_, body)) in self.statuses.iter().enumerate().filter(|(_, (known, _))| known == sha) {
            newest.insert(body["context"].to_string(), simple_status(index + 1, body));
        }
        let statuses: Vec<Value> = newest.into_values().collect();
        json!({"state": "pending", "statuses": statuses, "sha": sha, "total_count": statuses.len(), "repository": minimal_repository(),
               "commit_url": "https://example.com/c", "url": "https://example.com/s"})
    }
}

/// One page of a list, and the link to the next. Pages are small, so that every list has several.
fn page(all: &[Value], request: &Request, address: &str) -> Answer {
    const SIZE: usize = 3;
    let asked =
        request.url.query_pairs().find(|(name, _)| name == "page").and_then(|(_, value)| value.parse().ok());
    let page: usize = asked.unwrap_or(1);
    let items: Vec<Value> = all.iter().skip((page - 1) * SIZE).take(SIZE).cloned().collect();
    let link = (page * SIZE < all.len()).then(|| {
        format!(
            "<{address}{}?per_page=100&page={}>; rel=\"next\", <{address}/x?page=9>; rel=\"last\"",
            request.url.path(),
            page + 1
        )
    });
    (200, Value::Array(items), link)
}

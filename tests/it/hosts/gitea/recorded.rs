//! Exchanges that were recorded with a real Gitea, replayed to the program's own reader of its API.
//!
//! In: the file that `GITEA_EXCHANGES` names, one exchange a line. Out: for each, what the program makes of it. Never:
//! holds a copy of it. Without the file the tests say that they are skipped.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeowners::OwnerHandle;
use portcullis::host::api::{
    AroundHook, CommitStatus, Connection, Forge, Freshness, Occasion, Project, PullNumber, PullState,
    ReviewState, Setting, StatusState, Statuses, open,
};
use portcullis::host::{ForgeHost, Method};
use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::common::git::Failure;

const TIMELINE: &str = "/repos/acme/pr/issues/14/timeline";
const SEARCH: &str = "/orgs/acme/teams/search?q=platform";
const MEMBERS: &str = "/teams/2/members?limit=50&page=1";

/// One exchange.
#[derive(Clone)]
struct Exchange {
    method: String,
    path: String,
    query: String,
    status: u16,
    total: Option<String>,
    reply: Value,
}

/// The recorded exchanges, by their place in the file.
struct Recorded(Vec<Exchange>);

/// A Gitea that answers as it was recorded.
struct Gitea {
    _runtime: tokio::runtime::Runtime,
    server: MockServer,
    answers: Arc<Mutex<BTreeMap<String, Exchange>>>,
}

struct Answers(Arc<Mutex<BTreeMap<String, Exchange>>>);

impl Recorded {
    /// `None` without a file, with the reason printed.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn read() -> Result<Option<Self>, Failure> {
        let Some(path) = std::env::var_os("GITEA_EXCHANGES") else {
            eprintln!("skipped: GITEA_EXCHANGES names no file, so no exchange with a Gitea was replayed");
            return Ok(None);
        };
        let lines = std::fs::read_to_string(path)?;
        let exchanges = lines.lines().map(Exchange::parse).collect::<Result<Vec<_>, _>>()?;
        assert!(exchanges.len() >= 42, "{} exchanges", exchanges.len());
        Ok(Some(Self(exchanges)))
    }

    /// The exchange with a path, which may end with a query.
    fn find(&self, method: &str, path: &str, status: u16) -> Result<Exchange, Failure> {
        let wanted =
            |known: &&Exchange| known.method == method && known.whole() == path && known.status == status;
        let found = self.0.iter().find(wanted);
        Ok(found.cloned().ok_or_else(|| format!("no {method} {path} with {status}"))?)
    }
}

impl Exchange {
    fn parse(line: &str) -> Result<Self, Failure> {
        let line: Value = serde_json::from_str(line)?;
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let whole = text("path");
        let (path, query) = whole.split_once('?').unwrap_or((&whole, ""));
        Ok(Self {
            method: text("method"),
            path: path.strip_prefix("/api/v1").unwrap_or(path).to_owned(),
            query: query.to_owned(),
            status: u16::try_from(line["status"].as_u64().unwrap_or_default())?,
            total: line["headers"]["X-Total-Count"].as_str().map(str::to_owned),
            reply: line["reply"].clone(),
        })
    }

    fn whole(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    fn entries(&self) -> usize {
        self.reply.as_array().map_or(0, Vec::len)
    }
}

impl Gitea {
    fn start() -> Result<Self, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let answers = Arc::new(Mutex::new(BTreeMap::new()));
        let server = runtime.block_on(async {
            let server = MockServer::start().await;
            Mock::given(any()).respond_with(Answers(Arc::clone(&answers))).mount(&server).await;
            server
        });
        Ok(Self { _runtime: runtime, server, answers })
    }

    /// From now on answers a request like this. `page` is the page of a list, or 0 for all.
    fn answer(&self, exchange: &Exchange, page: usize) {
        let key = format!("{} {} {page}", exchange.method, exchange.path);
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(key, exchange.clone());
    }

    /// The program's own reader.
    fn open(&self) -> Result<Box<dyn Forge>, Failure> {
        let base = format!("{}/api/v1", self.server.uri());
        let deadline = Instant::now() + Duration::from_mins(1);
        let connection = Connection { base: &base, token: Some("a-token"), certificates: None, deadline };
        let host = ForgeHost::named("gitea").ok_or("no gitea")?;
        let project = Project::parse("acme/pr").ok_or("no project")?;
        Ok(open(host, project, &connection)?)
    }
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = request.url.path().strip_prefix("/api/v1").unwrap_or_default();
        let page = request.url.query_pairs().find(|(name, _)| name == "page");
        let page = page.map_or("1".to_owned(), |(_, page)| page.into_owned());
        assert!(request.url.query_pairs().all(|(name, _)| name != "per_page"), "Gitea ignores per_page");
        let of = |page: &str| known.get(&format!("{} {path} {page}", request.method));
        let Some(exchange) = of(&page).or_else(|| of("0")) else {
            return ResponseTemplate::new(404).set_body_json(json!({"message": "not recorded"}));
        };
        let template = ResponseTemplate::new(exchange.status);
        let template = match &exchange.reply {
            Value::String(empty) if empty.is_empty() => template,
            reply => template.set_body_json(reply),
        };
        match &exchange.total {
            Some(total) => template.insert_header("x-total-count", total.as_str()),
            None => template,
        }
    }
}

/// Every recorded exchange is read without an error that it does not deserve.
#[test]
fn every_recorded_exchange_is_understood() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    for exchange in &recorded.0 {
        let gitea = Gitea::start()?;
        gitea.answer(exchange, 0);
        let forge = gitea.open()?;
        let read = match exchange.method.as_str() {
            "GET" => forge.http().get::<Option<Value>>(&exchange.path).map(drop),
            "POST" => {
                forge.http().send_once::<Option<Value>>(Method::Post, &exchange.path, &json!({})).map(drop)
            }
            // The program sends no other request that was recorded.
            _ => continue,
        };
        assert_eq!(read.is_ok(), exchange.status < 300, "{}: {read:?}", exchange.whole());
        let said = exchange.reply["message"].as_str().unwrap_or_default();
        assert!(read.is_ok() || format!("{read:?}").contains(said), "{read:?}");
    }
    Ok(())
}

#[test]
fn pull_requests_and_reviews() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    let gitea = Gitea::start()?;
    gitea.answer(&recorded.find("GET", "/repos/acme/pr/pulls/14", 200)?, 0);
    let pull = gitea.open()?.pull_request(PullNumber(14))?;
    assert_eq!(
        (pull.state, pull.target.as_str(), pull.default_branch.as_str()),
        (PullState::Open, "main", "main")
    );
    for (path, status) in [
        ("/repos/acme/pr/pulls/29", 401),
        ("/repos/acme/pr/pulls/29", 404),
        ("/repos/acme/pr/pulls/99999", 404),
    ] {
        gitea.answer(&recorded.find("GET", path, status)?, 0);
        let number = PullNumber(if path.ends_with("99999") { 99_999 } else { 29 });
        assert!(
            gitea.open()?.pull_request(number).is_err_and(|error| error.is_forbidden()),
            "{path} {status}"
        );
    }
    // The first of two pages; the second has the rest.
    let reviews = recorded.find("GET", "/repos/acme/pr/pulls/14/reviews?limit=50&page=1", 200)?;
    let total: usize = reviews.total.as_deref().unwrap_or_default().parse()?;
    let rest =
        reviews.reply.as_array().into_iter().flatten().take(total - reviews.entries()).cloned().collect();
    gitea.answer(&reviews, 1);
    gitea.answer(&Exchange { reply: Value::Array(rest), ..reviews }, 2);
    assert_eq!(gitea.open()?.reviews(PullNumber(14))?.len(), total);
    // A review that somebody else has not submitted is counted and not shown.
    gitea.answer(&recorded.find("GET", "/settings/api", 200)?, 0);
    let mut shown: Vec<&Exchange> =
        recorded.0.iter().filter(|known| known.path.ends_with("/29/reviews")).collect();
    shown.retain(|known| known.method == "GET");
    for (exchange, count) in shown.into_iter().zip([2, 3]) {
        gitea.answer(exchange, 0);
        let reviews = gitea.open()?.reviews(PullNumber(29))?;
        assert_eq!(reviews.len(), count);
        let approving = reviews.iter().filter(|review| review.state == ReviewState::Approved).count();
        assert_eq!(approving, 1);
    }
    Ok(())
}

/// Each page of the timeline says that it is the whole one. The target changes on the last.
#[test]
fn timelines() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    let page = |query: &str| recorded.find("GET", &format!("{TIMELINE}{query}"), 200);
    let gitea = Gitea::start()?;
    let reviews = recorded.find("GET", "/repos/acme/pr/pulls/14/reviews?limit=50&page=1", 200)?;
    gitea.answer(&Exchange { total: Some(reviews.entries().to_string()), ..reviews }, 0);
    gitea.answer(&page("?limit=50&page=99")?, 0);
    for (number, query) in [
        (1, ""),
        (1, "?per_page=100&page=1"),
        (1, "?limit=50&page=1"),
        (2, "?limit=50&page=2"),
        (3, "?limit=50&page=3"),
    ] {
        let page = page(query)?;
        assert_eq!(page.total, Some(page.entries().to_string()), "the total is that of the page");
        gitea.answer(&page, number);
        assert_eq!(gitea.open()?.retargeted(PullNumber(14))?, None);
    }
    let mut last = page("?limit=50&page=4")?;
    gitea.answer(&last, 4);
    assert_eq!(gitea.open()?.retargeted(PullNumber(14))?, None);
    let entry = last.reply.as_array_mut().and_then(|entries| entries.last_mut()).ok_or("no entry")?;
    entry["type"] = json!("change_target_branch");
    gitea.answer(&last, 9);
    assert!(gitea.open()?.retargeted(PullNumber(14))?.is_some());
    Ok(())
}

#[test]
fn statuses_and_comments() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    let gitea = Gitea::start()?;
    let combined = recorded.0.iter().find(|known| known.path.ends_with("/status")).ok_or("no status")?;
    let commit = combined.path.split('/').nth(5).unwrap_or_default();
    let commit = source_files::ObjectId::parse(commit).ok_or("no commit")?;
    gitea.answer(combined, 0);
    let forge = gitea.open()?;
    let status = |description: &str| CommitStatus {
        context: "portcullis".into(),
        state: StatusState::Success,
        description: description.into(),
        target_url: None,
    };
    let known = combined.reply["statuses"][0]["description"].as_str().unwrap_or_default();
    forge.set_status(&commit, &status(known))?;
    assert_eq!(forge.http().requests(), 1, "it is set already");
    let path = format!("/repos/acme/pr/statuses/{commit}");
    gitea.answer(&recorded.find("POST", &path, 403)?, 0);
    assert!(forge.set_status(&commit, &status("another")).is_err());
    gitea.answer(&recorded.find("POST", &path, 201)?, 0);
    forge.set_status(&commit, &status("another"))?;
    // The creator of the status is the token's account, and so says Gitea where it may be asked.
    let mut comments = recorded.find("GET", "/repos/acme/pr/issues/29/comments", 200)?;
    gitea.answer(&comments, 0);
    let written = |forge: &dyn Forge| forge.write_comment(PullNumber(29), "<!--", "<!-- new", Occasion::Anew);
    assert!(written(&*forge).is_err_and(|error| error.to_string().contains("POST")), "there is none yet");
    let user = recorded.find("GET", "/user", 200)?;
    comments.reply = json!([{"id": 5, "user": {"login": user.reply["login"]}, "body": "<!-- old"}]);
    comments.total = Some("1".into());
    gitea.answer(&comments, 0);
    let patched = |error: portcullis::host::ForgeError| {
        error.to_string().contains("PATCH /repos/acme/pr/issues/comments/5")
    };
    assert!(written(&*forge).is_err_and(patched));
    gitea.answer(&user, 0);
    assert!(written(&*gitea.open()?).is_err_and(patched));
    Ok(())
}

#[test]
fn teams() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    let gitea = Gitea::start()?;
    let team = OwnerHandle("@acme/platform".into());
    let needs =
        |error: portcullis::host::ForgeError| error.to_string().contains("must be a member of each team");
    gitea.answer(&recorded.find("GET", SEARCH, 403)?, 0);
    assert!(gitea.open()?.team(&team).is_err_and(needs));
    gitea.answer(&recorded.find("GET", SEARCH, 200)?, 0);
    gitea.answer(&recorded.find("GET", MEMBERS, 404)?, 0);
    assert!(gitea.open()?.team(&team).is_err_and(needs));
    gitea.answer(&recorded.find("GET", MEMBERS, 200)?, 0);
    assert_eq!(gitea.open()?.team(&team)?, ["alice", "bob"]);
    assert!(gitea.open()?.team(&OwnerHandle("@acme/other".into())).is_err());
    Ok(())
}

#[test]
fn rules() -> Result<(), Failure> {
    let Some(recorded) = Recorded::read()? else { return Ok(()) };
    let gitea = Gitea::start()?;
    let branch = recorded.find("GET", "/repos/acme/pr/branches/main", 200)?;
    let all = recorded.find("GET", "/repos/acme/pr/branch_protections", 200)?;
    let of_main = Exchange { path: format!("{}/main", all.path), reply: all.reply[0].clone(), ..all.clone() };
    let repository = Exchange {
        path: "/repos/acme/pr".into(),
        reply: json!({"default_branch": "main"}),
        ..branch.clone()
    };
    let listed = json!([branch.reply]);
    let branches = Exchange {
        path: "/repos/acme/pr/branches".into(),
        total: Some("1".into()),
        reply: listed,
        ..branch.clone()
    };
    let tags = recorded.find("GET", "/repos/acme/pr/tag_protections", 200)?;
    for exchange in [&branch, &of_main, &repository, &branches, &tags] {
        gitea.answer(exchange, 0);
    }
    let forge = gitea.open()?;
    assert_eq!(forge.branch_rules("main")?.freshness, Freshness::UpToDate);
    let facts = forge.enforcement(None)?;
    let around = facts.around_hook.ok_or("no facts")?;
    assert!(matches!(around, AroundHook { tags: Setting::Known(rules), .. } if rules.is_empty()));
    gitea.answer(&recorded.find("GET", "/repos/acme/pr/branches/nope", 404)?, 0);
    let hidden = forge.enforcement(Some("nope"))?.hidden;
    assert!(hidden.iter().any(|reason| reason.contains("`nope` does not exist")), "{hidden:?}");
    assert_eq!(forge.branch_rules("nope")?.freshness, Freshness::Unknown);
    // A rule of a pattern, with a list of those who bypass it.
    let rule = recorded.find("GET", "/repos/acme/pr/branch_protections/rec%2F*", 200)?;
    let mut of_pattern = branch.clone();
    of_pattern.path = "/repos/acme/pr/branches/rec%2F1".into();
    of_pattern.reply["effective_branch_protection_name"] = json!("rec/*");
    gitea.answer(&of_pattern, 0);
    gitea.answer(&Exchange { path: "/repos/acme/pr/branch_protections/rec%2F%2A".into(), ..rule }, 0);
    let facts = forge.enforcement(Some("rec/1"))?;
    let layer = facts.layers.first().ok_or("no layer")?;
    assert!(format!("{:?}", layer.bypass).contains("dave"), "{layer:?}");
    let Statuses::Named(statuses) = &layer.statuses else { return Err("no statuses".into()) };
    assert!(statuses.iter().any(|status| status.matches("portcullis (rec/1)") && status.is_pattern()));
    Ok(())
}

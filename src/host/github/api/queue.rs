//! GitHub's merge queue, which only GraphQL reports.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use super::Github;
use super::wire::{GraphAnswer, graphql_path};
use crate::host::api::model::{PullNumber, QueueEntry};
use crate::host::forge_error::ForgeError;
use crate::host::forge_error::Method;
use source_files::ObjectId;

const QUEUE: &str = "query($owner: String!, $name: String!, $branch: String!) { repository(owner: $owner, name: $name) \
                     { mergeQueue(branch: $branch) { entries(first: 100) { nodes { headCommit { oid } pullRequest \
                     { number } } } } } }";

#[derive(Deserialize)]
struct Answer {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    merge_queue: Option<Queue>,
}

#[derive(Deserialize)]
struct Queue {
    entries: Option<Entries>,
}

#[derive(Deserialize)]
struct Entries {
    nodes: Vec<Option<Entry>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    head_commit: Option<Commit>,
    pull_request: Option<Pull>,
}

#[derive(Deserialize)]
struct Commit {
    oid: String,
}

#[derive(Deserialize)]
struct Pull {
    number: u64,
}

/// Returns the pull requests in the queue that have a merge commit already.
pub(super) fn read_entries(github: &Github, branch: &str) -> Result<Vec<QueueEntry>, ForgeError> {
    let (owner, name) = github.project.as_str().split_once('/').unwrap_or_default();
    let variables = json!({"owner": owner, "name": name, "branch": branch});
    let answer: Answer = ask(github, QUEUE, &variables)?;
    let queue =
        answer.repository.and_then(|repository| repository.merge_queue).and_then(|queue| queue.entries);
    let nodes = queue.map(|entries| entries.nodes).unwrap_or_default();
    let entry = |entry: Entry| {
        let merged = ObjectId::parse(&entry.head_commit?.oid)?;
        Some(QueueEntry { number: PullNumber(entry.pull_request?.number), merged })
    };
    Ok(nodes.into_iter().flatten().filter_map(entry).collect())
}

/// Sends a GraphQL query. An answer with errors is rejected, even if it contains data.
pub(super) fn ask<T: DeserializeOwned>(
    github: &Github,
    query: &str,
    variables: &serde_json::Value,
) -> Result<T, ForgeError> {
    let path = graphql_path(&github.http);
    let answer: GraphAnswer<T> =
        github.http.send_once(Method::Post, path, &json!({"query": query, "variables": variables}))?;
    let malformed = |reason: String| ForgeError::malformed(Method::Post, path, reason);
    match (answer.errors.first(), answer.data) {
        (Some(problem), _) => Err(malformed(problem.message.clone())),
        (None, Some(data)) => Ok(data),
        (None, None) => Err(malformed("it is empty".into())),
    }
}

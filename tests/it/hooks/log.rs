//! The operator's record: one line of JSON for each push.

use std::fs;

use serde_json::Value;

use super::manifests::{NODE_PORT, SERVICE, SERVICE_PATH};
use super::server::Server;
use crate::common::git::Failure;

#[test]
fn each_push_is_one_line() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let log = server.folder.path().join("pushes.jsonl");
    server.guard("pre-receive", &format!("pre-receive --log '{}'", log.display()))?;
    let alice = server.checkout("alice")?;
    alice.commit("Note", &[("notes.txt", "notes\n")])?;
    alice.push_main()?.accepted(&[]);
    let accepted = server.tip("main")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    alice.push(&["HEAD:refs/heads/a\u{1b}[31m"])?;

    let text = fs::read_to_string(&log)?;
    let lines: Vec<Value> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    assert!(lines.len() >= 2, "{text}");
    assert_eq!(lines[0]["verdict"], "accept");
    assert_eq!(lines[0]["refs"][0]["ref"], "refs/heads/main");
    assert_eq!(lines[0]["refs"][0]["new"], accepted);
    assert_eq!(lines[1]["verdict"], "reject");
    assert_eq!(lines[1]["refs"][0]["findings"]["node-port"], 1);
    assert!(lines[1]["milliseconds"].as_f64().is_some_and(|time| time > 0.0), "{text}");
    assert!(!text.contains('\u{1b}'), "a ref is not escaped: {text}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&log)?.permissions().mode() & 0o777, 0o600);
    }
    Ok(())
}

/// The record decides nothing: without it the push is judged all the same, and the pusher reads why it is missing.
#[test]
fn a_record_that_cannot_be_written_is_named() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.guard("pre-receive", "pre-receive --log /nowhere/pushes.jsonl")?;
    let alice = server.checkout("alice")?;
    alice.commit("Note", &[("notes.txt", "notes\n")])?;
    alice.push_main()?.accepted(&["could not write the server's record of this push"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

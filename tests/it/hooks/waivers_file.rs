//! The file of waivers beside the policy: what it accepts, from when on, and what is said of it.

use std::time::SystemTime;

use super::approvals;
use super::checkout::Checkout;
use super::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::Server;
use super::waivers::fingerprint;
use crate::common::git::Failure;

/// Where the file stands.
pub(super) const WAIVERS_PATH: &str = ".portcullis-waivers.yaml";

/// The file with entries.
pub(super) fn waivers_file(entries: &[String]) -> String {
    let lines: String = entries.iter().flat_map(|entry| ["- {", entry, "}\n"]).collect();
    format!("apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers:\n{lines}")
}

/// The entry for the open port.
pub(super) fn entry(expires: &str) -> Result<String, Failure> {
    Ok(entry_of("Service/shop/frontend", &fingerprint()?, expires))
}

fn entry_of(object: &str, fingerprint: &str, expires: &str) -> String {
    format!(
        "check: node-port, object: {object}, fingerprint: '{fingerprint}', reason: moves in spring, \
         owner: '@acme/network', expires: {expires}"
    )
}

/// The day on the server, and some days later.
fn day(later: u64) -> Result<String, Failure> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_secs();
    let seconds = i64::try_from(now + later * 24 * 60 * 60)?;
    let day = chrono::DateTime::from_timestamp(seconds, 0).ok_or("no such day")?;
    Ok(day.date_naive().to_string())
}

fn server(policy_lines: &str, entries: &[String]) -> Result<(Server, Checkout), Failure> {
    let (policy, waivers) = (policy(policy_lines), waivers_file(entries));
    let files = [(POLICY_PATH, &*policy), (WAIVERS_PATH, &*waivers), (SERVICE_PATH, SERVICE)];
    let server = Server::holding(&files)?;
    let checkout = server.checkout("alice")?;
    Ok((server, checkout))
}

#[test]
fn what_the_file_waives_passes_and_is_told() -> Result<(), Failure> {
    let (_server, alice) = server("", &[entry("2999-01-01")?])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&["[node-port]", "until 2999-01-01 by @acme/network: moves in spring"]);
    Ok(())
}

#[test]
fn a_push_does_not_waive_itself_by_bringing_the_file() -> Result<(), Failure> {
    let server = Server::holding(&[(POLICY_PATH, &policy("")), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    let waivers = waivers_file(&[entry("2999-01-01")?]);
    alice.commit("Waive", &[(WAIVERS_PATH, &waivers)])?;
    alice
        .push_main()?
        .rejected(&["error[weakened-policy]", "`node-port` is waived for Service/shop/frontend"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[weakened-policy]", "error[node-port]"]);
    Ok(())
}

#[test]
fn a_file_on_the_pushed_branch_alone_waives_nothing() -> Result<(), Failure> {
    let protected = policy("protected: [refs/heads/main, 'refs/heads/release/*']\n");
    let server = Server::holding(&[(POLICY_PATH, &protected), (SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Waive", &[(WAIVERS_PATH, &waivers_file(&[entry("2999-01-01")?]))])?;
    alice.push(&["HEAD:refs/heads/unguarded"])?.accepted(&[]);
    server.force("refs/heads/release/1", &server.tip("refs/heads/unguarded")?)?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/release/1"])?.rejected(&["error[node-port]"]);
    Ok(())
}

/// A list that nobody guards stands where the link leads.
#[test]
fn a_link_to_a_list_waives_nothing() -> Result<(), Failure> {
    let list = waivers_file(&[entry("2999-01-01")?]);
    let files = [(POLICY_PATH, &*policy("")), ("lists/open.yaml", &list), (SERVICE_PATH, SERVICE)];
    let server = Server::holding(&files)?;
    let alice = server.checkout("alice")?;
    let target = alice.git.store("blob", b"lists/open.yaml")?;
    let linked = alice.commit_entry("120000", &target, WAIVERS_PATH.as_bytes())?;
    alice.push_main()?.rejected(&["error[weakened-policy]", WAIVERS_PATH]);
    alice.push(&["HEAD:refs/heads/unguarded"])?.accepted(&[]);
    server.force("refs/heads/main", &linked)?;
    alice.git.run(&["reset", "--quiet", "--hard"], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn an_approved_file_counts_from_the_next_push_on() -> Result<(), Failure> {
    let server = approvals::server(1, "")?;
    let alice = approvals::clone_of(&server, "alice")?;
    let owners = "/prod/ @alice @bob @mallory\n/.portcullis* @alice @bob\n/.github/ @alice @bob\n";
    let mallory = approvals::clone_of(&server, "mallory")?;
    mallory.commit("Own the waivers", &[(".github/CODEOWNERS", owners)])?;
    let owned = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.push(&["HEAD:refs/heads/unguarded"])?.accepted(&[]);
    server.force("refs/heads/main", &owned)?;
    let waivers = waivers_file(&[entry("2999-01-01")?]);
    approvals::proposal(&mallory, &[(WAIVERS_PATH, &waivers)])?;
    mallory.push_main()?.rejected(&["error[weakened-policy]", "the list of waivers"]);
    approvals::approve(&alice, &[])?;
    let told =
        "from now on `node-port` is waived for Service/shop/frontend of cluster default until 2999-01-01";
    mallory.push_main()?.accepted(&[told]);
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    mallory.push_main()?.rejected(&["waived[node-port]", "error[missing-approval]"]);
    mallory.git.run(&["push", "--quiet", "--force", "origin", "HEAD:refs/heads/proposal"], b"")?;
    approvals::approve(&alice, &[])?;
    mallory.push_main()?.accepted(&["waived[node-port]"]);
    Ok(())
}

#[test]
fn a_waiver_of_another_fingerprint_or_cluster_does_not_cover() -> Result<(), Failure> {
    let good = entry("2999-01-01")?;
    for wrong in [
        entry_of("Service/shop/frontend", "000000000000000000000000", "2999-01-01"),
        good.replace("object:", "cluster: prod, object:"),
        good.replace("frontend", "backend"),
        good.replace("node-port", "external-ip"),
        good.replace("fingerprint: '", "fingerprint: '*"),
    ] {
        let (_server, alice) = server("", std::slice::from_ref(&wrong))?;
        alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
        alice.push_main()?.rejected(&["error[node-port]"]);
    }
    Ok(())
}

/// Around midnight the day may change between the two pushes: the longer one is tried then.
#[test]
fn the_last_day_counts() -> Result<(), Failure> {
    let (_server, alice) = server("", &[entry(&day(0)?)?])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let before = day(0)?;
    let push = alice.push_main()?;
    if before == day(0)? {
        push.accepted(&["waived[node-port]", "warning[expired-waiver]", "expires on"]);
    }
    Ok(())
}

#[test]
fn whoever_touches_what_an_expired_waiver_covers_is_told() -> Result<(), Failure> {
    let (_server, alice) = server("", &[entry("2024-12-31")?])?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    let push = alice.push_main()?;
    push.accepted(&["1 waiver has expired"]);
    push.not_told("[expired-waiver]");
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let told = ["error[node-port]", "warning[expired-waiver]", "Service/shop/frontend expired on 2024-12-31"];
    alice.push_main()?.rejected(&told);
    Ok(())
}

#[test]
fn a_waiver_of_the_file_does_not_waive_the_floor() -> Result<(), Failure> {
    let (server, alice) = server("", &[entry("2999-01-01")?])?;
    server.set_floor(&policy(""))?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "server policy"]);
    server.guard("pre-receive", "pre-receive")?;
    alice.push_main()?.accepted(&["waived[node-port]"]);
    Ok(())
}

#[test]
fn a_waiver_that_ends_too_late_covers_nothing() -> Result<(), Failure> {
    for (lines, floor) in [("waiversMaxAge: 90d\n", None), ("", Some("waiversMaxAge: 90d\n"))] {
        let (server, alice) = server(lines, &[entry(&day(120)?)?])?;
        if let Some(floor) = floor {
            server.set_floor(&policy(&format!("checks: {{node-port: {{enforce: off}}}}\n{floor}")))?;
        }
        alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
        alice.push_main()?.rejected(&["error[node-port]", "1 waiver is invalid"]);
    }
    let (_server, alice) = server("waiversMaxAge: 90d\n", &[entry(&day(80)?)?])?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.accepted(&["waived[node-port]"]);
    Ok(())
}

#[test]
fn a_broken_file_locks_nobody_out() -> Result<(), Failure> {
    for broken in
        ["[", "kind: GatePolicy\n", "", "apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers: [7]\n"]
    {
        let files = [(POLICY_PATH, &*policy("")), (WAIVERS_PATH, broken), (SERVICE_PATH, SERVICE)];
        let server = Server::holding(&files)?;
        let alice = server.checkout("alice")?;
        alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
        alice.push_main()?.accepted(&["1 waiver is invalid"]);
    }
    Ok(())
}

#[test]
fn a_waiver_that_the_push_leaves_unused_is_told() -> Result<(), Failure> {
    let policy = policy("");
    let waivers = waivers_file(&[entry("2999-01-01")?]);
    let files = [(POLICY_PATH, &*policy), (WAIVERS_PATH, &*waivers), (SERVICE_PATH, NODE_PORT)];
    let server = Server::holding(&files)?;
    let alice = server.checkout("alice")?;
    alice.commit(
        "Label it",
        &[(SERVICE_PATH, &NODE_PORT.replace("namespace: shop", "namespace: shop\n  labels: {a: b}"))],
    )?;
    let push = alice.push_main()?;
    push.accepted(&[]);
    push.not_told("unused-waiver");
    alice.commit("Close it", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&["warning[unused-waiver]", "the change fixes the accepted problem"]);
    alice.git.run(&["rm", "--quiet", SERVICE_PATH], b"")?;
    alice.commit("Remove it", &[])?;
    alice.push_main()?.accepted(&["warning[unused-waiver]", "the change deletes it"]);
    Ok(())
}

#[test]
fn an_entry_that_ends_too_late_is_told_when_it_comes() -> Result<(), Failure> {
    let server =
        Server::holding(&[(POLICY_PATH, &policy("waiversMaxAge: 90d\n")), (SERVICE_PATH, NODE_PORT)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Waive", &[(WAIVERS_PATH, &waivers_file(&[entry(&day(120)?)?]))])?;
    let told = ["error[invalid-waiver]", "`waiversMaxAge` allows", ".portcullis-waivers.yaml:4:4"];
    alice.push_main()?.rejected(&told);
    Ok(())
}

#[test]
fn the_end_of_a_waiver_is_told_two_weeks_ahead() -> Result<(), Failure> {
    let begin = day(0)?;
    for (days, told) in [(13, true), (16, false)] {
        let (_server, alice) = server("", &[entry(&day(days)?)?])?;
        alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
        let push = alice.push_main()?;
        push.accepted(&["waived[node-port]"]);
        assert_eq!(
            push.said().contains("warning[expired-waiver]"),
            told,
            "{begin}, {days} days: {}",
            push.said()
        );
    }
    Ok(())
}

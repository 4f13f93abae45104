//! Policies that are weakened in a way that whoever is asked to approve them might not be told.
//!
//! Each attempt is played to its end: what it lets happen is rejected before, the report of the weaker
//! policy says so, and once an owner has approved it after all, the same change passes.

use crate::common::git::Failure;
use crate::hooks::approvals::{approve, clone_of, proposal, server, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, policy};
use crate::hooks::server::Server;

/// A Service with a port on every node, in a folder that nobody owns.
const PORT: [(&str, &str); 1] = [("apps/frontend.yaml", NODE_PORT)];

/// `before` rejects the files; the report of a change to `after` says the sentence; `after` accepts them.
fn weakens(before: &str, after: &str, files: &[(&str, &str)], sentence: &str) -> Result<(), Failure> {
    let server = server(1, before)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    refused(&mallory, files)?;
    weaken(&server, &alice, after, sentence)?;
    mallory.git.run(&["pull", "--quiet", "--rebase", "origin", "main"], b"")?;
    mallory.commit("The violation", files)?;
    mallory.push_main()?.accepted(&[]);
    Ok(())
}

fn refused(mallory: &Checkout, files: &[(&str, &str)]) -> Result<(), Failure> {
    mallory.commit("The violation", files)?;
    mallory.push_main()?.rejected(&["[node-port]"]);
    mallory.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"").map(drop)
}

/// Bob brings the weaker policy, is told what it is, and gets Alice to approve it.
fn weaken(server: &Server, alice: &Checkout, after: &str, sentence: &str) -> Result<(), Failure> {
    let bob = clone_of(server, "bob")?;
    proposal(&bob, &[(POLICY_PATH, &trusting_policy(1, after)?)])?;
    bob.push_main()?.rejected(&["error[weakened-policy]", &format!("weaker: {sentence}")]);
    approve(alice, &[])?;
    bob.push_main()?.accepted(&["changes with the approval of alice: from now on"]);
    Ok(())
}

fn node_port(rule: &str) -> String {
    format!("checks: {{node-port: {rule}}}\n")
}

/// Without `manifests.include` the usual extensions are read, and no others that were listed before.
#[test]
fn the_list_of_manifests_gives_way_to_the_usual_one() -> Result<(), Failure> {
    let before = "manifests: {include: ['**/*.yaml', '**/*.manifest']}\n";
    let files = [("apps/frontend.manifest", NODE_PORT)];
    weakens(before, "", &files, "`**/*.manifest` are no longer read as manifests")
}

/// The same exceptions in another order, hidden by one more that changes nothing.
#[test]
fn exceptions_change_places_beside_a_new_one() -> Result<(), Failure> {
    let before = node_port(
        "{enforce: warn, scopes: [{paths: ['apps/**'], enforce: deny}, {paths: ['**'], enforce: warn}]}",
    );
    let after = node_port(
        "{enforce: warn, scopes: [{paths: ['other/**'], enforce: deny}, {paths: ['**'], enforce: warn}, {paths: ['apps/**'], enforce: deny}]}",
    );
    weakens(&before, &after, &PORT, "the order of the scopes of `node-port` changes")
}

/// A strict exception that kept a lax one from being tried goes away, and the rule itself is as strict.
#[test]
fn an_exception_that_shielded_from_another_goes() -> Result<(), Failure> {
    let before = node_port(
        "{enforce: deny, scopes: [{paths: ['apps/**'], enforce: deny}, {paths: ['**'], enforce: warn}]}",
    );
    let after = node_port("{enforce: deny, scopes: [{paths: ['**'], enforce: warn}]}");
    weakens(&before, &after, &PORT, "`node-port` is no longer `deny` for paths `apps/**`")
}

/// Fewer approvals for an exception that asks for them, while the rule itself denies.
#[test]
fn an_exception_asks_for_fewer_approvals() -> Result<(), Failure> {
    let rule = |count: usize| {
        node_port(&format!(
            "{{enforce: deny, approvers: ['@alice', '@bob'], count: {count}, scopes: [{{paths: ['apps/**'], enforce: approve}}]}}"
        ))
    };
    let server = server(1, &rule(2))?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &PORT)?;
    approve(&alice, &[])?;
    mallory.push_main()?.rejected(&["needs approval[node-port]"]);
    mallory.git.run(&["push", "--quiet", "origin", ":refs/heads/proposal"], b"")?;
    weaken(&server, &alice, &rule(1), "1 approval is enough for `node-port`, instead of 2")
}

/// An exception of the highest severity only: what is less severe falls through to a laxer one.
#[test]
fn an_exception_is_narrowed_to_one_severity() -> Result<(), Failure> {
    let before = node_port("{enforce: warn, scopes: [{paths: ['apps/**'], enforce: deny}]}");
    let after =
        node_port("{enforce: warn, scopes: [{paths: ['apps/**'], severities: [critical], enforce: deny}]}");
    weakens(&before, &after, &PORT, "`node-port` is no longer `deny` for paths `apps/**`")
}

/// The rule goes to another cluster: the files are given to one that has an exception.
#[test]
fn the_files_are_given_to_a_cluster_with_an_exception() -> Result<(), Failure> {
    let rule = node_port("{enforce: deny, scopes: [{clusters: [sandbox], enforce: warn}]}");
    let after = format!("{rule}clusters: [{{name: sandbox, paths: ['apps/**']}}]\n");
    weakens(&rule, &after, &PORT, "files of `apps/**` belong to the new cluster `sandbox`")
}

/// The profile below the policy changes and nothing else.
#[test]
fn the_profile_is_exchanged() -> Result<(), Failure> {
    weakens("", "profile: audit\n", &PORT, "`node-port` becomes")
}

/// One more pattern under `manifests.exclude`.
#[test]
fn one_more_folder_is_left_out() -> Result<(), Failure> {
    let after = "manifests: {exclude: ['apps/**']}\n";
    weakens("", after, &PORT, "files of `apps/**` are no longer read as manifests")
}

/// Somebody's account is no longer theirs, so that it shuts them out of approving no more.
#[test]
fn somebody_is_no_longer_known_by_an_account() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (alice, bob) = (clone_of(&server, "alice")?, clone_of(&server, "bob")?);
    let without = trusting_policy(1, "")?.replace("'@mallory', 'mallory@example.com'", "'@mallory'");
    proposal(&bob, &[(POLICY_PATH, &without)])?;
    bob.push_main()?.rejected(&["weaker: changes by `mallory@example.com` no longer count as mallory's own"]);
    approve(&alice, &[])?;
    bob.push_main()?.accepted(&[]);
    Ok(())
}

/// Protection is taken from release branches by a pattern that looks like the one before.
#[test]
fn release_branches_lose_their_protection() -> Result<(), Failure> {
    let server = server(1, "")?;
    let mallory = clone_of(&server, "mallory")?;
    let narrower = trusting_policy(1, "")?.replace("refs/heads/release/*", "refs/heads/release?*");
    mallory.commit("Protect less", &[(POLICY_PATH, &narrower)])?;
    mallory.push_main()?.rejected(&["weaker: `refs/heads/release/*` is no longer protected"]);
    Ok(())
}

/// The owners of one path change behind those of many others, where the report said "and 4 more paths".
#[test]
fn one_owner_among_many_new_ones() -> Result<(), Failure> {
    let server = server(1, "")?;
    let (bob, mallory) = (clone_of(&server, "bob")?, clone_of(&server, "mallory")?);
    let paths: Vec<String> = (0..9).map(|number| format!("apps/{number}.txt")).collect();
    let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "x\n")).collect();
    bob.commit("Unowned files", &files)?;
    bob.push_main()?.accepted(&[]);
    mallory.git.run(&["pull", "--quiet", "origin", "main"], b"")?;
    let lines = "/apps/ @alice\n/prod/ @mallory\n/.portcullis.yaml @alice @bob\n/.github/ @alice @bob\n";
    mallory.commit("Own more", &[(".github/CODEOWNERS", lines)])?;
    mallory.push_main()?.rejected(&[
        "apps/0.txt and 8 more are owned by @alice, not by no one",
        "prod/frontend.yaml is owned by @mallory, not by @alice @bob @mallory",
    ]);
    Ok(())
}

/// A section asks for fewer of the same owners.
#[test]
fn a_section_that_counts_fewer_of_the_same_owners() -> Result<(), Failure> {
    let lines = "[Shop][2]\n/prod/ @alice @bob @mallory\n";
    let rules = policy("owners: {dialect: gitlab}\n");
    let server = Server::holding(&[(POLICY_PATH, &rules), ("CODEOWNERS", lines), ("prod/a.txt", "a\n")])?;
    let mallory = clone_of(&server, "mallory")?;
    mallory.commit("Count less", &[("CODEOWNERS", &lines.replace("[2]", "[1]"))])?;
    let told = "prod/a.txt is owned by @alice @bob @mallory, not by 2 of @alice @bob @mallory";
    mallory.push_main()?.rejected(&["error[weakened-policy]", told]);
    Ok(())
}

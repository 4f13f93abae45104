//! Owners in every dialect, judged by real pushes. Alice signs everything and is the only approver.

use std::process::Command;

use super::checkout::Checkout;
use super::manifests::{GREEN_SETTINGS, POLICY_PATH, SERVICE, SETTINGS, policy};
use super::server::{File, PORTCULLIS, Server};
use crate::common::git::Failure;
use crate::common::keys::person;

/// A server with these owners, and Alice's checkout of it.
fn server(owners: &str, handles: &str, files: &[File<'_>]) -> Result<(Server, Checkout), Failure> {
    let alice = person("alice")?;
    let fingerprint = alice.key.fingerprint().to_string();
    let policy = policy(&format!(
        "signatures: {{require: trusted, keyring: ['keys/*.asc']}}\n\
         owners: {{signerCounts: true, {owners}}}\n\
         people:\n- {{name: Alice, keys: ['{fingerprint}'], handles: [{handles}]}}\n"
    ));
    let key = String::from_utf8(alice.key.armored_certificate()?)?;
    let more: [File<'_>; 4] = [
        (POLICY_PATH, &policy),
        ("keys/alice.asc", &key),
        ("prod/settings.yaml", SETTINGS),
        ("infra/frontend.yaml", SERVICE),
    ];
    let server = Server::holding(&[files, &more].concat())?;
    let checkout = server.checkout("alice")?;
    checkout.sign_as("alice")?;
    Ok((server, checkout))
}

fn change_settings(alice: &Checkout) -> Result<(), Failure> {
    alice.commit("Change settings", &[("prod/settings.yaml", GREEN_SETTINGS)]).map(drop)
}

fn move_frontend(alice: &Checkout) -> Result<(), Failure> {
    alice.git.run(&["mv", "infra/frontend.yaml", "prod/frontend.yaml"], b"")?;
    alice.commit("Move it", &[]).map(drop)
}

const MISSING: &str = "error[missing-approval]";

#[test]
fn a_section_of_gitlab_counts_its_approvals() -> Result<(), Failure> {
    let file = (".gitlab/CODEOWNERS", "[Prod][2] @alice @bob\n/prod/\n");
    let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&[
        MISSING,
        "prod/settings.yaml needs 1 more approval for section [Prod] by any of @alice, @bob",
        "approved by: Alice",
        ".gitlab/CODEOWNERS:2",
    ]);
    Ok(())
}

#[test]
fn every_section_of_gitlab_has_to_approve() -> Result<(), Failure> {
    let file = (".gitlab/CODEOWNERS", "/prod/ @alice\n^[Security] @security/team\n*.yaml\n");
    let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
    change_settings(&alice)?;
    let push = alice.push_main()?;
    push.rejected(&[MISSING, "for section [Security] by @security/team"]);
    push.not_told("by @alice");
    Ok(())
}

#[test]
fn gitlab_owners_approve_whatever_the_case_of_their_names() -> Result<(), Failure> {
    let file = ("CODEOWNERS", "/prod/ @ALICE\n[Security] @@maintainers\n*.yaml\n!/infra/\n");
    let (_server, alice) = server("dialect: gitlab", "'@Alice', '@@Maintainer'", &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn a_move_between_owners_needs_both() -> Result<(), Failure> {
    for file in [
        (".gitlab/CODEOWNERS", "/prod/ @carol\n/infra/ @bob\n"),
        (".forgejo/CODEOWNERS", "prod/.* @carol\ninfra/.* @bob\n"),
    ] {
        let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
        move_frontend(&alice)?;
        let told = ["infra/frontend.yaml needs", "by @bob", "prod/frontend.yaml needs", "by @carol"];
        alice.push_main()?.rejected(&told);
    }
    Ok(())
}

#[test]
fn every_matching_line_of_gitea_has_to_approve() -> Result<(), Failure> {
    let file = (".gitea/CODEOWNERS", "prod/.* @alice\n.*\\\\.yaml @bob\n!infra/.* @carol\n");
    let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
    change_settings(&alice)?;
    let push = alice.push_main()?;
    push.rejected(&["prod/settings.yaml needs 1 more approval by @bob", "by @carol", ".gitea/CODEOWNERS:3"]);
    push.not_told("by @alice");
    Ok(())
}

const NESTED: [File<'_>; 3] = [
    ("OWNERS", "approvers: [platform]\n"),
    ("prod/OWNERS", "approvers: [alice]\n"),
    ("infra/OWNERS", "approvers: [bob]\noptions: {no_parent_owners: true}\n"),
];

#[test]
fn nested_owners_approve_what_is_below_them() -> Result<(), Failure> {
    let (_server, alice) = server("dialect: kubernetes", "'@alice'", &NESTED)?;
    change_settings(&alice)?;
    alice.push_main()?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn a_move_out_of_a_folder_with_owners_needs_them() -> Result<(), Failure> {
    let (_server, alice) = server("dialect: kubernetes", "'@alice'", &NESTED)?;
    move_frontend(&alice)?;
    let push = alice.push_main()?;
    push.rejected(&["infra/frontend.yaml needs 1 more approval by @bob", "infra/OWNERS:1"]);
    push.not_told("prod/frontend.yaml needs");
    Ok(())
}

#[test]
fn a_nested_file_needs_the_owners_of_before_and_after() -> Result<(), Failure> {
    let (_server, alice) = server("dialect: kubernetes", "'@alice', '@mallory'", &NESTED)?;
    let taken = "approvers: [mallory]\noptions: {no_parent_owners: true}\n";
    alice.commit("Take over", &[("infra/OWNERS", taken)])?;
    alice.push_main()?.rejected(&[
        "infra/OWNERS needs 1 more approval by @bob",
        "infra/OWNERS needs 1 more approval by @mallory",
        "infra/OWNERS:1 as this change would leave it",
    ]);
    Ok(())
}

#[test]
fn a_new_nested_file_needs_the_owners_above_it() -> Result<(), Failure> {
    let (_server, alice) = server("dialect: kubernetes", "'@alice'", &NESTED)?;
    let own = "approvers: [alice]\noptions: {no_parent_owners: true}\n";
    alice.commit("Own more", &[("new/OWNERS", own), ("new/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&[
        "2 files need 1 more approval by @platform",
        "file: new/settings.yaml",
        "new/OWNERS needs 1 more approval by @alice",
    ]);
    Ok(())
}

#[test]
fn codeowners_needs_the_owners_of_before_and_after() -> Result<(), Failure> {
    for (place, before, after) in [
        (".github/CODEOWNERS", "* @bob\n", "* @carol\n"),
        (".gitlab/CODEOWNERS", "[A]\n* @bob\n", "[A]\n* @carol\n"),
        (".gitea/CODEOWNERS", ".* @bob\n", ".* @carol\n"),
    ] {
        let (_server, alice) = server("approvals: 1", "'@alice'", &[(place, before)])?;
        alice.commit("Name another", &[(place, after)])?;
        let told = [&format!("{place} needs"), "by @bob", "by @carol", "as this change would leave it"];
        alice.push_main()?.rejected(&told);
    }
    Ok(())
}

#[test]
fn all_owners_or_two_teams_as_the_policy_says() -> Result<(), Failure> {
    let file = ("CODEOWNERS", "* @acme/web @acme/network\n");
    let handles = "'@acme/web', '@acme/network'";
    let (_server, alice) = server("require: all", handles, &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.accepted(&["accepted"]);

    let (_server, alice) = server("require: all", "'@acme/web'", &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&[MISSING, "1 more approval by each of @acme/network"]);

    let (_server, alice) = server("distinctTeams: 2", handles, &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&[MISSING, "a member of each of 1 more team must approve"]);
    Ok(())
}

#[test]
fn the_servers_dialect_goes_before_the_repositorys() -> Result<(), Failure> {
    // For GitHub, `prod` is all that is below it; for GitLab, only something of that very name.
    let file = ("CODEOWNERS", "/prod/ @bob\nprod @alice\n");
    let (server, alice) = server("dialect: github", "'@alice'", &[file])?;
    server.set_floor(&policy("owners: {dialect: gitlab, signerCounts: true}\n"))?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&[MISSING, "1 more approval by @bob"]);
    Ok(())
}

#[test]
fn files_of_two_hosts_are_undecided_until_the_policy_says_which() -> Result<(), Failure> {
    let files = [(".github/CODEOWNERS", "* @alice\n"), (".gitlab/CODEOWNERS", "* @bob\n")];
    let (_server, alice) = server("approvals: 1", "'@alice'", &files)?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&[MISSING, "belong to different hosts", "owners: {dialect"]);

    let (_server, alice) = server("dialect: github", "'@alice'", &files)?;
    change_settings(&alice)?;
    alice.push_main()?.accepted(&["accepted"]);
    Ok(())
}

#[test]
fn a_broken_line_holds_up_everything_but_its_correction() -> Result<(), Failure> {
    let file = ("CODEOWNERS", "/prod/ alice\n");
    let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
    change_settings(&alice)?;
    alice.push_main()?.rejected(&["error[invalid-codeowners]", "line 1 of CODEOWNERS", "a separate change"]);

    alice.git.run(&["reset", "--quiet", "--hard", "origin/main"], b"")?;
    alice.commit("Correct it", &[("CODEOWNERS", "/prod/ @alice\n")])?;
    let push = alice.push_main()?;
    push.rejected(&["error[weakened-policy]"]);
    push.not_told("invalid-codeowners");

    alice.commit("And change settings", &[("prod/settings.yaml", GREEN_SETTINGS)])?;
    alice.push_main()?.rejected(&["error[invalid-codeowners]"]);
    Ok(())
}

#[test]
fn a_push_that_breaks_a_line_is_told_so() -> Result<(), Failure> {
    let (_server, alice) = server("approvals: 1", "'@alice'", &[("CODEOWNERS", "/prod/ @alice\n")])?;
    alice.commit("Break it", &[("CODEOWNERS", "/prod/ @alice\n[ab] @alice\n")])?;
    alice.push_main()?.rejected(&["error[invalid-codeowners]", "Correct line 2 of CODEOWNERS"]);
    Ok(())
}

#[test]
fn a_new_place_that_another_host_reads_is_judged_too() -> Result<(), Failure> {
    let (_server, alice) = server("dialect: gitlab", "'@alice'", &[("docs/CODEOWNERS", "* @bob\n")])?;
    alice.commit("Shadow it", &[("CODEOWNERS", "* @alice\n")])?;
    alice.push_main()?.rejected(&[
        MISSING,
        "CODEOWNERS needs 1 more approval by @bob",
        "error[weakened-policy]",
    ]);
    Ok(())
}

/// What `portcullis owners` says of a path.
fn explained(alice: &Checkout, path: &str) -> Result<String, Failure> {
    let output = Command::new(PORTCULLIS).args(["owners", path]).current_dir(&alice.folder).output()?;
    Ok(String::from_utf8(output.stdout)?)
}

/// As CODEOWNERS writes it, with a slash before it, and as git takes it in a folder.
#[test]
fn a_path_may_be_named_from_the_root_or_from_a_folder() -> Result<(), Failure> {
    let (_server, alice) = server("approvals: 1", "'@alice'", &[(".github/CODEOWNERS", "/prod/ @bob\n")])?;
    let line = "prod/x.yaml: @bob (.github/CODEOWNERS:1 `/prod/`), 1 approval\n";
    assert_eq!(explained(&alice, "/prod/x.yaml")?, line);
    alice.write("prod/deep/keep", b"")?;
    for (folder, path) in [("prod", "x.yaml"), ("prod", "./x.yaml"), ("prod/deep", "/prod/x.yaml")] {
        let mut command = Command::new(PORTCULLIS);
        let output = command.args(["owners", path]).current_dir(alice.folder.join(folder)).output()?;
        assert_eq!(String::from_utf8(output.stdout)?, line, "{folder} {path}");
    }
    Ok(())
}

#[test]
fn owners_are_explained_by_line_section_and_count() -> Result<(), Failure> {
    let gitlab = "* @all\n[Prod][2] @alice @bob\n/prod/\n";
    let (_server, alice) = server("require: all", "'@alice'", &[(".gitlab/CODEOWNERS", gitlab)])?;
    assert_eq!(
        explained(&alice, "prod/settings.yaml")?,
        "prod/settings.yaml: @all (.gitlab/CODEOWNERS:1 `*`), 1 approval, of every listed owner\n\
         prod/settings.yaml: @alice @bob (.gitlab/CODEOWNERS:3 `/prod/` in section [Prod]), 2 approvals, of \
         every listed owner\n"
    );
    let (_server, alice) = server("approvals: 2", "'@alice'", &[(".gitea/CODEOWNERS", "prod/.* @bob\n")])?;
    let line = "prod/x: @bob (.gitea/CODEOWNERS:1 `prod/.*`), 2 approvals\n";
    assert_eq!(explained(&alice, "prod/x")?, line);
    assert_eq!(explained(&alice, "x")?, "x: no owner (no line matches)\n");

    let (_server, alice) = server("dialect: kubernetes", "'@alice'", &NESTED)?;
    assert_eq!(
        explained(&alice, "prod/a/b")?,
        "prod/a/b: @alice @platform (prod/OWNERS:1 `.*`), 1 approval\n"
    );
    let (_server, alice) = server("approvals: 1", "'@alice'", &[("CODEOWNERS", "* @bob\n/prod/\n")])?;
    assert_eq!(explained(&alice, "prod/x")?, "prod/x: no owner (CODEOWNERS:2 `/prod/` removes ownership)\n");
    Ok(())
}

#[test]
fn the_host_tells_how_a_file_at_the_root_is_read() -> Result<(), Failure> {
    let file = ("CODEOWNERS", "prod/.* @bob\n");
    let gitea = [
        ("GITEA_REPO_USER_NAME", "acme"),
        ("GITEA_REPO_NAME", "prod"),
        ("GITEA_PUSHER_NAME", "alice"),
        ("GITEA_PUSHER_ID", "4"),
    ];
    let (_server, alice) = server("approvals: 1", "'@alice'", &[file])?;
    change_settings(&alice)?;
    let push = alice.run_push(&["push", "origin", "HEAD:refs/heads/main"], &gitea)?;
    push.rejected(&[MISSING, "prod/settings.yaml needs 1 more approval by @bob"]);
    Ok(())
}

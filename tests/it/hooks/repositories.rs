//! Repositories that are stored, named or damaged in unusual ways.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::checkout::Checkout;
use super::manifests::{NODE_PORT, SERVICE, SERVICE_PATH, SETTINGS};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;
use crate::common::programs::write_program;

/// A clean push passes and a bad one does not.
fn judges(server: &Server) -> Result<(), Failure> {
    let alice = server.checkout("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&["1 object changed", "accepted"]);
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["error[node-port]", "was ClusterIP"]);
    Ok(())
}

#[test]
fn a_path_with_spaces() -> Result<(), Failure> {
    judges(&Server::named("my git repository.git", &[(SERVICE_PATH, SERVICE)])?)
}

/// git quotes such a path in `GIT_ALTERNATE_OBJECT_DIRECTORIES`, and libgit2 splits it there.
#[test]
fn a_path_with_a_colon() -> Result<(), Failure> {
    judges(&Server::named("team:shop.git", &[(SERVICE_PATH, SERVICE)])?)
}

#[test]
fn a_path_beyond_ascii() -> Result<(), Failure> {
    judges(&Server::named("entrepôt-リポジトリ.git", &[(SERVICE_PATH, SERVICE)])?)
}

#[test]
fn a_path_with_quotes_and_a_line_end() -> Result<(), Failure> {
    judges(&Server::named("a \"quoted\"\nname.git", &[(SERVICE_PATH, SERVICE)])?)
}

#[test]
fn another_branch_than_main_is_heads() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.git.run(&["branch", "--move", "main", "trunk"], b"")?;
    let alice = server.checkout("alice")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push(&["HEAD:refs/heads/trunk"])?.rejected(&["portcullis: trunk", "error[node-port]"]);
    Ok(())
}

#[test]
fn packed_refs_and_objects() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.git.run(&["gc", "--quiet"], b"")?;
    judges(&server)
}

/// Forges keep the objects of forks in one pool, under an absolute or a relative path.
fn fork_of(pool: &Server, alternate: &str) -> Result<Server, Failure> {
    let fork = Server::unborn("fork.git")?;
    fs::write(fork.git_dir.join("objects/info/alternates"), format!("{alternate}\n"))?;
    fork.force("refs/heads/main", &pool.tip("refs/heads/main")?)?;
    fork.guard("pre-receive", "pre-receive")?;
    Ok(fork)
}

#[test]
fn a_fork_that_shares_the_objects_of_a_pool() -> Result<(), Failure> {
    let pool = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    judges(&fork_of(&pool, &pool.git_dir.join("objects").display().to_string())?)
}

#[test]
fn a_fork_that_names_its_pool_by_a_relative_path() -> Result<(), Failure> {
    let pool = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let name = pool.folder.path().file_name().ok_or("the folder has no name")?.to_string_lossy();
    judges(&fork_of(&pool, &format!("../../../{name}/repository.git/objects"))?)
}

#[test]
fn the_first_push_of_an_unborn_repository_is_judged_as_a_whole() -> Result<(), Failure> {
    let server = Server::unborn("repository.git")?;
    server.guard("pre-receive", "pre-receive")?;
    let alice = server.checkout("alice")?;
    alice.git.run(&["symbolic-ref", "HEAD", "refs/heads/main"], b"")?;
    alice.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&["portcullis: main (new)", "error[node-port]"]);
    alice.commit("Close it", &[(SERVICE_PATH, SERVICE)])?;
    alice.push_main()?.accepted(&["portcullis: main (new)", "2 commits"]);
    Ok(())
}

/// The server has the history that the clone lacks, so nothing is unknown.
#[test]
fn a_push_from_a_shallow_clone_is_judged_like_any_other() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("full")?;
    alice.commit("Add a note", &[("notes.txt", "nothing\n")])?;
    alice.push_main()?.accepted(&[]);
    let shallow = Checkout::of(&server, "shallow", &["--depth=1"])?;
    shallow.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    shallow.push_main()?.accepted(&["1 commit", "accepted"]);
    shallow.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    shallow.push_main()?.rejected(&["error[node-port]"]);
    Ok(())
}

#[test]
fn a_push_that_would_make_the_server_shallow_is_rejected() -> Result<(), Failure> {
    let pool = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = pool.checkout("full")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.accepted(&[]);
    let server = Server::unborn("empty.git")?;
    server.git.run(&["config", "receive.shallowUpdate", "true"], b"")?;
    server.guard("pre-receive", "pre-receive")?;
    let shallow = Checkout::of(&pool, "shallow", &["--depth=1"])?;
    shallow
        .git
        .run(&["remote", "set-url", "origin", &format!("file://{}", server.git_dir.display())], b"")?;
    let push = Checkout::at(&server, shallow.folder)?.push_main()?;
    push.rejected(&["undecided", "shallow clone", "git fetch --unshallow"]);
    Ok(())
}

#[test]
fn a_shallow_server_judges_nothing() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    fs::write(server.git_dir.join("shallow"), format!("{}\n", server.tip("refs/heads/main")?))?;
    alice.push_main()?.rejected(&["undecided", "shallow", "git fetch --unshallow"]);
    Ok(())
}

#[test]
fn a_server_with_grafts_judges_nothing() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    fs::write(server.git_dir.join("info/grafts"), "")?;
    alice.push_main()?.rejected(&["undecided", "grafts", "remove `info/grafts`"]);
    Ok(())
}

/// Removes the stored Service from the server, as a broken disk would.
fn lose_service(server: &Server) -> Result<(), Failure> {
    let blob = server.tip(&format!("main:{SERVICE_PATH}"))?;
    let (folder, name) = blob.split_at(2);
    Ok(fs::remove_file(server.git_dir.join("objects").join(folder).join(name))?)
}

#[test]
fn a_changed_file_whose_old_content_is_missing_leaves_the_push_undecided() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    lose_service(&server)?;
    alice.commit("Give it another port", &[(SERVICE_PATH, &SERVICE.replace("port: 80", "port: 81"))])?;
    let push = alice.push(&["--no-thin", "HEAD:refs/heads/main"])?;
    push.rejected(&["undecided", SERVICE_PATH, "is missing from the repository"]);
    Ok(())
}

#[test]
fn an_unchanged_file_that_is_missing_counts_where_the_change_depends_on_it() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    lose_service(&server)?;
    alice.commit("Add a role", &[("prod/role.yaml", ROLE)])?;
    let push = alice.push(&["--no-thin", "HEAD:refs/heads/main"])?;
    push.rejected(&["undecided", SERVICE_PATH, "is missing from the repository"]);
    Ok(())
}

#[test]
fn an_unchanged_file_that_is_missing_is_left_aside_elsewhere() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let alice = server.checkout("alice")?;
    lose_service(&server)?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    let push = alice.push(&["--no-thin", "HEAD:refs/heads/main"])?;
    push.accepted(&["unchanged file not judged", SERVICE_PATH]);
    Ok(())
}

const ROLE: &str = "\
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules:
- {apiGroups: [\"\"], resources: [configmaps], verbs: [get]}
";

#[test]
fn the_hook_needs_neither_path_nor_home() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let home = server.folder.path().join("home");
    fs::create_dir(&home)?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o555))?;
    let line = format!("PATH= HOME='{}' exec '{PORTCULLIS}' pre-receive", home.display());
    write_program(&server.git_dir.join("hooks/pre-receive"), &line)?;
    judges(&server)?;
    assert_eq!(fs::read_dir(&home)?.count(), 0, "the hook wrote into its user's folder");
    Ok(())
}

#[test]
fn a_report_that_nobody_can_read_lets_nothing_through() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    server.guard("pre-receive", "pre-receive >/dev/full")?;
    let alice = server.checkout("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["portcullis: error: cannot write the report"]);
    Ok(())
}

/// The refs never arrive, so that the hook waits until its own deadline.
#[test]
fn a_hook_that_reaches_no_verdict_in_time_rejects() -> Result<(), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let line = format!(
        "cat >/dev/null; mkfifo wait; (sleep 3 >wait) 2>&- & '{PORTCULLIS}' pre-receive --deadline 1 <wait"
    );
    write_program(&server.git_dir.join("hooks/pre-receive"), &line)?;
    let alice = server.checkout("alice")?;
    alice.commit("Add settings", &[("prod/settings.yaml", SETTINGS)])?;
    alice.push_main()?.rejected(&["no verdict after 1 s, so the push is rejected"]);
    Ok(())
}

//! The doctor on every host, and in every format of a repository.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{PROVED, expect, holds, install};
use crate::common::documents::project;
use crate::common::git::Failure;
use crate::common::installation::{GOOD, Place, said};
use crate::common::programs::write_program;

#[test]
fn gitolite_gitlab_and_gitea_are_proved_with_what_they_export() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    install(&place, &["--local-code", "local"])?;
    let driver =
        "stdin=$(cat)\nfor h in $0.*\ndo\n[ -x $h ] || continue\necho \"$stdin\" | $h \"$@\" || exit 1\ndone";
    write_program(&place.hook(), driver)?;
    let link = place.hook().with_file_name("pre-receive.h00-portcullis");
    symlink(place.path("local/hooks/repo-specific/portcullis"), &link)?;
    holds(&place, &PROVED)?;
    let place = Place::new("server.git")?;
    install(&place, &["--repo", "server.git", "--host", "gitlab"])?;
    holds(&place, &["advice: hook: ", "custom_hooks/pre-receive is not one of git's own hooks"])?;
    holds(&place, &PROVED)?;
    let place = Place::new("server.git")?;
    install(&place, &["--custom-hooks", "gitaly"])?;
    expect(&place, &["--repo", "server.git", "--hook", "gitaly/pre-receive.d/portcullis"], 0, &PROVED)?;
    let place = Place::new("server.git")?;
    gitea(&place)?;
    holds(&place, &["advice: unseen changes: `refs/tags/*`: on Gitea and Forgejo"])?;
    holds(&place, &PROVED).map(drop)
}

/// The shim of a host whose hooks are installed by hand, and the other hook of plain git.
#[test]
fn hooks_that_were_installed_by_hand_are_proved() -> Result<(), Failure> {
    let program = env!("CARGO_BIN_EXE_portcullis");
    for (shim, name) in [("pre-receive.github-enterprise-server", "pre-receive"), ("update", "update")] {
        let place = Place::new("server.git")?;
        let text = fs::read_to_string(project("hooks").join(shim))?;
        let text = text.replace("exec portcullis", &format!("exec '{program}'"));
        write_program(&place.hook().with_file_name(name), &text)?;
        holds(&place, &PROVED)?;
    }
    Ok(())
}

/// Gitea's own hook asks a server that knows nothing of this push.
fn gitea(place: &Place) -> Result<(), Failure> {
    let delegate = "data=$(cat)\nfor hook in ${GIT_DIR}/hooks/pre-receive.d/*\ndo\necho \"$data\" | \"$hook\" || exit\ndone";
    write_program(&place.hook(), delegate)?;
    let own: &Path = &place.hook().with_file_name("pre-receive.d");
    fs::create_dir(own)?;
    write_program(&own.join("gitea"), "echo no server; exit 1")?;
    install(place, &["--repo", "server.git"])
}

/// A repository in another format than most.
fn proved_in_format(options: &[&str]) -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    let common = ["init", "-q", "--initial-branch=main", "--template="];
    let objects = options.iter().copied().filter(|option| option.starts_with("--object-format"));
    let clone = common.iter().copied().chain(objects).chain(["clone"]).collect::<Vec<_>>();
    place.git(".", &clone)?;
    place.git(".", &[&common, options, &["--bare", "new.git"]].concat())?;
    install(&place, &["--repo", "new.git"])?;
    let place = Place { repository: "new.git".into(), ..place };
    let push = place.push(GOOD, &[])?;
    assert!(push.status.success(), "{}", said(&push));
    holds(&place, &PROVED)?;
    holds(&place, &["advice: format: ", "`git cat-file` reads it"]).map(drop)
}

#[test]
fn a_sha256_repository_is_proved() -> Result<(), Failure> {
    proved_in_format(&["--object-format=sha256"])
}

#[test]
fn a_repository_with_a_table_of_refs_is_proved() -> Result<(), Failure> {
    let place = Place::new("server.git")?;
    if place.ask(".", &["init", "-q", "--bare", "--ref-format=reftable", "try.git"])?.status.success() {
        return proved_in_format(&["--ref-format=reftable"]);
    }
    writeln!(std::io::stderr(), "skipped: the installed git knows no reftable (2.45 does)")?;
    Ok(())
}

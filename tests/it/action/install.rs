//! Installing: the released program with the checksum that the action knows, or one built from its own source.

use std::fs;
use std::process::Command;

use super::runner::Runner;
use crate::common::documents::project;
use crate::common::git::Failure;

const VARIABLES: [(&str, &str); 4] = [
    ("RUNNER_OS", "Linux"),
    ("RUNNER_ARCH", "X64"),
    ("ACTION_REPOSITORY", "acme/portcullis"),
    ("GITHUB_SERVER_URL", "https://forge.invalid"),
];

/// Where the action is, with a table of its own, and the archive of a release.
fn prepared() -> Result<(Runner, String), Failure> {
    let runner = Runner::empty()?;
    for folder in ["action/tools/action", "release/portcullis-x86_64-unknown-linux-musl-v1.2.3"] {
        fs::create_dir_all(runner.path(folder))?;
    }
    fs::copy(project("tools/action/install.sh"), runner.path("action/tools/action/install.sh"))?;
    fs::copy(project("tools/action/checksums.txt"), runner.path("action/tools/action/checksums.txt"))?;
    fs::write(runner.path("action/Cargo.toml"), "[package]\nname = \"portcullis\"\nversion = \"1.2.3\"\n")?;
    runner.program("release/portcullis-x86_64-unknown-linux-musl-v1.2.3/portcullis", "echo released")?;
    let archive = runner.path("archive.tgz");
    let folder = "portcullis-x86_64-unknown-linux-musl-v1.2.3";
    let made = Command::new("tar")
        .arg("-czf")
        .arg(&archive)
        .arg("-C")
        .arg(runner.path("release"))
        .arg(folder)
        .status()?;
    assert!(made.success());
    let digest = Command::new("sha256sum").arg(&archive).output()?;
    let digest = String::from_utf8(digest.stdout)?.split(' ').next().unwrap_or_default().to_owned();
    let archive = archive.display();
    runner.program(
        "programs/curl",
        &format!("echo \"${{@: -1}}\" > \"$RUNNER_TEMP/address\"\nwhile [ \"$1\" != -o ]; do shift; done\ncp '{archive}' \"$2\""),
    )?;
    runner.program(
        "programs/cargo",
        "pwd > \"$RUNNER_TEMP/folder\"\nmkdir -p \"$RUNNER_TEMP/portcullis/bin\"\nprintf '#!/bin/sh\\necho built\\n' > \"$RUNNER_TEMP/portcullis/bin/portcullis\"\nchmod +x \"$RUNNER_TEMP/portcullis/bin/portcullis\"",
    )?;
    Ok((runner, digest))
}

fn list(runner: &Runner, digest: &str) -> Result<(), Failure> {
    let line = format!("{digest}  portcullis-x86_64-unknown-linux-musl-v1.2.3.tgz\n");
    Ok(fs::write(runner.path("action/tools/action/checksums.txt"), line)?)
}

fn install(runner: &Runner, variables: &[(&str, &str)]) -> Result<(Option<i32>, String), Failure> {
    let script = runner.path("action/tools/action/install.sh").display().to_string();
    let output = runner.run(&script, variables)?;
    let program = runner.path("temp/portcullis/bin/portcullis");
    let said = if program.exists() { Command::new(program).output()?.stdout } else { Vec::new() };
    Ok((output.status.code(), String::from_utf8(said)?.trim().to_owned()))
}

#[test]
fn a_released_program_is_taken_by_its_checksum() -> Result<(), Failure> {
    let (runner, digest) = prepared()?;
    list(&runner, &digest)?;
    assert_eq!(install(&runner, &VARIABLES)?, (Some(0), "released".into()));
    let address = "https://forge.invalid/acme/portcullis/releases/download/v1.2.3/portcullis-x86_64-unknown-linux-musl-v1.2.3.tgz\n";
    assert_eq!(runner.text("temp/address"), address);
    Ok(())
}

/// And nothing is built instead: somebody has put another program there.
#[test]
fn another_program_than_the_one_that_is_known_is_refused() -> Result<(), Failure> {
    let (runner, _) = prepared()?;
    list(&runner, &"0".repeat(64))?;
    assert_eq!(install(&runner, &VARIABLES)?, (Some(2), String::new()));
    Ok(())
}

/// In the folder of the action: cargo would obey the configuration of the repository that is judged.
#[test]
fn what_is_not_listed_or_cannot_be_had_is_built_from_the_actions_own_source() -> Result<(), Failure> {
    let (runner, digest) = prepared()?;
    let built = (Some(0), "built".to_owned());
    assert_eq!(install(&runner, &VARIABLES)?, built, "the table of the source names no release");
    let own = fs::canonicalize(runner.path("action"))?.display().to_string();
    assert_eq!(runner.text("temp/folder").trim(), own);
    list(&runner, &digest)?;
    let other = [("RUNNER_OS", "Windows"), ("RUNNER_ARCH", "X64"), ("ACTION_REPOSITORY", "acme/portcullis")];
    assert_eq!(install(&runner, &other)?, built);
    runner.program("programs/curl", "exit 22")?;
    assert_eq!(install(&runner, &VARIABLES)?, built);
    Ok(())
}

/// An earlier step may have left something where the program goes.
#[test]
fn what_is_there_already_is_not_run() -> Result<(), Failure> {
    let (runner, _) = prepared()?;
    runner.program("temp/portcullis/bin/portcullis", "echo planted")?;
    list(&runner, &"0".repeat(64))?;
    assert_eq!(install(&runner, &VARIABLES)?, (Some(2), String::new()));
    Ok(())
}

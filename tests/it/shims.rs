//! The hooks that people install: each is a program, and each does its work in a real push or commit.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use portcullis::host::HostKind;

use crate::common::documents::project;
use crate::common::git::Failure;

const GOOD: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n\
                    spec: {type: ClusterIP, ports: [{port: 80}]}\n";

fn shims() -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(project("hooks"))? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// What all hosts export to their hooks.
fn variables_of_hosts() -> impl Iterator<Item = (&'static str, &'static str)> {
    HostKind::ALL.iter().flat_map(|host| host.facts().hook.rehearsal.iter().copied())
}

/// git, where the hook finds this build's program, every host's variables and nobody's configuration.
fn git(folder: &Path, arguments: &[&str]) -> Result<Output, Failure> {
    let programs = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().ok_or("no folder of programs")?;
    let mut path = vec![programs.to_path_buf()];
    path.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let mut command = Command::new("git");
    command.env_clear().env("PATH", std::env::join_paths(path)?).env("GIT_CONFIG_NOSYSTEM", "1");
    command.envs(variables_of_hosts()).env("HOME", folder).env("LC_ALL", "C").args([
        "-c",
        "user.name=Alice",
        "-c",
    ]);
    Ok(command.arg("user.email=alice@example.com").args(arguments).current_dir(folder).output()?)
}

/// What git says when it has to succeed.
fn done(folder: &Path, arguments: &[&str]) -> Result<(), Failure> {
    let output = git(folder, arguments)?;
    let text = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("git {arguments:?}: {text}").into()) }
}

fn install(shim: &Path, hooks: &Path, name: &str) -> Result<(), Failure> {
    fs::create_dir_all(hooks)?;
    fs::copy(shim, hooks.join(name))?;
    Ok(())
}

/// A server with one hook and a clone that pushes to it: one good push, one that opens a Service.
fn good_and_bad_push(shim: &Path, hook: &str) -> Result<(Output, Output), Failure> {
    let folder = tempfile::tempdir()?;
    done(folder.path(), &["init", "-q", "--bare", "--initial-branch=main", "--template=", "server.git"])?;
    install(shim, &folder.path().join("server.git/hooks"), hook)?;
    done(folder.path(), &["init", "-q", "--initial-branch=main", "--template=", "clone"])?;
    let clone = folder.path().join("clone");
    let push = |text: &str| {
        fs::write(clone.join("web.yaml"), text)?;
        done(&clone, &["add", "web.yaml"])?;
        done(&clone, &["commit", "-q", "-m", "Change the Service"])?;
        git(&clone, &["push", "-q", "../server.git", "main"])
    };
    Ok((push(GOOD)?, push(&GOOD.replace("ClusterIP", "LoadBalancer"))?))
}

#[test]
fn every_shim_is_a_short_program_that_starts_the_gate() -> Result<(), Failure> {
    for shim in shims()? {
        let name = name_of(&shim);
        assert!(fs::metadata(&shim)?.permissions().mode() & 0o111 == 0o111, "{name} is not executable");
        assert!(Command::new("sh").arg("-n").arg(&shim).status()?.success(), "{name} is no shell script");
        let text = fs::read_to_string(&shim)?;
        assert!(text.starts_with("#!/bin/sh\n# ") && text.lines().count() <= 5, "{name}:\n{text}");
        assert!(text.lines().last().is_some_and(|line| line.starts_with("exec portcullis ")), "{name}");
    }
    Ok(())
}

#[test]
fn every_server_shim_lets_a_good_push_pass_and_turns_a_bad_one_away() -> Result<(), Failure> {
    let shims = shims()?;
    let of_server = shims.iter().filter(|shim| !name_of(shim).starts_with("pre-commit"));
    for shim in of_server {
        let name = name_of(shim);
        let hook = name.split('.').next().unwrap_or_default();
        let (good, bad) = good_and_bad_push(shim, hook)?;
        assert!(good.status.success(), "{name}: {}", String::from_utf8_lossy(&good.stderr));
        let report = String::from_utf8_lossy(&bad.stderr).into_owned();
        assert!(!bad.status.success(), "{name}: {report}");
        assert!(report.contains("remote: error[public-load-balancer]: "), "{name}: {report}");
    }
    Ok(())
}

#[test]
fn the_shim_of_a_clone_stops_a_bad_commit() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    done(folder.path(), &["init", "-q", "--initial-branch=main", "--template=", "."])?;
    install(&project("hooks/pre-commit"), &folder.path().join(".git/hooks"), "pre-commit")?;
    let commit = |text: &str| {
        fs::write(folder.path().join("web.yaml"), text)?;
        done(folder.path(), &["add", "web.yaml"])?;
        git(folder.path(), &["commit", "-q", "-m", "Change the Service"])
    };
    let good = commit(GOOD)?;
    assert!(good.status.success(), "{}", String::from_utf8_lossy(&good.stderr));
    let bad = commit(&GOOD.replace("ClusterIP", "LoadBalancer"))?;
    assert!(!bad.status.success());
    let report = String::from_utf8([bad.stdout, bad.stderr].concat())?;
    assert!(report.contains("error[public-load-balancer]: "), "{report}");
    Ok(())
}

#[test]
fn every_host_has_a_shim_that_names_it() -> Result<(), Failure> {
    let texts = shims()?.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    for host in HostKind::ALL {
        let shim = host.facts().installation.shim;
        assert!(shim.contains(&format!("exec portcullis pre-receive --host {host}")), "{host}:\n{shim}");
        assert!(texts.iter().any(|text| text == shim), "{host}: its shim is not in hooks/");
    }
    Ok(())
}

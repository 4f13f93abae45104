//! `import-waivers`: what other tools are told to ignore, one folder of sample files a tool.
//! `SNAPSHOTS=overwrite cargo test --test it import_waivers` rewrites what is expected; people review it.

use std::fs;
use std::path::Path;

use super::checkout::Checkout;
use super::manifests::{POLICY_PATH, policy};
use super::server::Server;
use crate::common::documents::project;
use crate::common::git::Failure;

const TERMS: [&str; 4] = ["--owner", "@acme/platform", "--expires", "2999-12-31"];

fn files(folder: &Path, prefix: &str, found: &mut Vec<(String, String)>) -> Result<(), Failure> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            files(&entry.path(), &format!("{path}/"), found)?;
        } else {
            found.push((path, fs::read_to_string(entry.path())?));
        }
    }
    Ok(())
}

fn clone(tool: &str) -> Result<(Server, Checkout), Failure> {
    let folder = project("tests/import-waivers").join(tool).join("files");
    let mut all = vec![(POLICY_PATH.to_owned(), policy(""))];
    files(&folder, "", &mut all)?;
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let server = Server::holding(&all)?;
    let clone = server.checkout("alice")?;
    Ok((server, clone))
}

fn import(clone: &Checkout, tool: &str, more: &[&str]) -> Result<String, Failure> {
    clone.portcullis(&[&["import-waivers", "--from", tool], &TERMS[..], more].concat())
}

fn is_as_expected(tool: &str) -> Result<(), Failure> {
    let (_server, alice) = clone(tool)?;
    let printed = import(&alice, tool, &[])?;
    let path = project("tests/import-waivers").join(tool).join("expected.yaml");
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        return Ok(fs::write(path, printed)?);
    }
    assert_eq!(fs::read_to_string(path)?, printed);
    Ok(())
}

#[test]
fn annotations_and_files_of_kube_linter() -> Result<(), Failure> {
    is_as_expected("kube-linter")
}

#[test]
fn annotations_comments_and_files_of_checkov() -> Result<(), Failure> {
    is_as_expected("checkov")
}

#[test]
fn comments_and_files_of_trivy() -> Result<(), Failure> {
    is_as_expected("trivy")
}

#[test]
fn a_file_gets_what_it_has_not_and_keeps_what_it_has() -> Result<(), Failure> {
    let (_server, alice) = clone("kube-linter")?;
    let file = alice.folder.join(".portcullis-waivers.yaml");
    let output = file.display().to_string();
    let said = import(&alice, "kube-linter", &["--output", &output, "prod/services.yaml"])?;
    assert!(said.contains("1 waiver imported, 1 new\n  commit it: "), "{said}");
    let first = fs::read_to_string(&file)?;
    let said = import(&alice, "kube-linter", &["--output", &output, "prod"])?;
    assert!(said.contains("no-liveness-probe has no counterpart"), "{said}");
    let second = fs::read_to_string(&file)?;
    let entry = first.split("waivers:\n").nth(1).ok_or("no entry")?;
    assert!(second.contains(entry) && second.len() > first.len(), "{second}");
    assert!(!second.contains("admins"), "{second}");
    Ok(())
}

#[test]
fn what_is_imported_covers_what_is_found_and_nothing_else() -> Result<(), Failure> {
    let (_server, alice) = clone("kube-linter")?;
    let printed = import(&alice, "kube-linter", &[])?;
    let service = fs::read_to_string(alice.folder.join("prod/services.yaml"))?;
    let policy = policy("");
    let server = Server::holding(&[(POLICY_PATH, &policy), (".portcullis-waivers.yaml", &printed)])?;
    let bob = server.checkout("bob")?;
    bob.commit("Open ports", &[("prod/services.yaml", &service)])?;
    bob.push_main()?
        .rejected(&["waived[node-port]: Service shop/legacy", "error[node-port]: Service shop/other"]);
    Ok(())
}

//! Documents that the program writes about itself are those that are committed.
//! `SNAPSHOTS=overwrite cargo test --test it generated::` rewrites them; people review the difference.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use portcullis::checks::CheckSet;

use crate::common::documents::{project, same_file, same_part};
use crate::common::git::Failure;

/// What the program prints; it has to succeed and to print something.
fn printed(arguments: &[&str]) -> Result<String, Failure> {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis")).args(arguments).output()?;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    assert!(!text.trim().is_empty(), "{arguments:?} prints nothing");
    Ok(text)
}

fn file_names(folder: &Path) -> Result<BTreeSet<String>, Failure> {
    let names = fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    names.collect()
}

#[test]
fn check_pages_and_schemas_are_current() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let written = folder.path().to_string_lossy().into_owned();
    let cases = project("tests/checks").to_string_lossy().into_owned();
    let output =
        Command::new(env!("CARGO_BIN_EXE_portcullis")).args(["generate-docs", &cases, &written]).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for name in file_names(&folder.path().join("checks"))? {
        let page = format!("checks/{name}");
        same_file(&project("docs").join(&page), &fs::read_to_string(folder.path().join(&page))?)?;
    }
    assert_eq!(file_names(&project("docs/checks"))?, file_names(&folder.path().join("checks"))?);
    ["policy.schema.json", "waivers.schema.json", "policy.md"].iter().try_for_each(|name| {
        same_file(&project("docs").join(name), &fs::read_to_string(folder.path().join(name))?)
    })
}

#[test]
fn the_readme_lists_every_check() -> Result<(), Failure> {
    let mut table = String::from("| check | about | what it reports |\n|---|---|---|\n");
    for line in printed(&["checks"])?.lines() {
        let mut words = line.split_whitespace();
        let (id, family) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let title = words.collect::<Vec<_>>().join(" ");
        table.extend([format!("| [`{id}`](docs/checks/{id}.md) | {family} | {title} |\n")]);
    }
    assert_eq!(table.lines().count(), CheckSet::built_in().iter().count() + 2);
    same_part(&project("README.md"), "checks", &table)
}

/// A check says what the profiles do about it, so that none is forgotten in them.
#[test]
fn the_profiles_hold_every_check() -> Result<(), Failure> {
    let checks = CheckSet::built_in();
    for (name, rules) in [("baseline", checks.baseline_rules()), ("audit", checks.audit_rules())] {
        let path = project(&format!("policies/{name}.yaml"));
        let text = fs::read_to_string(&path)?;
        let (head, _) = text.split_once("checks:\n").ok_or("the profile has no rules")?;
        same_file(&path, &format!("{head}checks:\n{rules}"))?;
    }
    Ok(())
}

#[test]
fn the_policy_in_the_readme_is_a_policy() -> Result<(), Failure> {
    let readme = fs::read_to_string(project("README.md"))?;
    let (_, rest) = readme.split_once("<!-- a test reads this policy -->\n```yaml\n").ok_or("no policy")?;
    let (policy, _) = rest.split_once("```").ok_or("the policy has no end")?;
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("policy.yaml");
    fs::write(&file, policy)?;
    let shown = printed(&["policy", "show", &file.to_string_lossy()])?;
    assert!(shown.contains("image-downgrade"), "{shown}");
    Ok(())
}

#[test]
fn every_check_is_explained() -> Result<(), Failure> {
    for check in &CheckSet::built_in() {
        let page = printed(&["explain", check.meta.id.as_str()])?;
        assert!(page.contains("## Remediation"), "{page}");
    }
    Ok(())
}

#[test]
fn completions_and_the_manual_are_printed() -> Result<(), Failure> {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(printed(&["completions", shell])?.contains("pre-receive"), "{shell}");
    }
    assert!(printed(&["man"])?.starts_with(".ie"));
    Ok(())
}

/// What was tried, what the pusher saw, and the test: read from the tests themselves.
#[test]
fn the_attempts_are_those_of_the_tests() -> Result<(), Failure> {
    let mut tests = BTreeSet::new();
    let refusing = ["rejected(", "weakens(", "weaken(", "refused"];
    let pushes = tables(("tests/it/hooks/adversary", "the pusher sees"), &refusing, &mut tests)?;
    let pulls = tables(("tests/it/pull_requests/adversary", "what holds it"), &["Ok(())"], &mut tests)?;
    let document = project("docs/attacks.md");
    let written = fs::read_to_string(&document)?;
    let by_hand = written.split("<!-- end of").filter_map(|part| part.split("<!-- generated").next());
    let rows = by_hand.flat_map(str::lines).filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let cells = rows.filter_map(|row| row.rsplit(" | ").next());
    for named in cells.filter(|cell| cell.starts_with('`')).flat_map(|cell| cell.split(", ")) {
        assert!(tests.contains(named.trim_matches('`')), "there is no test {named}");
    }
    same_part(&document, "attempts", &pushes)?;
    same_part(&document, "attempts on pull requests", &pulls)
}

/// One table for each file of a folder.
fn tables(
    (folder, told): (&str, &str),
    refusing: &[&str],
    tests: &mut BTreeSet<String>,
) -> Result<String, Failure> {
    let folder = project(folder);
    let mut text = String::new();
    for name in file_names(&folder)? {
        let source = fs::read_to_string(folder.join(&name))?;
        let about =
            source.lines().next().and_then(|line| line.strip_prefix("//! ")).ok_or("no first line")?;
        text.extend([format!("\n### {about}\n\n| attempt | {told} | test |\n|---|---|---|\n")]);
        for attempt in attempts(&source, refusing)? {
            text.extend([format!("| {} | {} | `{}` |\n", attempt.idea, attempt.told, attempt.test)]);
            tests.insert(attempt.test);
        }
    }
    Ok(text)
}

/// An attempt to get past the gate.
struct Attempt {
    idea: String,
    told: String,
    test: String,
}

/// The tests of a source file in which one of these words refuses something; the others show what stays possible.
fn attempts(source: &str, refusing: &[&str]) -> Result<Vec<Attempt>, Failure> {
    let name = regex::Regex::new(r"^fn (\w+)\(\)")?;
    let told = regex::Regex::new(r"(?s)(?:rejected(?:_in_part)?\(|ended\(\s*[123],)\s*&\[(.*?)\],?\s*\)")?;
    let literal = regex::Regex::new(r#""((?:[^"\\]|\\.)*)""#)?;
    let mut found = Vec::new();
    for chunk in source.split("\n}\n") {
        let Some((head, body)) = chunk.split_once("#[test]\n") else { continue };
        let comment = head.lines().filter_map(|line| line.strip_prefix("/// "));
        let idea = comment.collect::<Vec<_>>().join(" ");
        let test = name.captures(body).and_then(|found| found.get(1)).ok_or("a test without a name")?;
        let lists = told.captures_iter(body).filter_map(|found| found.get(1));
        let literals = |text: &str| -> Vec<String> {
            literal.captures_iter(text).filter_map(|found| Some(found.get(1)?.as_str().to_owned())).collect()
        };
        let lists: Vec<Vec<String>> = lists.map(|list| literals(list.as_str())).collect();
        let refused = refusing.iter().any(|word| body.contains(word));
        if !refused {
            continue;
        }
        let said = match lists.iter().find(|list| !list.is_empty()) {
            Some(said) => said.clone(),
            None if lists.is_empty() => literals(body).last().cloned().into_iter().collect(),
            None => vec!["pre-receive hook declined".to_owned()],
        };
        let said = said.iter().map(|text| text.replace('`', "'").replace('|', "\\|"));
        let told = said.map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", ");
        assert!(!idea.is_empty() && !told.is_empty(), "{} says too little", test.as_str());
        found.push(Attempt { idea: idea.replace('|', "\\|"), told, test: test.as_str().to_owned() });
    }
    Ok(found)
}

/// Links of the documents lead to files of the project.
#[test]
fn links_of_documents_lead_somewhere() -> Result<(), Failure> {
    let link = regex::Regex::new(r"\]\(([^)#]+)[^)]*\)")?;
    let documents =
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"].map(project);
    let decisions = file_names(&project("docs/adr"))?;
    let decisions = decisions.iter().map(|name| project("docs/adr").join(name));
    for document in documents.into_iter().chain(decisions) {
        let text = fs::read_to_string(&document)?;
        let folder = document.parent().ok_or("a document without a folder")?;
        for target in link.captures_iter(&text).filter_map(|found| found.get(1)) {
            let target = target.as_str();
            let there = target.starts_with("https://") || folder.join(target).exists();
            assert!(there, "{} links to {target}", document.display());
        }
    }
    Ok(())
}

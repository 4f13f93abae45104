//! What programs read: the verdict, SARIF, JUnit and annotations.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Change, FORMATS, HOSTILE, POLICY, blocking, file, hostile, number_of_findings};
use crate::common::git::Failure;

#[test]
fn the_exit_code_is_the_same_in_every_format() -> Result<(), Failure> {
    let policy = vec![file(".portcullis.yaml", POLICY)];
    let notes = [policy.clone(), vec![file("notes.txt", "nothing\n")]].concat();
    let broken = vec![file(".portcullis.yaml", "kind: [")];
    let accepted = (Change::new(&policy, &notes)?, Some(0));
    let unreadable = (Change::new(&broken, &notes)?, Some(2));
    for (change, code) in [accepted, (hostile()?, Some(1)), unreadable] {
        for format in FORMATS {
            let (text, found) = change.check(format)?;
            assert_eq!(found, code, "{format}: {text}");
        }
    }
    Ok(())
}

#[test]
fn sarif_holds_every_finding_and_names_its_files_as_addresses() -> Result<(), Failure> {
    let change = hostile()?;
    let blocking = blocking(&change)?;
    for text in HOSTILE {
        let of = |(_, message): &&(String, String)| message.contains(text);
        assert!(blocking.iter().filter(of).count() >= 2, "{text}: {blocking:?}");
    }
    let sarif = change.json("sarif")?;
    let results = sarif["runs"][0]["results"].as_array().ok_or("no results")?;
    assert_eq!(results.len(), number_of_findings(&change)?);
    let errors: Vec<&Value> = results.iter().filter(|result| result["level"] == "error").collect();
    assert_eq!(errors.len(), blocking.len());
    for (error, (check, message)) in errors.iter().zip(&blocking) {
        assert_eq!(error["ruleId"], check.as_str());
        let text = error["message"]["text"].as_str().unwrap_or_default();
        assert!(text.starts_with(message), "{text}");
    }
    let plain = |uri: &str| uri.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte));
    for result in results {
        let uri =
            result.pointer("/locations/0/physicalLocation/artifactLocation/uri").and_then(Value::as_str);
        assert!(uri.is_some_and(plain), "{uri:?}");
    }
    let lines: BTreeSet<&str> = results
        .iter()
        .filter_map(|one| one["partialFingerprints"]["primaryLocationLineHash"].as_str())
        .collect();
    assert_eq!(lines.len(), results.len());
    Ok(())
}

#[test]
fn junit_is_xml_with_a_failure_for_all_that_blocks() -> Result<(), Failure> {
    let change = hostile()?;
    let (text, _) = change.check("junit")?;
    let document = roxmltree::Document::parse(&text)?;
    let known = ["testsuites", "testsuite", "testcase", "failure", "skipped", "error", "system-out"];
    let elements = || document.descendants().filter(roxmltree::Node::is_element);
    assert!(elements().all(|element| known.contains(&element.tag_name().name())));
    let failures: Vec<_> = elements().filter(|element| element.has_tag_name("failure")).collect();
    let blocking = blocking(&change)?;
    assert_eq!(failures.len(), blocking.len());
    for (failure, (check, message)) in failures.iter().zip(&blocking) {
        assert_eq!(failure.attribute("type"), Some(check.as_str()));
        let said = failure.attribute("message").unwrap_or_default();
        assert_eq!(said, portcullis::report::terminal(message), "{said}");
    }
    let suite = elements().find(|element| element.has_tag_name("testsuite")).ok_or("no suite")?;
    assert_eq!(suite.attribute("failures"), Some(blocking.len().to_string().as_str()));
    assert_eq!(suite.attribute("tests"), Some(number_of_findings(&change)?.to_string().as_str()));
    Ok(())
}

/// What runners would obey in the middle of a line is spelled out as well.
fn spelled_out(message: &str) -> String {
    portcullis::report::terminal(message).replace("##[", "#\\u{23}[")
}

/// One line of output, read as GitHub's runner reads it (`ActionCommand.TryParseV2`).
struct Annotation {
    kind: String,
    properties: Vec<(String, String)>,
    message: String,
}

fn annotation(line: &str) -> Option<Annotation> {
    let (command, message) = line.trim_start().strip_prefix("::")?.split_once("::")?;
    let (kind, properties) = command.split_once(' ').unwrap_or((command, ""));
    let plain = |text: &str| {
        let line_ends = text.replace("%0D", "\r").replace("%0A", "\n");
        line_ends.replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
    };
    let pair = |text: &str| text.split_once('=').map(|(name, value)| (name.to_owned(), plain(value)));
    let properties = properties.split(',').filter_map(pair).collect();
    Some(Annotation { kind: kind.to_owned(), properties, message: plain(message) })
}

#[test]
fn a_runner_obeys_no_command_but_annotations() -> Result<(), Failure> {
    let change = hostile()?;
    let (text, _) = change.check("github")?;
    let (last, lines) = text
        .lines()
        .collect::<Vec<_>>()
        .split_last()
        .map(|(last, rest)| (*last, rest.to_vec()))
        .ok_or("nothing")?;
    assert!(last.starts_with("portcullis: rejected") && !last.contains("::"), "{last}");
    let annotations: Vec<Annotation> = lines.iter().filter_map(|line| annotation(line)).collect();
    assert_eq!(annotations.len(), lines.len(), "{text}");
    let known = ["error", "warning", "notice"];
    assert!(annotations.iter().all(|one| known.contains(&one.kind.as_str())), "{text}");
    let errors: Vec<&Annotation> = annotations.iter().filter(|one| one.kind == "error").collect();
    let blocking = blocking(&change)?;
    assert_eq!(errors.len(), blocking.len());
    for (error, (check, message)) in errors.iter().zip(&blocking) {
        let property = |wanted: &str| error.properties.iter().find(|(name, _)| name == wanted);
        assert_eq!(property("title").map(|(_, value)| value.clone()), Some(format!("portcullis: {check}")));
        let file = property("file").map(|(_, value)| value.as_str()).unwrap_or_default();
        assert!(file.starts_with("apps/") && file.contains("::error::line/"), "{file}");
        assert!(error.message.starts_with(&spelled_out(message)), "{}", error.message);
        let names: Vec<&str> = error.properties.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["file", "line", "endLine", "col", "endColumn", "title"]);
    }
    Ok(())
}

//! Places of findings, fingerprints for forges, and findings that do not fit.

use serde_json::Value;

use super::{at, blocking, finding, json, judged, lines, rendered, report, section};
use crate::finding::{Side, Subject};
use crate::policy::Enforcement;
use crate::report::{Colour, Detail, Format, Report, Section, Style};
use crate::verdict::Verdict;
use source_files::ObjectId;

/// A commit is in no file, and a removed line is in no file that can be opened.
#[test]
fn what_stands_in_no_file_or_no_longer_is_anchored_at_one_that_exists() {
    let id = ObjectId::parse("00112233445566778899aabbccddeeff00112233").expect("an id");
    let mut unsigned = finding("unsigned-commit");
    unsigned.subject = Subject::Commit(id);
    let gone = finding("protected-deletion").at(at("gone.yaml", 40, Side::Old));
    let findings = vec![judged(unsigned, Enforcement::Deny), judged(gone, Enforcement::Deny)];
    let report = report(vec![section(Verdict::Reject, findings)]);
    let sarif = json(&report, Format::Sarif);
    let place = |index: usize| sarif["runs"][0]["results"][index]["locations"][0]["physicalLocation"].clone();
    assert_eq!(place(0)["artifactLocation"]["uri"], ".portcullis.yaml");
    assert_eq!(place(1)["artifactLocation"]["uri"], "gone.yaml");
    assert_eq!(place(1)["region"], serde_json::json!({"startLine": 1}));
    let message = sarif["runs"][0]["results"][1]["message"]["text"].as_str().expect("a message");
    assert!(message.contains("before the change: gone.yaml:40"), "{message}");
    let annotations = rendered(&report, Format::Github);
    assert!(annotations.contains("::error title=portcullis%3A unsigned-commit::"), "{annotations}");
    assert!(annotations.contains("::error file=gone.yaml,title="), "{annotations}");
    assert_eq!(json(&report, Format::Gitlab)[1]["location"]["lines"]["begin"], 1);
    assert!(lines(&rendered(&report, Format::Rdjsonl))[1]["location"]["range"].is_null());
    for format in [Format::Junit, Format::Markdown, Format::Html] {
        let text = rendered(&report, format).replace("&#40;", "(").replace("&#41;", ")");
        assert!(text.contains("(before the change)"), "{format:?}: {text}");
    }
}

#[test]
fn two_places_of_one_finding_are_the_steps_of_a_flow() {
    let binding = at("binding.yaml", 9, Side::New).labelled("binds it");
    let grant = finding("rbac-escalation").at(at("role.yaml", 4, Side::New)).related(binding);
    let mut old = at("role.yaml", 30, Side::Old);
    old.label = Some("had less".into());
    let report = report(vec![section(Verdict::Reject, vec![judged(grant.related(old), Enforcement::Deny)])]);
    let result = json(&report, Format::Sarif)["runs"][0]["results"][0].clone();
    let steps = &result["codeFlows"][0]["threadFlows"][0]["locations"];
    let uri = |index: usize| &steps[index]["location"]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!((uri(0), uri(1)), (&Value::from("role.yaml"), &Value::from("binding.yaml")));
    assert_eq!(steps[1]["location"]["message"]["text"], "binds it");
    assert!(steps[2]["location"]["physicalLocation"]["region"].is_null());
    assert_eq!(steps[2]["location"]["message"]["text"], "had less (line 30 before the change)");
}

#[test]
fn a_fingerprint_outlives_moved_lines_and_tells_refs_apart() {
    let of_line =
        |line: u32| judged(finding("node-port").at(at("a.yaml", line, Side::New)), Enforcement::Deny);
    let fingerprints = |report: &Report, format: Format| -> Vec<Value> {
        let document = json(report, format);
        let results = document.pointer("/runs/0/results").unwrap_or(&document).as_array().expect("a list");
        let of = |result: &Value| {
            let line = result.pointer("/partialFingerprints/primaryLocationLineHash");
            line.unwrap_or(&result["fingerprint"]).clone()
        };
        results.iter().map(of).collect()
    };
    for format in [Format::Sarif, Format::Gitlab] {
        let one = report(vec![section(Verdict::Reject, vec![of_line(4)])]);
        let moved = report(vec![section(Verdict::Reject, vec![of_line(44)])]);
        assert_eq!(fingerprints(&one, format), fingerprints(&moved, format), "{format:?}");
        let refs = report(vec![
            section(Verdict::Reject, vec![of_line(4)]),
            section(Verdict::Reject, vec![of_line(4)]),
        ]);
        let both = fingerprints(&refs, format);
        assert_eq!(both.len(), 2, "{format:?}");
        assert_ne!(both[0], both[1], "{format:?}");
    }
}

/// More than any forge accepts: the warnings of the first ref give way to the blocking findings of the second.
#[test]
fn what_does_not_fit_is_counted_and_never_worse_than_what_does() {
    let warning = |number: usize| {
        judged(finding("mutable-image").at(at(&format!("{number}.yaml"), 1, Side::New)), Enforcement::Warn)
    };
    let report = report(vec![
        section(Verdict::Accept, (0..26_000).map(warning).collect()),
        section(Verdict::Reject, vec![blocking("node-port", "last.yaml")]),
    ]);
    let sarif = rendered(&report, Format::Sarif);
    assert!(sarif.len() < 10_000_000, "{}", sarif.len());
    let run = &json(&report, Format::Sarif)["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert_eq!(results[0]["ruleId"], "node-port");
    let text = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
    let left_out = format!("{} findings are not included, 0 of them blocking", 26_001 - results.len());
    assert!(text.is_some_and(|text| text.starts_with(&left_out)), "{text:?}");
    let comment = rendered(&report, Format::Markdown);
    assert!(comment.len() < 65_536 && comment.contains("more findings are not shown"), "{}", comment.len());
    let (first, second) = (comment.find("### blocks: node-port"), comment.find("### warns"));
    assert!(first.is_some() && first < second);
    assert!(rendered(&report, Format::Github).starts_with("::error file=last.yaml"));
    assert_eq!(lines(&rendered(&report, Format::Rdjsonl))[0]["code"]["value"], "node-port");
    assert_eq!(json(&report, Format::Gitlab)[0]["check_name"], "node-port");
}

#[test]
fn one_finding_fills_no_report() {
    let mut large = finding("node-port").at(at("a.yaml", 1, Side::New).labelled("@".repeat(100_000)));
    large.message = "#".repeat(9_000_000);
    for _ in 0..2_000 {
        large = large.related(at("b.yaml", 1, Side::New).labelled("&".repeat(2_000)));
        large = large.note("fact", "!".repeat(1_000));
    }
    let report = report(vec![
        section(Verdict::Reject, vec![judged(large, Enforcement::Deny), blocking("node-port", "b.yaml")]),
        Section::undecided("refs/heads/next", "%".repeat(1_000_000)),
    ]);
    let comment = rendered(&report, Format::Markdown);
    assert!(comment.len() < 65_536, "{}", comment.len());
    assert_eq!(comment.matches("### blocks: node-port").count(), 2);
    let sarif = json(&report, Format::Sarif);
    let results = sarif["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 2);
    assert_eq!(results[0]["relatedLocations"].as_array().map(Vec::len), Some(999));
    assert!(results[0]["message"]["text"].as_str().is_some_and(|text| text.contains("1001 more locations")));
    assert!(sarif.to_string().len() < 10_000_000);
}

#[test]
fn a_line_that_is_cut_is_told_by_its_own_column() {
    let mut location = at("prod/web.yaml", 4, Side::New);
    location.excerpt = format!("{}type: LoadBalancer", " ".repeat(300));
    (location.start.column, location.end.column) = (307, 319);
    let long = judged(finding("node-port").at(location), Enforcement::Deny);
    let report = report(vec![section(Verdict::Reject, vec![long])]);
    for colour in [Colour::Never, Colour::Always] {
        let text = report.render(Format::Human, Style { colour, detail: Detail::Usual }, &[]);
        assert!(text.contains("prod/web.yaml:4:307"), "{text}");
    }
}

#[test]
fn the_revision_is_named_by_an_address_without_a_password() {
    let id = ObjectId::parse("00112233445566778899aabbccddeeff00112233").expect("an id");
    let named = |address: &str| {
        let mut section = section(Verdict::Accept, Vec::new());
        section.range.1 = Some(id.clone());
        section.repository = Some(address.to_owned());
        json(&report(vec![section]), Format::Sarif)["runs"][0]["versionControlProvenance"].clone()
    };
    let provenance = named("https://git.acme.example/shop/web");
    assert_eq!(provenance[0]["repositoryUri"], "https://git.acme.example/shop/web");
    assert_eq!(provenance[0]["revisionId"], id.as_str());
    for other in ["https://alice:secret@git.acme.example/a", "git@acme.example:a", "file:///srv/a"] {
        assert!(named(other).is_null(), "{other}");
    }
}

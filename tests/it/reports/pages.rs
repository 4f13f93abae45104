//! What forges and people read: Code Quality, diagnostics, comments and pages.

use std::collections::BTreeSet;

use serde_json::Value;

use super::change::{Change, FORMATS, POLICY, blocking, file, hostile, number_of_findings};
use crate::common::git::Failure;

#[test]
fn code_quality_has_an_entry_of_its_own_for_each_finding() -> Result<(), Failure> {
    let change = hostile()?;
    let report = change.json("gitlab")?;
    let mut entries = report.as_array().cloned().ok_or("no entries")?;
    entries.retain(|entry| entry["check_name"] != "note");
    assert_eq!(entries.len(), number_of_findings(&change)?);
    let fingerprints: BTreeSet<&str> =
        entries.iter().filter_map(|entry| entry["fingerprint"].as_str()).collect();
    assert_eq!(fingerprints.len(), entries.len());
    let blocking = blocking(&change)?;
    for (entry, (check, message)) in entries.iter().zip(&blocking) {
        assert_eq!(entry["check_name"], check.as_str());
        assert!(["blocker", "critical", "major"].contains(&entry["severity"].as_str().unwrap_or_default()));
        assert!(entry["description"].as_str().is_some_and(|text| text.starts_with(message.as_str())));
        assert!(entry["location"]["lines"]["begin"].as_u64().is_some_and(|line| line > 0));
    }
    Ok(())
}

#[test]
fn diagnostics_are_one_object_a_line() -> Result<(), Failure> {
    let change = hostile()?;
    let (text, _) = change.check("rdjsonl")?;
    let lines = text.lines().map(serde_json::from_str).collect::<Result<Vec<Value>, _>>()?;
    let errors: Vec<&Value> = lines.iter().filter(|line| line["severity"] == "ERROR").collect();
    let blocking = blocking(&change)?;
    assert_eq!(errors.len(), blocking.len());
    for (error, (check, message)) in errors.iter().zip(&blocking) {
        assert_eq!(error["code"]["value"], check.as_str());
        assert!(error["message"].as_str().is_some_and(|text| text.starts_with(message.as_str())));
    }
    Ok(())
}

/// What remains of a comment once our own tags are taken away holds nothing that a forge would obey.
#[test]
fn a_comment_mentions_nobody_and_links_nowhere() -> Result<(), Failure> {
    let change = hostile()?;
    let (text, _) = change.check("markdown")?;
    let broken = text.replace("<!-- portcullis -->", "").replace("<!-- -->", "\0");
    let plain = broken.replace("<code>", "").replace("</code>", "").replace("&#", "&");
    for word in
        ["<", "`", "](", "://", "www.evil", "GH-1", "~~~", "![", "@org", "@acme", "#1", "\u{202e}", "\u{1b}"]
    {
        assert!(!plain.contains(word), "{word}: {plain}");
    }
    let allowed = ["##", "###", "-", ">", "", "  ", "the", "pipeline"];
    assert!(
        plain
            .lines()
            .filter(|line| line.starts_with('#'))
            .all(|line| { allowed.contains(&line.split(' ').next().unwrap_or_default()) })
    );
    let blocking = blocking(&change)?;
    let told = text.matches("### blocks: ").count();
    let left_out = text.split("\n**").nth(1).and_then(|rest| rest.split(' ').next()?.parse::<usize>().ok());
    assert!(told > 0 && told + left_out.unwrap_or(0) >= blocking.len(), "{told} {left_out:?}");
    assert!(text.len() < 65_536, "{}", text.len());
    Ok(())
}

#[test]
fn a_page_is_well_formed_and_runs_nothing_but_its_own_filter() -> Result<(), Failure> {
    let change = hostile()?;
    let (text, _) = change.check("html")?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&text, options)?;
    let elements = || document.descendants().filter(roxmltree::Node::is_element);
    let count = |name: &str| elements().filter(|element| element.has_tag_name(name)).count();
    assert_eq!((count("script"), count("style"), count("img"), count("a"), count("link")), (1, 1, 0, 0, 0));
    let attributes = || elements().flat_map(|element| element.attributes());
    assert!(
        attributes()
            .all(|one| !one.name().starts_with("on") && !["href", "src", "style"].contains(&one.name()))
    );
    let articles: Vec<_> = elements().filter(|element| element.has_tag_name("article")).collect();
    assert_eq!(articles.len(), number_of_findings(&change)?);
    for (article, (check, message)) in articles.iter().zip(&blocking(&change)?) {
        assert_eq!(article.attribute("data-standing"), Some("blocks"));
        let said: String =
            article.descendants().filter_map(|node| node.is_text().then(|| node.text())?).collect();
        assert!(said.contains(&*portcullis::report::terminal(message)) && said.contains(check), "{said}");
    }
    Ok(())
}

/// Lines above a finding move it; a forge must take it for the one that it has already.
#[test]
fn fingerprints_outlive_lines_inserted_above() -> Result<(), Failure> {
    let policy = vec![file(".portcullis.yaml", POLICY)];
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
    let of = |text: String| -> Result<Change, Failure> {
        Change::new(&policy, &[policy.clone(), vec![file("web.yaml", &text)]].concat())
    };
    let (plain, moved) = (of(service.to_owned())?, of(format!("# one\n# two\n# three\n{service}"))?);
    let fingerprints = |change: &Change, format: &str, pointer: &str| -> Result<Vec<Value>, Failure> {
        let report = change.json(format)?;
        let list =
            report.pointer("/runs/0/results").unwrap_or(&report).as_array().cloned().unwrap_or_default();
        Ok(list.iter().filter_map(|one| one.pointer(pointer).cloned()).collect())
    };
    for (format, pointer) in
        [("sarif", "/partialFingerprints/primaryLocationLineHash"), ("gitlab", "/fingerprint")]
    {
        let before = fingerprints(&plain, format, pointer)?;
        assert!(!before.is_empty(), "{format}");
        assert_eq!(before, fingerprints(&moved, format, pointer)?, "{format}");
    }
    let line = |change: &Change| -> Result<Value, Failure> {
        let report = change.json("sarif")?;
        Ok(report
            .pointer("/runs/0/results/0/locations/0/physicalLocation/region/startLine")
            .cloned()
            .ok_or("no line")?)
    };
    assert_ne!(line(&plain)?, line(&moved)?);
    Ok(())
}

/// Reports are printed in the log of a run: whatever the format, its runner obeys none of their lines.
#[test]
fn no_line_of_any_format_is_a_command_of_a_runner() -> Result<(), Failure> {
    let change = hostile()?;
    for format in FORMATS {
        let (text, _) = change.check(format)?;
        assert!(!text.contains("##[") && !text.contains("##vso["), "{format}: {text}");
        let command = |line: &&str| {
            let line = line.trim_start();
            line.starts_with("::") && !line.starts_with("::: ")
        };
        if format != "github" {
            assert_eq!(text.lines().find(command), None, "{format}");
        }
    }
    Ok(())
}

/// The text of all elements of a name.
fn inside<'a>(document: &'a roxmltree::Document<'_>, name: &str) -> Vec<&'a str> {
    document.descendants().filter(|node| node.has_tag_name(name)).filter_map(|node| node.text()).collect()
}

#[test]
fn a_page_shows_what_changes_in_each_object_but_no_secret() -> Result<(), Failure> {
    let service = |kind: &str, note: &str| {
        format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web, annotations: {{note: '{note}'}}}}\nspec:\n  type: {kind}\n  selector: {{app: web}}\n  ports: [{{port: 80}}]\n"
        )
    };
    let secret = |value: &str| {
        format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\nstringData: {{password: {value}}}\nextra: 1\n"
        )
    };
    let policy = file(".portcullis.yaml", POLICY);
    let before = vec![policy.clone(), file("web.yaml", &service("ClusterIP", "</del>"))];
    let after = vec![
        policy,
        file("web.yaml", &service("LoadBalancer", "</ins><script>")),
        file("s.yaml", &secret("hunter2")),
    ];
    let (text, _) = Change::new(&before, &after)?.check("html")?;
    let options = roxmltree::ParsingOptions { allow_dtd: true, ..Default::default() };
    let document = roxmltree::Document::parse_with_options(&text, options)?;
    let (gone, come) = (inside(&document, "del"), inside(&document, "ins"));
    assert!(
        gone.contains(&"-   type: ClusterIP") && come.contains(&"+   type: LoadBalancer"),
        "{gone:?} {come:?}"
    );
    assert!(gone.iter().any(|line| line.contains("'</del>'")), "{gone:?}");
    assert!(come.iter().any(|line| line.contains("'</ins><script>'")), "{come:?}");
    assert!(
        text.contains("unknown-field") && text.contains("The change of a Secret is not shown."),
        "{text}"
    );
    assert!(!text.contains("hunter2"));
    Ok(())
}

//! Every format of one report, on a repository whose names, paths and texts are made to break out of them.

#![expect(clippy::indexing_slicing, reason = "a value of JSON that is missing is null")]

mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::git::{Failure, Git};
use serde_json::Value;

const FORMATS: [&str; 9] =
    ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "rdjsonl", "html"];
const POLICY: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks:\n  \
                      public-load-balancer: {enforce: approve, approvers: ['@acme/network']}\n";
/// What one medium or another would obey.
const HOSTILE: [&str; 8] = [
    "]]></failure><script>alert(1)</script>",
    "</td></pre></article><img src=x onerror=alert(1)>",
    "::error file=a.yaml,line=1::pwned%0A::set-output name=x::y",
    "##[add-path]tmp",
    "`x` **b** [text](https://evil.example) | @org/team #1 GH-1 !1 www.evil.example",
    "<!-- --> ``` ~~~ </details>",
    "\u{202e}gpj.exe \u{200b}\u{feff}\u{7}\u{1b}[2J",
    "\"}],\"verdict\":\"accept\",'\\",
];

/// Two revisions of a bare repository.
struct Change {
    folder: tempfile::TempDir,
    base: String,
    head: String,
}

type Files = Vec<(String, String)>;

fn commit(git: &Git, files: &Files, parent: Option<&str>) -> Result<String, Failure> {
    git.run(&["read-tree", "--empty"], b"")?;
    let mut index = Vec::new();
    for (path, text) in files {
        let blob = git.store("blob", text.as_bytes())?;
        index.extend_from_slice(format!("100644 {blob}\t{path}\0").as_bytes());
    }
    git.run(&["update-index", "-z", "--index-info"], &index)?;
    let tree = git.run(&["write-tree"], b"")?;
    let mut arguments = vec!["commit-tree", "-m", "Change", tree.as_str()];
    arguments.extend(parent.into_iter().flat_map(|parent| ["-p", parent]));
    git.run(&arguments, b"")
}

impl Change {
    fn new(before: &Files, after: &Files) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let git = Git::init_bare(folder.path())?;
        git.run(&["config", "user.name", "Alice"], b"")?;
        git.run(&["config", "user.email", "alice@example.com"], b"")?;
        let base = commit(&git, before, None)?;
        let head = commit(&git, after, Some(&base))?;
        Ok(Self { folder, base, head })
    }

    fn check(&self, format: &str) -> Result<(String, Option<i32>), Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(["check", "--base", &self.base, "--head", &self.head, "--format", format, "--repo"]);
        let output = command.arg(self.folder.path()).output()?;
        Ok((String::from_utf8(output.stdout)?, output.status.code()))
    }

    fn json(&self, format: &str) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.check(format)?.0)?)
    }
}

fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

/// A Service and a binding for each hostile text, which stands in the path, the name (where Kubernetes takes
/// it), the subjects and an annotation.
fn hostile() -> Result<Change, Failure> {
    let before = vec![file(".portcullis.yaml", POLICY)];
    let mut after = before.clone();
    for (number, text) in HOSTILE.iter().enumerate() {
        let quoted = serde_json::to_string(text)?;
        let name = serde_json::to_string(&text.replace(['/', '%'], " "))?;
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web-{number}, annotations: {{note: {quoted}}}}}\n\
             spec: {{type: LoadBalancer, selector: {{app: web}}, ports: [{{port: 80}}]}} # {}\n",
            text.replace(|character: char| character.is_control(), " ")
        );
        let binding = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {name}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\n\
             subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: {quoted}}}]\n"
        );
        // git takes no path with an empty folder.
        let folder = format!("apps/{number}{}\n::error::line", text.replace("//", "/ /"));
        after.push((format!("{folder}/service.yaml"), service));
        after.push((format!("{folder}/binding.yaml"), binding));
    }
    Change::new(&before, &after)
}

/// What blocks, as the report for programs says it: check and message.
fn blocking(change: &Change) -> Result<Vec<(String, String)>, Failure> {
    let report = change.json("json")?;
    let findings = report["findings"].as_array().ok_or("no findings")?;
    let blocks = |finding: &&Value| {
        finding["enforcement"] == "deny"
            || finding["approval"]["missing"].as_u64().is_some_and(|missing| missing > 0)
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(findings.iter().filter(blocks).map(|one| (text(&one["check"]), text(&one["message"]))).collect())
}

fn number_of_findings(change: &Change) -> Result<usize, Failure> {
    Ok(change.json("json")?["findings"].as_array().map_or(0, Vec::len))
}

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

#[test]
fn code_quality_has_an_entry_of_its_own_for_each_finding() -> Result<(), Failure> {
    let change = hostile()?;
    let report = change.json("gitlab")?;
    let entries = report.as_array().ok_or("no entries")?;
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

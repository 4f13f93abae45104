//! Files that are made to be hard to read or to judge: refused with a reason, and soon.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use kube_manifest::{Limits, Problem, parse};

const CONTAINERS: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n  \
    selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
    spec:\n      containers:\n";

fn problems(text: &[u8]) -> (Vec<u8>, Vec<Problem>) {
    let manifest = parse(text.to_vec(), &Limits::default());
    (manifest.source.bytes().to_vec(), manifest.problems)
}

/// What `validate` prints of a file, and whether it lets the file through.
fn validated(text: &str) -> (String, bool) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("web.yaml");
    fs::write(&path, text).expect("a file");
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    let output = command.arg("validate").arg(&path).output().expect("portcullis runs");
    (String::from_utf8_lossy(&output.stdout).into_owned(), output.status.success())
}

#[test]
fn a_problem_has_its_place_in_the_text_and_between_two_letters() {
    let inputs: [&[u8]; 6] =
        [b"a: [\n", b"a: 'b", "a: [é: }".as_bytes(), b"a: b\xff\xffc", b"", "é\u{1}".as_bytes()];
    for input in inputs {
        let (bytes, problems) = problems(input);
        let text = std::str::from_utf8(&bytes).expect("the text is UTF-8");
        for problem in problems {
            let (start, end) = (problem.span.start as usize, problem.span.end as usize);
            assert!(text.get(start..end).is_some(), "{text:?}: {problem:?}");
        }
    }
}

#[test]
fn a_flood_of_directives_is_refused() {
    let mut text = String::new();
    for number in 0..200_000 {
        writeln!(text, "%TAG !a{number}! x").expect("a text grows");
    }
    let (_, problems) = problems(text.as_bytes());
    let reasons: Vec<&str> = problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert_eq!(reasons, ["more than 100 lines begin with `%`"]);
}

#[test]
fn merges_that_double_at_every_level_are_refused() {
    let mut text = String::from("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\nm0: &m0 {}\n");
    for level in 1..60 {
        let below = level - 1;
        writeln!(text, "m{level}: &m{level} {{<<: [*m{below}, *m{below}]}}").expect("a text grows");
    }
    let (_, problems) = problems(text.as_bytes());
    assert!(problems.iter().any(|problem| problem.reason.contains("aliases add more than")), "{problems:?}");
}

#[test]
fn an_object_with_too_much_wrong_is_refused_as_a_whole() {
    let wrong = "      - {name: WEB, image: [], ports: a, x: y}\n";
    for (count, reason) in
        [(400, "more than 500 of its values are wrong"), (20_000, "could not be determined")]
    {
        let (report, passes) = validated(&(CONTAINERS.to_owned() + &wrong.repeat(count)));
        assert!(!passes && report.contains(reason), "{report}");
        for check in ["invalid-schema", "unknown-field"] {
            assert!(report.contains(&format!("error[{check}]")), "{report}");
        }
    }
}

#[test]
fn an_object_with_too_much_that_is_refused_is_refused_as_a_whole() {
    let mut text = CONTAINERS.to_owned();
    for number in 0..600 {
        writeln!(text, "      - {{name: WEB_{number}, image: 'web:1'}}").expect("a text grows");
    }
    let (report, passes) = validated(&text);
    assert!(!passes && report.contains("more than 500 of its values are refused"), "{report}");
}

#[test]
fn more_findings_than_anybody_reads_decide_nothing() {
    let mut text = String::new();
    for object in 0..100 {
        write!(text, "---\napiVersion: v1\nkind: Service\nmetadata: {{name: a{object}}}\nspec:\n")
            .expect("a text grows");
        for field in 0..400 {
            writeln!(text, "  f{field}: a").expect("a text grows");
        }
    }
    let (report, passes) = validated(&text);
    assert!(!passes && report.contains("there are more than 30,000 findings"), "{report}");
}

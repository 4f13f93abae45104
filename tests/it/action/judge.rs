//! Judging: which command is run with what, and what later steps are told.

use std::process::Output;

use super::runner::Runner;
use crate::common::git::Failure;

const SCRIPT: &str = "tools/action/judge.sh";
const POLICY: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";
const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\n\
                       spec: {type: LoadBalancer, ports: [{port: 80}]}\n";

fn revisions(runner: &Runner) -> Result<(String, String), Failure> {
    let base = runner.commit(&[(".portcullis.yaml", POLICY)], &[])?;
    let head = runner.commit(&[("web.yaml", SERVICE)], &[&base])?;
    Ok((base, head))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn two_revisions_are_judged_by_the_policy_of_the_first() -> Result<(), Failure> {
    let runner = Runner::new()?;
    let (base, head) = revisions(&runner)?;
    let inputs = [
        ("GITHUB_EVENT_NAME", "push"),
        ("INPUT_BASE", &base),
        ("INPUT_HEAD", &head),
        ("INPUT_SARIF_FILE", "report.sarif"),
    ];
    let output = runner.run(SCRIPT, &inputs)?;
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("error[public-load-balancer]: ") && shown.contains("error[weakened-policy]: "));
    let told = runner.text("output");
    for line in ["verdict=reject", "exit-code=1", "violations=2", "waived=0", "sarif-file=report.sarif"] {
        assert!(told.lines().any(|told| told == line), "{line}: {told}");
    }
    assert!(!told.contains("report-json="), "{told}");
    assert!(runner.text("summary").starts_with("# portcullis: rejected\n"));
    assert!(runner.text("clone/report.sarif").contains("public-load-balancer"));
    Ok(())
}

#[test]
fn where_it_cannot_know_what_to_compare_it_stops() -> Result<(), Failure> {
    let runner = Runner::new()?;
    let (base, head) = revisions(&runner)?;
    let code = |variables: &[(&str, &str)]| Ok::<_, Failure>(runner.run(SCRIPT, variables)?.status.code());
    assert_eq!(code(&[("GITHUB_EVENT_NAME", "push")])?, Some(2));
    assert_eq!(code(&[("GITHUB_EVENT_NAME", "push"), ("INPUT_BASE", &base)])?, Some(2));
    assert_eq!(code(&[("INPUT_BASE", "$(touch pwned)"), ("INPUT_HEAD", "--help")])?, Some(2));
    assert_eq!(
        code(&[("INPUT_BASE", &base), ("INPUT_HEAD", &head), ("INPUT_REPORT_JSON", "a\nverdict=accept")])?,
        Some(2)
    );
    assert_eq!(code(&[("GITHUB_EVENT_NAME", "merge_group"), ("INPUT_ANNOTATIONS", "yes")])?, Some(2));
    assert!(!runner.path("clone/pwned").exists());
    assert!(!runner.text("output").contains("verdict="), "{}", runner.text("output"));
    Ok(())
}

/// Stands in for the program, and writes down how it was called.
const RECORDER: &str = r#"printf '%s\n' "$@" > "$RUNNER_TEMP/arguments"
for argument in "$@"; do case "$argument" in --outputs=*) echo verdict=reject > "${argument#*=}" ;; esac; done
echo '::set-output name=verdict::accept'
exit 1"#;

#[test]
fn a_pull_request_is_left_to_the_program_and_only_what_is_said_is_passed_on() -> Result<(), Failure> {
    let runner = Runner::empty()?;
    runner.program("temp/portcullis/bin/portcullis", RECORDER)?;
    for event in ["pull_request", "pull_request_target", "pull_request_review", "merge_group"] {
        assert_eq!(runner.run(SCRIPT, &[("GITHUB_EVENT_NAME", event)])?.status.code(), Some(1), "{event}");
        let place = runner.path("temp/portcullis");
        let said = ["repository", "summary.md", "outputs"].map(|name| place.join(name).display().to_string());
        let expected = format!("pr\n--repo={}\n--summary={}\n--outputs={}\n", said[0], said[1], said[2]);
        assert_eq!(runner.text("temp/arguments"), expected, "{event}");
    }
    let inputs = [
        ("INPUT_NUMBER", "7"),
        ("INPUT_CONTEXT", "portcullis/prod eu"),
        ("INPUT_COMMENT", "findings"),
        ("INPUT_SUGGESTIONS", "true"),
        ("INPUT_ANNOTATIONS", "false"),
        ("INPUT_HTML_FILE", "a b.html"),
    ];
    runner.run(SCRIPT, &inputs)?;
    let arguments = runner.text("temp/arguments");
    for line in [
        "--number=7",
        "--context=portcullis/prod eu",
        "--comment=findings",
        "--suggestions",
        "--also=html=a b.html",
    ] {
        assert!(arguments.lines().any(|argument| argument == line), "{line}: {arguments}");
    }
    assert!(!arguments.contains("--annotations"), "{arguments}");
    Ok(())
}

/// What a change is called may begin a command; between the two lines a runner obeys none.
#[test]
fn the_runner_obeys_nothing_that_is_printed() -> Result<(), Failure> {
    let runner = Runner::empty()?;
    runner.program("temp/portcullis/bin/portcullis", RECORDER)?;
    let mut seen = Vec::new();
    for _ in 0..2 {
        let shown = text(&runner.run(SCRIPT, &[("GITHUB_EVENT_NAME", "pull_request")])?);
        let token = shown
            .lines()
            .find_map(|line| line.strip_prefix("::stop-commands::"))
            .ok_or("no token")?
            .to_owned();
        assert!(token.len() >= 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
        let at = |line: &str| shown.lines().position(|shown| shown == line).ok_or("not printed");
        let (hostile, end) = (at("::set-output name=verdict::accept")?, at(&format!("::{token}::"))?);
        assert!(at(&format!("::stop-commands::{token}"))? < hostile && hostile < end, "{shown}");
        seen.push(token);
    }
    assert_ne!(seen[0], seen[1]);
    let annotated =
        runner.run(SCRIPT, &[("GITHUB_EVENT_NAME", "pull_request"), ("INPUT_FORMAT", "github")])?;
    assert!(!text(&annotated).contains("stop-commands"));
    Ok(())
}

#[test]
fn only_a_rejection_can_be_told_without_failing() -> Result<(), Failure> {
    let runner = Runner::empty()?;
    for (code, ends) in [(0, 0), (1, 0), (2, 2), (3, 3), (134, 134)] {
        runner.program("temp/portcullis/bin/portcullis", &format!("exit {code}"))?;
        let variables = [("GITHUB_EVENT_NAME", "pull_request"), ("INPUT_FAIL_ON_ERROR", "false")];
        assert_eq!(runner.run(SCRIPT, &variables)?.status.code(), Some(ends), "{code}");
        assert!(runner.text("output").ends_with(&format!("exit-code={code}\n")));
        let failing = [("GITHUB_EVENT_NAME", "pull_request"), ("INPUT_FAIL_ON_ERROR", "true")];
        assert_eq!(runner.run(SCRIPT, &failing)?.status.code(), Some(code));
    }
    Ok(())
}

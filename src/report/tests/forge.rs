//! Outputs for a forge: annotations, one comment, a summary, a status and outputs of a step.

use super::{approving, at, blocking, finding, judged, report, section, waived};
use crate::finding::{Edge, Relation, Side, Station, StationKind, Subject, Suggestion};
use crate::policy::Enforcement;
use crate::report::{
    AnnotationLevel, Report, ReportContext, Section, annotations, comment, outputs, status_line, suggestions,
    summary, unplaced,
};
use crate::verdict::{Forced, Verdict};
use source_files::{ObjectId, Position, RepoPath};

fn green(findings: Vec<crate::verdict::Judged>) -> Report {
    report(vec![section(Verdict::Accept, findings)])
}

fn output(report: &Report, wanted: &str) -> String {
    let found = outputs(report).into_iter().find(|(name, _)| *name == wanted);
    found.map(|(_, value)| value).expect("an output")
}

#[test]
fn annotations_stand_at_the_new_revision_worst_first_and_the_rest_is_counted() {
    let mut warned = judged(finding("mutable-image").at(at("a.yaml", 9, Side::New)), Enforcement::Warn);
    if let Some(at) = &mut warned.finding.location {
        at.end.line = 12;
    }
    let gone = judged(finding("protected-deletion").at(at("gone.yaml", 4, Side::Old)), Enforcement::Deny);
    let mut commit = blocking("unsigned-commit", "a.yaml");
    commit.finding.location = None;
    commit.finding.subject = Subject::Commit(ObjectId::parse(&"0a".repeat(20)).expect("an id"));
    let findings = vec![gone, commit, warned, waived(), blocking("node-port", "b.yaml")];
    let report = report(vec![section(Verdict::Reject, findings)]);
    let shown = annotations(&report);
    let levels: Vec<AnnotationLevel> = shown.iter().map(|one| one.level).collect();
    assert_eq!(levels, [AnnotationLevel::Failure, AnnotationLevel::Warning, AnnotationLevel::Notice]);
    assert_eq!((shown[0].path.as_str(), shown[0].start_line, shown[0].columns), ("b.yaml", 4, Some((3, 7))));
    assert_eq!((shown[1].start_line, shown[1].end_line, shown[1].columns), (9, 12, None));
    assert_eq!(unplaced(&report), 2);
    assert!(summary(&report, &[]).contains("2 findings are not in a file"));
}

#[test]
fn annotations_keep_the_limits_of_the_api() {
    let mut large = blocking("node-port", "a.yaml");
    large.finding.message = "ä\u{1b}".repeat(100_000);
    large.finding.remediation = "x".repeat(100_000);
    let shown = annotations(&report(vec![section(Verdict::Reject, vec![large])]));
    let [annotation] = shown.as_slice() else { panic!("{}", shown.len()) };
    assert!(annotation.title.chars().count() <= 255);
    for text in [&annotation.message, &annotation.raw_details] {
        assert!(text.len() <= 65_536 && !text.contains('\u{1b}') && text.ends_with('…'), "{}", text.len());
    }
}

#[test]
fn a_status_says_in_one_line_what_holds_the_change_back() {
    let one = |verdict, findings| status_line(&report(vec![section(verdict, findings)]));
    assert_eq!(one(Verdict::Accept, Vec::new()), "accepted: nothing found");
    assert_eq!(one(Verdict::Accept, vec![waived(), approving(0)]), "accepted: 1 approved, 1 waived");
    let held = vec![blocking("node-port", "a.yaml"), approving(1)];
    assert_eq!(one(Verdict::Reject, held), "rejected: 2 findings block, 1 approval missing");
    let hostile = format!("cannot read \n::error::{}\u{1b}[2J", "x".repeat(200));
    let undecided = status_line(&report(vec![Section::undecided("refs/heads/main", hostile)]));
    assert!(undecided.starts_with("undecided: cannot read; ::error::xxx"), "{undecided}");
    assert!(undecided.chars().count() <= 140 && !undecided.contains(['\n', '\u{1b}']), "{undecided}");
}

/// The name of a section matters only if there is another one.
#[test]
fn a_reason_names_its_section_where_there_are_several() {
    let undecided = |name: &str| Section::undecided(name, "a reason\n  and what helps".into());
    let one = status_line(&report(vec![undecided("refs/heads/main")]));
    assert_eq!(one, "undecided: a reason; and what helps");
    let two = status_line(&report(vec![undecided("refs/heads/main"), undecided("refs/heads/next")]));
    assert!(two.contains("refs/heads/main: a reason") && two.contains("refs/heads/next: a reason"), "{two}");
}

/// One person gives all approvals that the same people are asked for.
#[test]
fn approvals_that_are_missing_are_counted_once_for_those_who_are_asked() {
    let mut others = approving(2);
    others.decision.demands[0].approvers = vec!["@acme/security".into()];
    let report = report(vec![section(Verdict::Reject, vec![approving(1), approving(1), others])]);
    assert_eq!(output(&report, "approvals-missing"), "3");
    assert_eq!(output(&report, "violations"), "3");
}

/// Owners who have not approved are missing approvals. Two checks that ask for them need one.
#[test]
fn owners_who_have_not_approved_are_counted() {
    let lacking = |owners: &str, count| {
        let mut lacking = blocking("missing-approval", "a.yaml");
        lacking.finding = lacking.finding.lacks(owners, count);
        lacking
    };
    let findings = vec![lacking("@acme/network", 1), approving(1), lacking("@ann, @bob", 2)];
    let report = report(vec![section(Verdict::Reject, findings)]);
    assert_eq!(output(&report, "approvals-missing"), "3");
    assert_eq!(status_line(&report), "rejected: 3 findings block, 3 approvals missing");
}

#[test]
fn outputs_are_words_and_numbers() {
    let hostile = Section::undecided("refs/heads/a\nverdict=accept", "x\nverdict=accept".into());
    let report = report(vec![hostile]);
    assert_eq!((output(&report, "verdict"), output(&report, "exit-code")), ("undecided".into(), "3".into()));
    for (name, value) in outputs(&report) {
        assert!(value.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{name}: {value}");
    }
    assert_eq!(output(&green(vec![waived()]), "waived"), "1");
    assert_eq!(output(&green(Vec::new()), "exit-code"), "0");
}

#[test]
fn a_comment_is_known_by_its_first_line() {
    let report = green(Vec::new());
    let context = ReportContext::parse("portcullis/prod eu").expect("a context");
    assert!(comment(&report, &context).starts_with("<!-- portcullis:portcullis/prod eu -->\n"));
    assert!(comment(&report, &ReportContext::default()).starts_with("<!-- portcullis -->\n"));
    for wrong in ["", " a", "a ", "a-->b", "a\nb", "ä", "a<b", &"x".repeat(65)] {
        let error = ReportContext::parse(wrong).expect_err(wrong);
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}

#[test]
fn a_green_comment_is_folded_and_an_override_never_is() {
    let text = comment(&green(vec![waived()]), &ReportContext::default());
    let line = "**portcullis: accepted** refs/heads/main: 1 waived; 0 objects changed";
    assert_eq!(text.lines().nth(1), Some(line));
    assert!(
        text.contains("<details><summary>1 finding, 0 notes</summary>")
            && text.contains("### waived: node-port")
    );
    assert_eq!(comment(&green(Vec::new()), &ReportContext::default()).lines().count(), 2);

    let mut forced = section(Verdict::Accept, vec![blocking("node-port", "a.yaml")]);
    forced.judgement.forced = Some(Forced { people: vec!["carol".into()], reasons: vec!["down".into()] });
    let rejected = section(Verdict::Reject, vec![blocking("node-port", "a.yaml")]);
    let undecided = Section::undecided("refs/heads/main", "a reason".into());
    for open in [forced, rejected, undecided] {
        assert!(!comment(&report(vec![open]), &ReportContext::default()).contains("<details>"));
    }
}

#[test]
fn a_summary_names_what_blocks_in_a_table_and_stays_within_the_limit() {
    let text = summary(&report(vec![section(Verdict::Reject, vec![blocking("node-port", "a|b.yaml")])]), &[]);
    let row = "| node-port | node-port happens. | a&#124;b.yaml:<!-- -->4:<!-- -->3 | Undo it. |";
    assert!(text.contains(row), "{text}");
    let large = |number: usize| {
        let mut large = blocking("node-port", &format!("{number}.yaml"));
        large.finding.message = "|".repeat(10_000);
        large
    };
    let mut full = section(Verdict::Reject, (0..3_000).map(large).collect());
    full.judgement.undecided = (0..9_000).map(|number| format!("{number} is unknown")).collect();
    let text = summary(&report(vec![full]), &[]);
    assert!(text.len() < 1_048_576, "{}", text.len());
    for noun in ["notes", "blocking findings", "findings"] {
        assert!(text.contains(&format!("more {noun} are not shown")), "{noun}");
    }
}

#[test]
fn a_graph_has_thirty_stations_and_counts_the_rest_and_its_fence_holds() {
    let hostile = "`\"]\n```\n%%{init: {}}%%\nclick n0 \"https://evil.example\"";
    let granted = |number: usize| {
        let mut granted = blocking("rbac-escalation", "a.yaml");
        let from = Station::new(StationKind::Subject, format!("User {number} {hostile}"));
        let to = Station::new(StationKind::Binding, format!("RoleBinding {number} {hostile}"));
        granted.finding = granted.finding.path([Edge { from, relation: Relation::NamedIn, to }]);
        granted
    };
    let text = summary(&report(vec![section(Verdict::Reject, (0..20).map(granted).collect())]), &[]);
    let graph =
        text.split("```mermaid\n").nth(1).and_then(|rest| rest.split("\n```\n").next()).expect("a graph");
    assert_eq!(graph.matches(":::blocks").count(), 30);
    assert_eq!(graph.matches(" -->|").count(), 15);
    assert!(text.contains("\n5 more steps are not drawn; they are not more severe.\n"), "{text}");
    assert!(!graph.lines().any(|line| line.trim_start().starts_with("click")), "{graph}");
    for word in ["`", "%%", "https:"] {
        assert!(!graph.contains(word), "{word}: {graph}");
    }
    assert!(!summary(&green(vec![waived()]), &[]).contains("mermaid"));
}

fn suggesting(check: &'static str, line: u32, replacement: &str) -> crate::verdict::Judged {
    let mut judged = blocking(check, "a.yaml");
    let start = Position { line, column: 1 };
    let end = Position { line, column: 24 };
    let (path, replacement) = (RepoPath::new("a.yaml"), replacement.to_owned());
    judged.finding = judged.finding.suggest(Some(Suggestion { path, start, end, replacement }));
    judged
}

#[test]
fn each_line_is_offered_one_remedy_and_accepted_findings_none() {
    let mut accepted = waived();
    accepted.finding.suggestion = suggesting("node-port", 40, "  type: ClusterIP").finding.suggestion;
    let findings = vec![
        suggesting("image-downgrade", 7, "    - image: web:1.10"),
        suggesting("mutable-image", 7, "    - image: web:1.10"),
        suggesting("node-port", 7, "    - image: other"),
        suggesting("node-port", 9, "  type: ```Cluster`IP"),
        accepted,
    ];
    let report = report(vec![section(Verdict::Reject, findings)]);
    let offered = suggestions(&report);
    let [both, ticks] = offered.as_slice() else { panic!("{offered:?}") };
    assert_eq!((both.path.as_str(), both.start_line, both.line), ("a.yaml", None, 7));
    assert!(both.body.ends_with("\n\n```suggestion\n    - image: web:1.10\n```\n"), "{}", both.body);
    assert!(both.body.contains("image-downgrade") && both.body.contains("mutable-image"), "{}", both.body);
    assert!(ticks.body.ends_with("\n\n````suggestion\n  type: ```Cluster`IP\n````\n"), "{}", ticks.body);

    let fix = &super::json(&report, crate::report::Format::Sarif)["runs"][0]["results"][0]["fixes"][0];
    let replaced = &fix["artifactChanges"][0]["replacements"][0];
    assert_eq!(replaced["insertedContent"]["text"], "    - image: web:1.10");
    assert_eq!(
        (&replaced["deletedRegion"]["startColumn"], &replaced["deletedRegion"]["endColumn"]),
        (&1.into(), &24.into())
    );
    let line = &super::lines(&super::rendered(&report, crate::report::Format::Rdjsonl))[0];
    assert_eq!(line["suggestions"][0]["range"]["end"], serde_json::json!({"line": 7, "column": 24}));
}

//! Every format of one report, made by hand: verdicts, standings and places that hardly occur together in a
//! repository.

mod forge;
mod places;

use std::sync::Arc;
use std::time::Duration;

use chrono::NaiveDate;
use serde_json::Value;

use super::{Format, Report, Section, Style};
use crate::finding::{CheckId, Finding, Location, Severity, Side, Subject};
use crate::policy::{Acceptance, ApprovalDemand, Decision, Enforcement, Origin, Waiver, WaiverPlace};
use crate::verdict::{Forced, Judged, Judgement, Verdict};
use source_files::{Position, RepoPath, Span};

const FORMATS: [Format; 9] = [
    Format::Human,
    Format::Json,
    Format::Sarif,
    Format::Junit,
    Format::Github,
    Format::Gitlab,
    Format::Markdown,
    Format::Rdjsonl,
    Format::Html,
];

fn at(path: &str, line: u32, side: Side) -> Location {
    let path = RepoPath::new(path);
    let mut location = Location::of_file(&path, side);
    location.start = Position { line, column: 3 };
    location.end = Position { line, column: 7 };
    location.excerpt = "  kind: Service".into();
    location
}

fn finding(check: &'static str) -> Finding {
    Finding::new(CheckId::new(check), Subject::File, format!("{check} happens"))
        .severity(Severity::High)
        .help("undo it")
}

fn judged(finding: Finding, enforcement: Enforcement) -> Judged {
    let origin = Origin { path: ".portcullis.yaml".into(), line: 3 };
    let decision = Decision { enforcement, ruled: enforcement, origin, demands: Vec::new(), waived: None };
    Judged { finding, decision, approved_by: Vec::new(), missing: 0, trail: Vec::new() }
}

fn blocking(check: &'static str, path: &str) -> Judged {
    judged(finding(check).at(at(path, 4, Side::New)), Enforcement::Deny)
}

fn section(verdict: Verdict, findings: Vec<Judged>) -> Section {
    let mut judgement = Judgement::undecided("nothing");
    judgement.undecided.clear();
    judgement.verdict = verdict;
    judgement.findings = findings;
    Section::of("refs/heads/main", judgement)
}

fn report(sections: Vec<Section>) -> Report {
    Report { sections, elapsed: Duration::from_millis(7), requests: 0 }
}

fn rendered(report: &Report, format: Format) -> String {
    report.render(format, Style::PLAIN, &[])
}

fn json(report: &Report, format: Format) -> Value {
    serde_json::from_str(&rendered(report, format)).expect("JSON")
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn approving(missing: usize) -> Judged {
    let mut judged = judged(finding("needs-a-nod").at(at("a.yaml", 2, Side::New)), Enforcement::Approve);
    judged.decision.demands = vec![ApprovalDemand { approvers: vec!["@acme/network".into()], count: 1 }];
    judged.missing = missing;
    if missing == 0 {
        judged.approved_by = vec!["bob".into()];
    }
    judged
}

fn waived() -> Judged {
    let mut judged = judged(finding("node-port").at(at("a.yaml", 2, Side::New)), Enforcement::Off);
    judged.decision.waived = Some(Acceptance::Waiver(Waiver {
        check: "node-port".into(),
        cluster: "default".into(),
        object: "Service/shop/web".into(),
        fingerprint: "abc".into(),
        reason: "moves in spring".into(),
        owner: "@acme/network".into(),
        expires: NaiveDate::from_ymd_opt(2027, 3, 31).expect("a date"),
        place: WaiverPlace { path: ".portcullis.yaml".into(), source: Arc::default(), span: Span::default() },
    }));
    judged
}

#[test]
fn an_empty_report_says_accepted_and_is_well_formed() {
    let report = report(vec![section(Verdict::Accept, Vec::new())]);
    for format in FORMATS {
        let text = rendered(&report, format);
        if !matches!(format, Format::Gitlab | Format::Rdjsonl) {
            assert!(text.contains("accept"), "{format:?}: {text}");
        }
    }
    assert_eq!(json(&report, Format::Gitlab), serde_json::json!([]));
    assert_eq!(rendered(&report, Format::Rdjsonl), "");
    assert_eq!(json(&report, Format::Sarif)["runs"][0]["results"], serde_json::json!([]));
    assert!(rendered(&report, Format::Junit).contains("tests=\"1\" failures=\"0\" errors=\"0\""));
}

#[test]
fn what_could_not_be_evaluated_is_an_error_in_every_format() {
    let report = report(vec![Section::undecided("refs/heads/main", "the deadline has passed".into())]);
    for format in FORMATS {
        assert!(rendered(&report, format).contains("the deadline has passed"), "{format:?}");
    }
    let run = &json(&report, Format::Sarif)["runs"][0];
    assert_eq!(run["invocations"][0]["executionSuccessful"], false);
    assert_eq!(json(&report, Format::Gitlab)[0]["severity"], "blocker");
    assert_eq!(lines(&rendered(&report, Format::Rdjsonl))[0]["severity"], "ERROR");
    assert!(rendered(&report, Format::Github).starts_with("::error title=portcullis%3A undecided::"));
    assert!(rendered(&report, Format::Junit).contains("errors=\"1\""));
    assert!(rendered(&report, Format::Markdown).contains("undecided (treated as rejected)"));
}

#[test]
fn rules_that_nobody_evaluates_are_told_in_every_format() {
    let mut section = section(Verdict::Accept, Vec::new());
    section.notices.push("not evaluated here, signatures".into());
    let report = report(vec![section]);
    for format in FORMATS {
        assert!(rendered(&report, format).contains("not evaluated here, signatures"), "{format:?}");
    }
}

#[test]
fn a_waived_finding_stays_visible_and_holds_nothing_back() {
    let report = report(vec![section(Verdict::Accept, vec![waived()])]);
    for format in FORMATS {
        let text = rendered(&report, format);
        assert!(text.contains("moves in spring") && text.contains("2027-03-31"), "{format:?}: {text}");
    }
    let result = &json(&report, Format::Sarif)["runs"][0]["results"][0];
    assert_eq!(result["level"], "note");
    assert_eq!(
        result["suppressions"][0]["justification"],
        "moves in spring (@acme/network, until 2027-03-31)"
    );
    assert!(rendered(&report, Format::Junit).contains("skipped=\"1\""));
    assert!(rendered(&report, Format::Github).starts_with("::notice "));
}

/// A waiver has to name the fingerprint, and a grant has another end.
#[test]
fn fingerprint_and_all_places_are_told_in_every_format() {
    let mut far = blocking("rbac-escalation", "binding.yaml");
    far.finding.related.push(at("role.yaml", 7, Side::New));
    let fingerprint = far.finding.fingerprint().to_string();
    let report = report(vec![section(Verdict::Reject, vec![far])]);
    for format in FORMATS {
        let text = rendered(&report, format);
        assert!(text.contains("role.yaml"), "{format:?}: {text}");
        assert!(text.contains(&fingerprint) || format == Format::Human, "{format:?}: {text}");
    }
}

#[test]
fn who_can_unblock_is_named_and_who_did() {
    let open = report(vec![section(Verdict::Reject, vec![approving(1)])]);
    let approved = report(vec![section(Verdict::Accept, vec![approving(0)])]);
    for format in FORMATS {
        let text = rendered(&open, format).replace("<!-- -->", "");
        let named = if format == Format::Json { "\"missing\": 1" } else { "no one yet" };
        assert!(text.contains("@acme/network") && text.contains(named), "{format:?}: {text}");
        assert!(rendered(&approved, format).contains("bob"), "{format:?}");
    }
    assert_eq!(json(&open, Format::Sarif)["runs"][0]["results"][0]["level"], "error");
    assert_eq!(json(&approved, Format::Sarif)["runs"][0]["results"][0]["level"], "note");
}

#[test]
fn what_asks_for_approval_before_there_is_a_commit_is_a_warning() {
    let report = report(vec![section(Verdict::Accept, vec![approving(1)])]);
    assert_eq!(json(&report, Format::Sarif)["runs"][0]["results"][0]["level"], "warning");
    assert!(rendered(&report, Format::Github).starts_with("::warning "));
    assert!(rendered(&report, Format::Junit).contains("failures=\"0\""));
}

/// A summary has room for some notes only.
#[test]
fn an_override_of_the_last_section_is_told_before_the_notes_of_the_first() {
    let mut noisy = section(Verdict::Accept, Vec::new());
    noisy.notices = (0..2_000).map(|index| format!("note {index}: {}", "words ".repeat(400))).collect();
    let mut forced = section(Verdict::Accept, vec![blocking("node-port", "a.yaml")]);
    forced.judgement.forced =
        Some(Forced { people: vec!["carol".into()], reasons: vec!["the site is down".into()] });
    let report = report(vec![noisy, forced]);
    let summary = crate::report::summary(&report, &[]);
    assert!(summary.contains("FORCED by carol"), "{summary}");
}

#[test]
fn an_override_is_told_in_every_format_and_is_no_failure() {
    let mut section = section(Verdict::Accept, vec![blocking("node-port", "a.yaml")]);
    section.judgement.forced =
        Some(Forced { people: vec!["carol".into()], reasons: vec!["the site is down".into()] });
    let report = report(vec![section]);
    for format in FORMATS {
        let text = rendered(&report, format);
        assert!(text.contains("carol") && text.contains("the site is down"), "{format:?}: {text}");
        assert!(text.contains("node-port"), "{format:?}");
    }
    assert!(rendered(&report, Format::Junit).contains("failures=\"0\""));
    assert!(rendered(&report, Format::Markdown).contains("accepted, FORCED"));
    assert!(rendered(&report, Format::Github).starts_with("::warning "));
}

//! Reads what is written, and nothing else.

use proptest::prelude::{any, prop, proptest};

use super::*;

fn statement() -> Statement {
    Statement {
        purpose: Purpose::Approval,
        repository: "acme/production".into(),
        ref_name: "refs/heads/main".into(),
        base: ObjectId::parse(&"1".repeat(40)).unwrap(),
        tree: ObjectId::parse(&"2".repeat(40)).unwrap(),
        trust: Digest::of([b"x".as_slice()]),
        floor: None,
        not_after: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        reason: "read: all of it".into(),
        reviewer: Vec::new(),
    }
}

fn review() -> Statement {
    let reviewer = ["@alice", "@acme/network"].map(str::to_owned).to_vec();
    Statement { purpose: Purpose::Review, reviewer, ..statement() }
}

fn problem(text: &str) -> StatementError {
    Statement::parse(text.as_bytes()).unwrap_err()
}

#[test]
fn what_is_written_is_read() {
    let floor = Some(Digest::of([b"floor".as_slice()]));
    for statement in [statement(), Statement { floor, ..statement() }, review()] {
        assert_eq!(Statement::parse(statement.to_string().as_bytes()), Ok(statement));
    }
}

#[test]
fn another_way_of_writing_it_is_none() {
    let text = statement().to_string();
    assert_eq!(problem(""), StatementError::Header);
    assert_eq!(problem(&text.replace("v1", "v2")), StatementError::Header);
    assert_eq!(problem(&format!("{text}more: x\n")), StatementError::NotCanonical);
    assert_eq!(problem(&text.replace("Z\n", "+00:00\n")), StatementError::NotCanonical);
    assert_eq!(problem(text.trim_end()), StatementError::NotCanonical);
    let swapped = text.replace("base", "BASE").replace("tree", "base").replace("BASE", "tree");
    assert_eq!(problem(&swapped), StatementError::Field { line: 4, field: "base" });
    assert_eq!(
        problem(&text.replace("reason: ", "reason:")),
        StatementError::Field { line: 9, field: "reason" }
    );
    assert_eq!(problem(&text.replace(&"1".repeat(40), &"0".repeat(40))), value("base", "no object name"));
    assert_eq!(problem(&text.replace("refs/heads/main", "main")), value("ref", "no full ref name"));
    assert_eq!(Statement::parse(&[b'x'; LARGEST + 1]), Err(StatementError::TooLarge));
}

#[test]
fn an_override_says_why() {
    let text = Statement { purpose: Purpose::Override, reason: " ".into(), ..statement() }.to_string();
    assert_eq!(problem(&text), value("reason", "missing: an override says why"));
}

#[test]
fn a_review_names_who_reviewed() {
    for reviewer in ["", "alice", "@alice ", " @alice", "@", "@alice  @acme/network", "@alice \u{e9}"] {
        let reviewer: Vec<String> = reviewer.split(' ').map(str::to_owned).collect();
        let text = Statement { reviewer, ..review() }.to_string();
        assert!(Statement::parse(text.as_bytes()).is_err(), "{text}");
    }
    assert!(matches!(
        problem(&statement().to_string().replace("approval", "review")),
        StatementError::Field { .. }
    ));
}

proptest! {
    #[test]
    fn bytes_never_panic_and_are_read_only_as_they_are_written(
        at in any::<prop::sample::Index>(), byte in any::<u8>(),
    ) {
        let mut text = statement().to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        if let Ok(parsed) = Statement::parse(&text) {
            assert_eq!(parsed.to_string().as_bytes(), text);
        }
    }
}

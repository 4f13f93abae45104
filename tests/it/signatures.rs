//! The matrix of signatures: every way in which one counts or does not, with the sentence that the
//! pusher sees. `SNAPSHOTS=overwrite` writes `tests/signatures/expected.txt` anew.

mod case;
mod openpgp;
mod openpgp_keys;
mod ssh;
mod ssh_certificates;

use std::fs;

use case::{Case, Names};

use crate::common::documents::project;
use crate::common::git::Failure;

fn cases(names: &mut Names) -> Result<Vec<Case>, Failure> {
    let mut cases = openpgp::cases(names)?;
    cases.extend(openpgp_keys::cases(names)?);
    cases.extend(ssh::cases(names)?);
    cases.extend(ssh_certificates::cases(names)?);
    Ok(cases)
}

#[test]
fn every_signature_is_worth_what_the_matrix_says() -> Result<(), Failure> {
    let mut names = Names::default();
    let cases = cases(&mut names)?;
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let actual: String = cases.iter().map(|case| case.row(&names)).collect();
    let path = project("tests/signatures/expected.txt");
    if std::env::var_os("SNAPSHOTS").is_some_and(|wanted| wanted == "overwrite") {
        fs::write(&path, &actual)?;
    }
    let expected = fs::read_to_string(&path)?;
    for (actual, expected) in actual.split("\n\n").zip(expected.split("\n\n")) {
        assert_eq!(actual, expected);
    }
    assert_eq!(actual.len(), expected.len(), "a case is missing from the table, or from the tests");
    Ok(())
}

#[test]
fn what_should_count_counts_and_nothing_else_does() -> Result<(), Failure> {
    for case in cases(&mut Names::default())? {
        assert_eq!(case.counts(), case.name.starts_with("good "), "{}", case.name);
    }
    Ok(())
}

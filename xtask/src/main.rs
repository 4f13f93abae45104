//! `cargo xtask generate [WHAT]`: writes the files that are generated from the program.
//!
//! In: what to write. Out: the files, written by the tests that compare them. Never: generates anything itself, so that
//! a file that was written here passes its test.

use std::process::{Command, ExitCode};

/// What can be written, by which tests, in the order in which one needs the other.
const PARTS: [(&str, &str); 4] =
    [("cases", "checks::"), ("waivers", "import_waivers"), ("pages", "generated::"), ("demo", "demo::")];

const USAGE: &str = "usage: cargo xtask generate [cases|waivers|pages|demo]

cases    expected.txt of every case of a check
waivers  expected.yaml of every case of import-waivers
pages    pages of checks, JSON schemas, profiles, the table of checks
demo     the output of the demo, in docs and in the README

Without a name, all of them.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let wanted: Vec<&str> = match names.as_slice() {
        ["generate"] => PARTS.iter().map(|(_, tests)| *tests).collect(),
        ["generate", name] => {
            PARTS.iter().filter(|(known, _)| known == name).map(|(_, tests)| *tests).collect()
        }
        _ => Vec::new(),
    };
    if wanted.is_empty() {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    }
    if wanted.into_iter().all(write) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs the tests that write a part. They fail where more than the text is wrong.
fn write(tests: &str) -> bool {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["test", "--locked", "--package", "portcullis", "--test", "it", tests])
        .env("SNAPSHOTS", "overwrite")
        .status();
    match status {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("cargo could not be started: {error}");
            false
        }
    }
}

//! The portcullis binary: arguments in, exit code out.

use std::process::ExitCode;

use clap::Parser as _;
use portcullis::cli::Cli;

fn main() -> ExitCode {
    portcullis::commands::run(Cli::parse())
}

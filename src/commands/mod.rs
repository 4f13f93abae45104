//! One file a subcommand: arguments in, one call to a room, exit code out.
//!
//! In: parsed arguments. Out: an exit code, and text on standard output. Never: holds a rule.

mod approvals;
mod approve;
mod baseline;
mod check;
mod deadline;
mod demo;
mod doctor;
mod error;
mod explain;
mod forge_access;
mod generate;
mod hooks;
mod import;
mod import_waivers;
mod init;
mod install;
mod objects;
mod output;
mod owners;
mod policy;
mod policy_page;
mod pr;
mod pre_commit;
mod render;
mod replay;
mod report_files;
mod rescue;
mod throw_away_gpg;
mod validate;
mod verify_commit;
mod waive;

use std::process::ExitCode;

use crate::cli::{Cli, Command};
pub use error::{CommandError, Exit};

/// Runs a command and returns how the process ends. A panic rejects.
pub fn run(cli: Cli) -> ExitCode {
    std::panic::set_hook(Box::new(|panic| complain(&format!("internal error: {panic}"))));
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| dispatch(cli.command)));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(error)) => {
            complain(&error.to_string());
            error.exit().into()
        }
        Err(_) => {
            complain(
                "a bug in portcullis stopped it, so the push is rejected; please report the lines \
                above",
            );
            Exit::Undecided.into()
        }
    }
}

fn dispatch(command: Command) -> Result<Exit, CommandError> {
    match command {
        Command::PreReceive(arguments) => hooks::pre_receive(&arguments),
        Command::Update(arguments) => hooks::update(&arguments),
        Command::PreCommit(arguments) => pre_commit::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Pr(arguments) => pr::run(&arguments),
        Command::Validate(arguments) => validate::run(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Approve(arguments) => approve::run(&arguments),
        Command::Approvals(arguments) => approvals::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Waive(arguments) => waive::run(&arguments),
        Command::ImportWaivers(arguments) => import_waivers::run(&arguments),
        Command::VerifyCommit(arguments) => verify_commit::run(&arguments),
        Command::Owners(arguments) => owners::run(&arguments),
        Command::Objects(arguments) => objects::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Checks(arguments) => explain::list_checks(arguments.format),
        Command::Policy(arguments) => policy::run(&arguments),
        Command::Init(arguments) => init::run(&arguments),
        Command::Install(arguments) => install::run(&arguments),
        Command::Doctor(arguments) => doctor::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Rescue(arguments) => rescue::run(&arguments),
        Command::Demo => demo::run(),
        Command::Completions(arguments) => generate::print_completions(&arguments),
        Command::Man => generate::print_manual(),
        Command::GenerateDocs(arguments) => generate::write_docs(&arguments),
        Command::ThrowAwayGpg(arguments) => throw_away_gpg::run(&arguments),
    }
}

/// Writes to standard error why nothing was judged. The text is escaped line by line: a policy error quotes a file, and a
/// ref error quotes a ref.
fn complain(message: &str) {
    use std::io::Write as _;
    let mut text = String::from("portcullis: error: ");
    text.push_str(&message.lines().map(crate::report::terminal).collect::<Vec<_>>().join("\n"));
    text.push('\n');
    let _ = std::io::stderr().write_all(text.as_bytes());
}

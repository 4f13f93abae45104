//! A watchdog: whatever takes too long rejects, even inside C code.

use std::io::Write as _;
use std::time::Duration;

use super::error::Exit;

/// Ends the process with exit code 3 unless it has ended by itself before the deadline.
pub(super) fn start(deadline: Duration) {
    std::thread::spawn(move || {
        std::thread::sleep(deadline);
        let text = format!(
            "portcullis: no verdict after {} s, so the push is rejected\n  push fewer changes at a time, \
             or have the server's administrator raise `--deadline`\n",
            deadline.as_secs()
        );
        let _ = std::io::stderr().write_all(text.as_bytes());
        end_process(Exit::Undecided);
    });
}

#[expect(clippy::exit, reason = "the only way out while another thread is inside libgit2")]
fn end_process(exit: Exit) {
    std::process::exit(i32::from(exit.number()));
}

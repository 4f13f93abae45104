//! A watchdog: whatever takes too long rejects, even inside C code.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::error::Exit;

/// Ends the process with exit code 3 unless it has ended by itself before the deadline. `advice` explains the result and
/// the next step.
pub(super) fn start(deadline: Duration, advice: &'static str) {
    std::thread::spawn(move || {
        std::thread::sleep(deadline);
        let text = format!("portcullis: no verdict after {} s{advice}\n", deadline.as_secs());
        let _ = std::io::stderr().write_all(text.as_bytes());
        end_process(Exit::Undecided);
    });
}

/// The advice of the hooks of a Git server.
pub(super) const OF_A_PUSH: &str = ", so the push is rejected\n  push fewer changes at a time, or have the server's \
                                    administrator raise `--deadline`";

/// The reason why a run has no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// It took too long.
    TooLong,
    /// It panicked.
    Panicked,
}

/// Runs `run`, which ends in a verdict. If it does not end in time, or panics, `without` reports that from another thread
/// and the process ends. At most one of them reports.
pub(super) fn within<T>(
    limit: Duration,
    run: impl FnOnce() -> T,
    without: impl FnOnce(Silence) -> Exit + Send,
) -> T {
    let reported = AtomicBool::new(false);
    let (ended, end) = mpsc::channel();
    std::thread::scope(|scope| {
        let taken = &reported;
        scope.spawn(move || {
            let silence = match end.recv_timeout(limit) {
                Ok(()) => return,
                Err(RecvTimeoutError::Timeout) => Silence::TooLong,
                Err(RecvTimeoutError::Disconnected) => Silence::Panicked,
            };
            if !taken.swap(true, Ordering::SeqCst) {
                end_process(without(silence));
            }
        });
        // A panic drops it.
        let ended: mpsc::Sender<()> = ended;
        let verdict = run();
        while reported.swap(true, Ordering::SeqCst) {
            std::thread::park();
        }
        let _ = ended.send(());
        verdict
    })
}

#[expect(clippy::exit, reason = "the only way out while another thread is inside libgit2")]
fn end_process(exit: Exit) {
    std::process::exit(i32::from(exit.number()));
}

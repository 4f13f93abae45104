//! A watchdog: whatever takes too long rejects, even inside C code.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::error::Exit;

/// Ends the process with exit code 3 unless it has ended by itself before the deadline; `advice` says what that means
/// and what to do.
pub(super) fn start(deadline: Duration, advice: &'static str) {
    std::thread::spawn(move || {
        std::thread::sleep(deadline);
        let text = format!("portcullis: no verdict after {} s{advice}\n", deadline.as_secs());
        let _ = std::io::stderr().write_all(text.as_bytes());
        end_process(Exit::Undecided);
    });
}

/// What the hooks of a Git server say when the time is over.
pub(super) const OF_A_PUSH: &str = ", so the push is rejected\n  push fewer changes at a time, or have the server's \
                                    administrator raise `--deadline`";

/// Why a run has no verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    /// It took too long.
    TooLong,
    /// It panicked.
    Panicked,
}

/// Runs what ends in a verdict. Where it does not end in time, or panics, `without` speaks in its place, from another
/// thread, and the process ends: never do both speak.
pub(super) fn within<T>(
    limit: Duration,
    run: impl FnOnce() -> T,
    without: impl FnOnce(Silence) -> Exit + Send,
) -> T {
    let spoken = AtomicBool::new(false);
    let (ended, end) = mpsc::channel();
    std::thread::scope(|scope| {
        let taken = &spoken;
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
        while spoken.swap(true, Ordering::SeqCst) {
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

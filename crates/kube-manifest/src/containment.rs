//! Keeps a panic of the YAML library inside the call that caused it, and quiet.
//!
//! In: one call of the library. Out: its result, or that it panicked. Never: silences a panic of our
//! own code, which is a bug that the process's panic hook has to report.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// The library panicked: it met a text that its authors did not think of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Panicked;

/// Whether a panic of this thread, now, is one of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Ours,
    Library,
}

thread_local! {
    static ORIGIN: Cell<Origin> = const { Cell::new(Origin::Ours) };
}

/// Calls the library. Its arguments must not be used again after a panic.
pub(super) fn contain<T>(call: impl FnOnce() -> T) -> Result<T, Panicked> {
    silence_the_library();
    ORIGIN.set(Origin::Library);
    let outcome = catch_unwind(AssertUnwindSafe(call));
    ORIGIN.set(Origin::Ours);
    outcome.map_err(|_payload| Panicked)
}

/// The panic hook belongs to the whole process and runs before a panic is caught. Whatever hook is
/// in place when the library is first called keeps every panic but those of the library.
fn silence_the_library() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let others = take_hook();
        set_hook(Box::new(move |panic| {
            if ORIGIN.get() == Origin::Ours {
                others(panic);
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_stays_inside_and_the_next_call_works() {
        assert_eq!(contain(|| -> u8 { panic!("not to be seen in the output of the tests") }), Err(Panicked));
        assert_eq!(ORIGIN.get(), Origin::Ours);
        assert_eq!(contain(|| 1), Ok(1));
    }
}

//! The division of a run's time: the time after asking and judging is for publishing.

use std::time::{Duration, Instant};

/// The division of a run's time.
#[derive(Clone, Copy, Debug)]
pub struct Schedule {
    begin: Instant,
    whole: Duration,
}

impl Schedule {
    /// Begins a run.
    pub fn begin(whole: Duration) -> Self {
        Self { begin: Instant::now(), whole }
    }

    /// The time of the whole run.
    pub fn whole(&self) -> Duration {
        self.whole
    }

    /// The time that judging may take.
    pub fn judging(&self) -> Duration {
        self.whole.mul_f32(0.9)
    }

    /// The time since the begin.
    pub(super) fn elapsed(&self) -> Duration {
        self.begin.elapsed()
    }

    /// The deadline for the forge's answers.
    pub(super) fn ask_by(&self) -> Instant {
        self.begin + self.whole.mul_f32(0.85)
    }

    /// The deadline for the forge to accept the results.
    pub(super) fn publish_by(&self) -> Instant {
        self.begin + self.whole.mul_f32(0.98)
    }
}

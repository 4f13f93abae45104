//! The checks of this program, built once for all commands.

use std::sync::LazyLock;

use crate::checks::CheckSet;

static CHECKS: LazyLock<CheckSet> = LazyLock::new(CheckSet::built_in);

/// Every check that a policy may name.
pub(super) fn checks() -> &'static CheckSet {
    &CHECKS
}

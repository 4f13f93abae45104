//! Many pieces of one test beside each other.
//!
//! In: the pieces and what is done to each. Out: what came of them, in their order. Never: the pool that the gate
//! itself uses, in which other tests of this process would wait for long pieces.

use rayon::ThreadPoolBuilder;
use rayon::prelude::*;

use super::git::Failure;

/// Does this to every piece, on as many threads as there are processors.
pub(crate) fn each<T: Sync, R: Send>(
    pieces: &[T],
    work: impl Fn(&T) -> R + Send + Sync,
) -> Result<Vec<R>, Failure> {
    let pool = ThreadPoolBuilder::new().build()?;
    Ok(pool.install(|| pieces.par_iter().map(work).collect()))
}

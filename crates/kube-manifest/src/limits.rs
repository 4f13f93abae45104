//! Limits on the amount of a pushed file that we are willing to read.

use super::compose::SyntaxError;
use source_files::Span;

/// Limits for one file. Each is far above what real manifests need and low enough that reading
/// ends quickly; a file beyond one is refused with the number that it exceeded.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of the file. The API server accepts 3 MiB a request and etcd 1.5 MiB an object.
    pub bytes: usize,
    /// Documents in the file.
    pub documents: usize,
    /// Nesting. go-yaml stops at 10,000; no real manifest passes 50.
    pub depth: usize,
    /// Keys and values in the file, before aliases are followed.
    pub nodes: usize,
    /// Keys and values that aliases may add to the file.
    pub aliased: usize,
    /// Bytes of one key. YAML's own limit for keys without `?` is 1,024.
    pub key: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10 << 20, documents: 10_000, depth: 256, nodes: 500_000, aliased: 50_000, key: 1024 }
    }
}

/// The number of values that aliases may still add while one reading resolves a file.
#[derive(Debug)]
pub(super) struct AliasBudget {
    limit: usize,
    left: usize,
    depth: usize,
}

impl AliasBudget {
    pub(super) fn new(limits: &Limits) -> Self {
        Self { limit: limits.aliased, left: limits.aliased, depth: 0 }
    }

    pub(super) fn enter(&mut self) {
        self.depth += 1;
    }

    pub(super) fn leave(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Counts a value if an alias brought it.
    pub(super) fn spend(&mut self, place: Span) -> Result<(), SyntaxError> {
        if self.depth > 0 {
            let Some(left) = self.left.checked_sub(1) else {
                let reason = format!("aliases add more than {} keys and values", self.limit);
                return Err(SyntaxError { span: place, reason });
            };
            self.left = left;
        }
        Ok(())
    }
}

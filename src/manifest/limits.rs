//! How much of a pushed file we are willing to read.

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
    /// Keys and values in the file, after aliases are followed.
    pub nodes: usize,
    /// Keys and values that aliases may add to the file.
    pub aliased: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes: 10 << 20, documents: 10_000, depth: 128, nodes: 500_000, aliased: 50_000 }
    }
}

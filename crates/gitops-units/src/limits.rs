//! Limits on what the deployers of one tree may cause.

/// Limits. Each is far above what real repositories need; what is beyond one is reported and not judged.
#[derive(Clone, Copy, Debug)]
pub struct UnitLimits {
    /// Applications that one ApplicationSet may make. The largest real one seen makes 300.
    pub products: usize,
    /// Units of one tree.
    pub units: usize,
    /// Generators inside each other. Argo CD allows 2.
    pub nesting: usize,
    /// Rounds in which rendered deployers deploy further ones. Real trees need up to 5.
    pub rounds: usize,
    /// Files and folders that one look below a folder may meet.
    pub files: usize,
    /// Bytes of a pattern of paths.
    pub pattern: usize,
    /// Steps that one template may take.
    pub template_steps: usize,
    /// Bytes that one template may write.
    pub template_bytes: usize,
}

impl Default for UnitLimits {
    fn default() -> Self {
        Self {
            products: 10_000,
            units: 20_000,
            nesting: 8,
            rounds: 16,
            files: 200_000,
            pattern: 1_024,
            template_steps: 100_000,
            template_bytes: 1 << 20,
        }
    }
}

//! Limits on the work that one build may cause.

use super::error::{Outcome, RefusalKind, RenderError};

/// Limits for one build. Each is far above what real kustomizations need.
#[derive(Clone, Copy, Debug)]
pub struct RenderLimits {
    /// Kustomizations inside each other. Real ones have up to 10.
    pub depth: usize,
    /// Kustomizations of one build, each counted as often as it is included.
    pub kustomizations: usize,
    /// Objects at one time. The largest real build seen has 2,491.
    pub objects: usize,
    /// Keys and values that are read, copied, merged or visited.
    pub work: usize,
    /// Bytes of all files that are read.
    pub bytes: usize,
    /// The limits for one manifest.
    pub manifest: kube_manifest::Limits,
}

impl Default for RenderLimits {
    fn default() -> Self {
        Self {
            depth: 64,
            kustomizations: 5_000,
            objects: 20_000,
            work: 100_000_000,
            bytes: 256 << 20,
            manifest: kube_manifest::Limits::default(),
        }
    }
}

/// What is left of the limits.
#[derive(Debug)]
pub(crate) struct Budget {
    limits: RenderLimits,
    kustomizations: usize,
    work: usize,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new(limits: RenderLimits) -> Self {
        Self { limits, kustomizations: limits.kustomizations, work: limits.work, bytes: limits.bytes }
    }

    pub(crate) fn enter(&mut self, depth: usize) -> Outcome<()> {
        if depth > self.limits.depth {
            return Err(beyond(&format!("more than {} kustomizations inside each other", self.limits.depth)));
        }
        take(&mut self.kustomizations, 1, "kustomizations", self.limits.kustomizations)
    }

    pub(crate) fn work(&mut self, values: usize) -> Outcome<()> {
        take(&mut self.work, values, "keys and values to read and change", self.limits.work)
    }

    pub(crate) fn read(&mut self, bytes: usize) -> Outcome<()> {
        take(&mut self.bytes, bytes, "bytes in all files", self.limits.bytes)
    }

    pub(crate) fn hold(&self, objects: usize) -> Outcome<()> {
        if objects > self.limits.objects {
            return Err(beyond(&format!("more than {} objects", self.limits.objects)));
        }
        Ok(())
    }

    pub(crate) fn manifest(&self) -> kube_manifest::Limits {
        self.limits.manifest
    }
}

fn take(left: &mut usize, amount: usize, what: &str, limit: usize) -> Outcome<()> {
    let Some(rest) = left.checked_sub(amount) else {
        return Err(beyond(&format!("more than {limit} {what}")));
    };
    *left = rest;
    Ok(())
}

fn beyond(reason: &str) -> RenderError {
    RenderError::new(RefusalKind::BeyondLimits, format!("the build is beyond the limits: {reason}"))
}

//! Limits on the work that one build may cause.

use kube_manifest::Node;

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
    /// Keys and values that are visited or compared.
    pub work: usize,
    /// Keys and values that are made: read, copied or merged; 64 bytes of a text count as one more.
    pub values: usize,
    /// Bytes of all files that are read, and of all texts that steps write.
    pub bytes: usize,
    /// Bytes of one text that a step writes. The API server accepts 3 MiB a request.
    pub text: usize,
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
            values: 4_000_000,
            bytes: 128 << 20,
            text: 4 << 20,
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
    values: usize,
    bytes: usize,
}

impl Budget {
    pub(crate) fn new(limits: RenderLimits) -> Self {
        let RenderLimits { kustomizations, work, values, bytes, .. } = limits;
        Self { limits, kustomizations, work, values, bytes }
    }

    pub(crate) fn enter(&mut self, depth: usize) -> Outcome<()> {
        if depth > self.limits.depth {
            return Err(beyond(&format!("more than {} kustomizations inside each other", self.limits.depth)));
        }
        take(&mut self.kustomizations, 1, "kustomizations", self.limits.kustomizations)
    }

    pub(crate) fn work(&mut self, values: usize) -> Outcome<()> {
        take(&mut self.work, values, "keys and values to visit", self.limits.work)
    }

    /// Counts a tree that is made.
    pub(crate) fn make(&mut self, node: &Node) -> Outcome<()> {
        take(&mut self.values, weight(node), "keys and values", self.limits.values)
    }

    /// Counts a text that a step writes.
    pub(crate) fn write(&mut self, text: &str) -> Outcome<()> {
        if text.len() > self.limits.text {
            return Err(beyond(&format!("a text of more than {} bytes", self.limits.text)));
        }
        self.read(text.len())
    }

    /// Counts bytes that are read or written.
    pub(crate) fn read(&mut self, bytes: usize) -> Outcome<()> {
        take(&mut self.bytes, bytes, "bytes in all files and texts", self.limits.bytes)
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

/// Bytes of text that count as one value.
const TEXT: usize = 64;

fn weight(node: &Node) -> usize {
    let own = 1 + node.spelling().map_or(0, |text| text.len() / TEXT);
    let entries = node.entries().iter().map(|entry| weight(&entry.value) + entry.key.len() / TEXT);
    own + entries.sum::<usize>() + node.items().iter().map(weight).sum::<usize>()
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

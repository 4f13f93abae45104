//! `limits:`, how much the gate reads.

use schemars::JsonSchema;
use serde::Deserialize;

use super::super::error::PolicyError;
use super::super::layers::Policy;
use super::super::position::Positioned;

/// Limits on the amount that the gate reads.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LimitsEntry {
    /// The largest size of all manifests of one revision, in MiB. A push that makes them larger is rejected, one that
    /// removes some never is. Default: 128, or what an import brings.
    pub manifest_mebibytes: Option<u32>,
}

/// The limit of manifests in MiB if no policy names one.
const MANIFEST_MEBIBYTES: u32 = 128;

/// Under a limit of nothing no manifest could come in.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    match file.document.limits.and_then(|limits| limits.manifest_mebibytes) {
        Some(0) => {
            let message = "`manifestMebibytes` must be at least 1";
            Err(file.error("/limits/manifestMebibytes", message, None))
        }
        Some(_) | None => Ok(()),
    }
}

/// More manifests may come in, and each push has to read them in time.
pub(super) fn weakening(old: Option<LimitsEntry>, new: Option<LimitsEntry>) -> Option<String> {
    let (old, new) = (mebibytes(old), mebibytes(new));
    (new > old).then(|| format!("the manifests may have {new} MiB instead of {old} MiB"))
}

fn mebibytes(limits: Option<LimitsEntry>) -> u32 {
    let LimitsEntry { manifest_mebibytes } = limits.unwrap_or_default();
    manifest_mebibytes.unwrap_or(MANIFEST_MEBIBYTES)
}

impl Policy {
    /// The largest size of all manifests of one revision, in bytes: the smallest number that any layer names.
    pub fn manifest_bytes(&self) -> usize {
        let documents = self.layers.iter().filter_map(|layer| layer.document());
        let named = documents.filter_map(|document| document.limits?.manifest_mebibytes).min();
        let mebibytes = named.unwrap_or(MANIFEST_MEBIBYTES);
        usize::try_from(mebibytes).unwrap_or(usize::MAX).saturating_mul(1 << 20)
    }
}

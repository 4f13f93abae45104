//! `waivers:` and `waiversMaxAge:`, accepted findings.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::Deserialize;

use super::super::age::Age;
use super::super::error::PolicyError;
use super::super::layer::{Author, Layer};
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::super::waiver::{EntryError, Waiver, WaiverTerm};
use super::super::waivers_file::WaiversFile;
use super::added;

/// A file of waivers beside the policy.
#[derive(Clone, Debug, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiversDocument {
    /// Always `portcullis.dev/v1`.
    #[schemars(extend("const" = "portcullis.dev/v1"))]
    pub api_version: String,
    /// Always `GateWaivers`.
    #[schemars(extend("const" = "GateWaivers"))]
    pub kind: String,
    /// Accepted findings.
    #[serde(default)]
    pub waivers: Option<Vec<WaiverEntry>>,
}

/// An accepted finding.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaiverEntry {
    /// The check.
    pub check: String,
    /// The cluster.
    #[serde(default = "default_cluster")]
    pub cluster: String,
    /// The object, `Kind/namespace/name`, or the path, commit or ref that the finding is about.
    pub object: String,
    /// The fingerprint in the report: another value in the same object is reported again.
    pub fingerprint: String,
    /// The reason to accept the finding.
    pub reason: String,
    /// The responsible owner.
    pub owner: String,
    /// The last day on which it counts, `YYYY-MM-DD`.
    pub expires: String,
}

fn default_cluster() -> String {
    "default".to_owned()
}

/// The file's waivers, with their dates.
pub(in crate::policy) fn parse_waivers(file: &Positioned) -> Result<Vec<Waiver>, PolicyError> {
    let entries = file.document.waivers.iter().enumerate();
    entries.map(|(index, entry)| parse_waiver(file, index, entry)).collect()
}

fn parse_waiver(file: &Positioned, index: usize, entry: &WaiverEntry) -> Result<Waiver, PolicyError> {
    let place = file.place(&format!("/waivers/{index}/check"));
    Waiver::of(entry, place).map_err(|EntryError { key, message }| {
        let key = if key.is_empty() { String::new() } else { format!("/{key}") };
        file.error(&format!("/waivers/{index}{key}"), message, None)
    })
}

/// New waivers, and those that hold for longer or accept another value.
pub(super) fn weakenings(old: &[WaiverEntry], new: &[WaiverEntry]) -> Vec<String> {
    let sentence = |waiver: &WaiverEntry| {
        let WaiverEntry { check, cluster, object, expires, owner, reason, fingerprint: _ } = waiver;
        format!("`{check}` is waived for {object} of cluster {cluster} until {expires}, by {owner}: {reason}")
    };
    added(old, new).map(sentence).collect()
}

impl Layer {
    /// The same with the waivers of the file beside the policy. Of the server's policy only its own count.
    pub fn with_waivers(mut self, file: &WaiversFile) -> Self {
        match self.author {
            Author::Repository => self.waivers.extend(file.waivers.iter().cloned()),
            Author::Server => {}
        }
        self
    }

    /// The accepted findings of the layer.
    pub fn waivers(&self) -> &[Waiver] {
        &self.waivers
    }

    /// The longest time until a waiver expires.
    pub(in crate::policy) fn waivers_max_age(&self) -> Option<Age> {
        self.files.iter().find_map(|file| file.document.waivers_max_age)
    }
}

impl Policy {
    /// The days on which waivers may end to count on a day: the shortest term of all layers.
    pub fn waiver_term(&self, today: NaiveDate) -> WaiverTerm {
        WaiverTerm::of(today, self.layers.iter().filter_map(|layer| layer.waivers_max_age()).min())
    }
}

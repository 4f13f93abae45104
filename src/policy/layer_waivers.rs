//! What a layer says of waivers and annotations besides its own entries.

use super::age::Age;
use super::document::AnnotationUse;
use super::error::PolicyError;
use super::layer::{Author, Layer};
use super::validate::check_annotations;
use super::waivers_file::WaiversFile;

impl Layer {
    /// The same with the waivers of the file beside the policy. Of the server's policy only its own count.
    pub fn with_waivers(mut self, file: &WaiversFile) -> Self {
        match self.author {
            Author::Repository => self.waivers.extend(file.waivers.iter().cloned()),
            Author::Server => {}
        }
        self
    }

    /// That no annotation is allowed for checks about which a manifest has no say.
    pub fn check_annotations(&self, without: &[&str]) -> Result<(), PolicyError> {
        self.files.iter().try_for_each(|file| check_annotations(file, without))
    }

    /// How far ahead a waiver may expire.
    pub(super) fn waivers_max_age(&self) -> Option<Age> {
        self.files.iter().find_map(|file| file.document.waivers_max_age)
    }

    /// What an annotation means for a check.
    pub(super) fn annotation(&self, check: &str) -> AnnotationUse {
        let mut rules = self.files.iter().filter_map(|file| file.document.checks.get(check));
        rules.find_map(|rule| rule.annotation).unwrap_or_default()
    }
}

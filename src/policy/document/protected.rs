//! `protected:`, the patterns of guarded refs.

use super::super::error::PolicyError;
use super::super::layer::Layer;
use super::super::layers::Policy;
use super::super::position::Positioned;
use super::super::protected::{full_name_meant, meant_by};
use super::{added, check_patterns};

/// Refuses patterns that do not compile.
pub(super) fn check(file: &Positioned) -> Result<(), PolicyError> {
    check_patterns(file, "/protected", file.document.protected.as_deref().unwrap_or_default())
}

/// HEAD's branch stays protected in any case. Tags are protected by default, or by a pattern of their own.
pub(super) fn weakenings(old: Option<&[String]>, new: Option<&[String]>) -> Vec<String> {
    let (old, new) = (guarded_patterns(old), guarded_patterns(new));
    let guards_everything =
        new.iter().any(|pattern| matches!(pattern.as_str(), "*" | "**" | "refs/*" | "refs/**"));
    if guards_everything {
        return Vec::new();
    }
    let lost = added(&new, &old).filter(|pattern| full_name_meant(pattern).is_none());
    lost.map(|pattern| format!("`{pattern}` is no longer protected")).collect()
}

/// The full patterns that a list means, or those that hold by default.
fn guarded_patterns(patterns: Option<&[String]>) -> Vec<String> {
    match patterns {
        Some(patterns) => patterns.iter().flat_map(|pattern| meant_by(pattern)).collect(),
        None => vec!["refs/tags/*".to_owned()],
    }
}

impl Layer {
    /// The error about a pattern of protected refs that lacks `refs/` and is not among the `known` ones.
    pub fn new_short_pattern(&self, known: &[String]) -> Option<PolicyError> {
        let own = self.files.first()?;
        let patterns = own.document.protected.as_deref().unwrap_or_default().iter().enumerate();
        let mut new = patterns.filter(|(_, pattern)| !known.contains(pattern));
        new.find_map(|(index, pattern)| {
            let message = format!("`{pattern}` is not the full name of a ref");
            Some(own.error(&format!("/protected/{index}"), message, Some(full_name_meant(pattern)?)))
        })
    }
}

impl Policy {
    /// Whether a ref is guarded by any layer.
    pub fn guards(&self, ref_name: &str, head: Option<&str>) -> bool {
        self.protected.iter().any(|protected| protected.guards(ref_name, head))
    }

    /// The patterns of protected refs: the governing policy's and the server's.
    pub fn protected_patterns(&self) -> Vec<String> {
        let documents = self.authoritative().filter_map(|document| document.protected.as_ref());
        documents.flatten().cloned().collect()
    }

    /// The patterns that lack `refs/`, with the full names that they mean.
    pub fn short_patterns(&self) -> Vec<(String, String)> {
        let patterns = self.protected_patterns().into_iter();
        patterns.filter_map(|pattern| full_name_meant(&pattern).map(|full| (pattern, full))).collect()
    }
}

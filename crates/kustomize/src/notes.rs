//! What `buildMetadata` says about an object (`resource.Origin`).

use std::fmt::Write;

use super::paths::shown;

/// The annotation with the file of an object.
pub(crate) const ORIGIN: &str = "config.kubernetes.io/origin";
/// The annotation with the transformers that changed it.
pub(crate) const TRANSFORMATIONS: &str = "alpha.config.kubernetes.io/transformations";

/// The notes about one object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    pub(crate) origin: Option<Note>,
    pub(crate) transformations: Vec<Note>,
}

/// A file, or the configuration of a generator or transformer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Note {
    File(String),
    Configuration { file: String, by: ConfiguredBy },
}

/// The identity of a configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ConfiguredBy {
    pub(crate) api_version: Box<str>,
    pub(crate) kind: Box<str>,
    pub(crate) name: Box<str>,
    pub(crate) namespace: Box<str>,
}

impl Note {
    /// The configuration of a field of a kustomization.
    pub(crate) fn builtin(base: &str, file: &str, kind: &str) -> Self {
        let by = ConfiguredBy { api_version: "builtin".into(), kind: kind.into(), ..ConfiguredBy::default() };
        Self::Configuration { file: shown(base, file), by }
    }

    /// The note as YAML.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::File(path) => format!("path: {path}\n"),
            Self::Configuration { file, by } => {
                let mut text = format!("configuredIn: {file}\nconfiguredBy:\n");
                let fields = [
                    ("apiVersion", &by.api_version),
                    ("kind", &by.kind),
                    ("name", &by.name),
                    ("namespace", &by.namespace),
                ];
                for (field, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
                    let _ = writeln!(text, "  {field}: {value}");
                }
                text
            }
        }
    }
}

/// Notes as a list in YAML.
pub(crate) fn list_text(notes: &[Note]) -> String {
    let mut text = String::new();
    for note in notes {
        for (index, line) in note.text().lines().enumerate() {
            let _ = writeln!(text, "{}{line}", if index == 0 { "- " } else { "  " });
        }
    }
    text
}

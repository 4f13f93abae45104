//! One content of a file, read with certainty.

use std::sync::Arc;

use super::Refusal;
use kube_manifest::{Limits, Object, ProblemKind, documents, parse};
use source_files::SourceText;

/// A content of a file.
pub(super) struct Side {
    pub(super) source: Arc<SourceText>,
    /// Its documents, whatever they are.
    pub(super) documents: Vec<Object>,
}

impl Side {
    /// Reads a content. `name` says which one it is.
    pub(super) fn read(bytes: Vec<u8>, name: &str) -> Result<Self, Refusal> {
        let manifest = parse(bytes.clone(), &Limits::default());
        let (source, roots, problems) = documents(bytes, &Limits::default());
        // Kustomizations and values of charts are no objects.
        let of_objects = manifest.problems.iter().filter(|problem| problem.kind != ProblemKind::NoObject);
        if let Some(problem) = of_objects.chain(&problems).next() {
            let line = source.position(problem.span.start).line;
            return Err(Refusal::new(line, format!("the {name} file cannot be read: {}", problem.reason)));
        }
        if manifest.kustomize.is_some() {
            return Err(Refusal::new(1, format!("kubectl and kustomize read the {name} file differently")));
        }
        if !source.is_as_stored() {
            return Err(Refusal::new(1, format!("the {name} file is not UTF-8")));
        }
        let object = |root| Object::new(Arc::clone(&source), Arc::new([]), root);
        let documents = roots.into_iter().map(object).collect();
        Ok(Self { source, documents })
    }
}

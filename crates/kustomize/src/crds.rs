//! `crds`: OpenAPI definitions whose extensions say which fields are names, labels or annotations
//! (`internal/accumulator/loadconfigfromcrds.go`).

use kube_manifest::Node;

use super::configuration::{Configuration, FieldList, NameReferences};
use super::error::{Outcome, RefusalKind, RenderError};
use super::field_specs::{Creation, FieldSpec};
use super::identity::Gvk;

/// Schemas inside each other.
const DEEPEST: usize = 64;

/// Reads a file of definitions.
pub(crate) fn read(document: &Node) -> Outcome<Configuration> {
    let mut configuration = Configuration::default();
    for entry in document.entries() {
        let is_kind =
            ["kind", "apiVersion", "metadata"].iter().all(|name| property(&entry.value, name).is_some());
        if !is_kind {
            continue;
        }
        let kind = entry.key.rsplit('.').next().unwrap_or_default();
        let gvk = Gvk { kind: kind.into(), ..Gvk::default() };
        Reader { document, gvk, configuration: &mut configuration }.read(&entry.key, &mut Vec::new())?;
    }
    Ok(configuration)
}

fn properties(definition: &Node) -> &[kube_manifest::Entry] {
    let schema = definition.entries().iter().find(|entry| entry.key.eq_ignore_ascii_case("schema"));
    schema.and_then(|schema| schema.value.get("properties")).map(Node::entries).unwrap_or_default()
}

fn property<'n>(definition: &'n Node, name: &str) -> Option<&'n Node> {
    properties(definition).iter().find(|entry| &*entry.key == name).map(|entry| &entry.value)
}

struct Reader<'r> {
    document: &'r Node,
    gvk: Gvk,
    configuration: &'r mut Configuration,
}

impl<'r> Reader<'r> {
    fn read(&mut self, name: &str, path: &mut Vec<&'r str>) -> Outcome<()> {
        if path.len() > DEEPEST {
            let reason = format!("the definition `{name}` contains itself");
            return Err(RenderError::new(RefusalKind::InvalidInput, reason));
        }
        let Some(definition) = self.document.get(name) else { return Ok(()) };
        for entry in properties(definition) {
            path.push(&entry.key);
            self.read_property(&entry.value, path)?;
            path.pop();
        }
        Ok(())
    }

    fn read_property(&mut self, schema: &'r Node, path: &mut Vec<&'r str>) -> Outcome<()> {
        let lists = [
            ("x-kubernetes-annotation", FieldList::CommonAnnotations),
            ("x-kubernetes-label-selector", FieldList::CommonLabels),
            ("x-kubernetes-identity", FieldList::NamePrefix),
        ];
        for (extension, list) in lists {
            if schema.text_at(&[extension]).is_some() {
                let spec = self.spec(path);
                self.configuration.add(list, spec)?;
            }
        }
        let version = schema.text_at(&["x-kubernetes-object-ref-api-version"]);
        if let (Some(version), Some(kind)) = (version, schema.text_at(&["x-kubernetes-object-ref-kind"])) {
            path.push(schema.text_at(&["x-kubernetes-object-ref-name-key"]).unwrap_or("name"));
            let target = Gvk { group: Box::default(), version: version.into(), kind: kind.into() };
            let referrers = vec![self.spec(path)];
            path.pop();
            self.configuration.add_references(&NameReferences { target, referrers })?;
        }
        match schema.text_at(&["$ref"]) {
            Some(reference) => self.read(reference, path),
            None => Ok(()),
        }
    }

    fn spec(&self, path: &[&str]) -> FieldSpec {
        FieldSpec::of(self.gvk.clone(), &path.join("/"), Creation::Never)
    }
}

//! The options of `source.kustomize`, which Argo CD writes into the kustomization with `kustomize edit`
//! (`util/kustomize/kustomize.go`).

use std::cell::RefCell;
use std::collections::BTreeMap;

use kube_manifest::{Node, Value};
use kustomize::{Adoption, Entry, RefusalKind, RenderError, RootEdit, Writings};
use source_files::RepoPath;

use crate::document_edit::{DocumentEdit, entry, mapping, refuse, sequence, text};
use crate::watched_tree::{WatchedTree, join};

use super::image_override::ImageOverride;

/// The edit of one Application.
pub(crate) struct KustomizeEdit<'e, 't> {
    pub(crate) options: &'e Node,
    pub(crate) writings: &'e Writings,
    pub(crate) folder: &'e RepoPath,
    pub(crate) tree: &'e WatchedTree<'t>,
    pub(crate) environment: &'e BTreeMap<&'static str, String>,
    /// The variables of the environment that only the cluster knows and that a value uses.
    pub(crate) unknown_variables: RefCell<Vec<String>>,
}

impl RootEdit for KustomizeEdit<'_, '_> {
    fn edit(&self, own: Option<Node>, writings: &mut Writings) -> Result<Node, RenderError> {
        let Some(own) = own else {
            let reason = "there is no kustomization in this folder";
            return Err(RenderError::new(RefusalKind::NoKustomization, reason).about(self.folder));
        };
        let mut document = DocumentEdit::new(own)?;
        let mut options = self.options.clone();
        Adoption::default().take(&mut options, self.writings, writings);
        set_text(&mut document, &options, "namePrefix");
        set_text(&mut document, &options, "nameSuffix");
        self.set_images(&mut document, &options)?;
        set_replicas(&mut document, &options)?;
        self.add_labels(&mut document, &options)?;
        self.add_annotations(&mut document, &options)?;
        set_text(&mut document, &options, "namespace");
        add_patches(&mut document, &options)?;
        self.add_components(&mut document, &options)?;
        Ok(document.into_root())
    }
}

fn set_text(document: &mut DocumentEdit, options: &Node, field: &str) {
    if let Some(value) =
        options.get(field).filter(|value| value.as_str().is_some_and(|text| !text.is_empty()))
    {
        document.set(field, value.clone());
    }
}

impl KustomizeEdit<'_, '_> {
    /// A text in which `${NAME}` and `$NAME` of the build environment are filled in (`Env.Envsubst`).
    fn fill_in(&self, value: &str) -> String {
        let mut filled = String::with_capacity(value.len());
        let mut rest = value;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            filled.push_str(before);
            let (name, after) = variable_name(from);
            if let Some(known) = self.environment.get(name) {
                filled.push_str(known);
            } else {
                if name.starts_with("ARGOCD_APP_REVISION") {
                    self.unknown_variables.borrow_mut().push(name.to_owned());
                }
                filled.push_str(from.strip_suffix(after).unwrap_or(from));
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Sets images by name; the list is sorted by name afterwards.
    fn set_images(&self, document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
        let asked = options.get("images").map(Node::items).unwrap_or_default();
        if asked.is_empty() {
            return Ok(());
        }
        let mut images: BTreeMap<String, Node> = BTreeMap::new();
        for known in document.items("images") {
            images.insert(known.text_at(&["name"]).unwrap_or_default().to_owned(), known.clone());
        }
        for image in asked {
            let written = self.fill_in(image.as_str().unwrap_or_default());
            let Some(change) = ImageOverride::read(&written) else {
                return Err(refuse(format!("kustomize does not take the image `{written}`")));
            };
            let made = image_entry(&change, images.get(&change.name), image);
            images.insert(change.name, made);
        }
        let origin = options.get("images").map_or(options.origin, |images| images.origin);
        document.set("images", sequence(images.into_values().collect(), origin));
        Ok(())
    }

    fn add_labels(&self, document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
        let Some(asked) = options.get("commonLabels").filter(|labels| !labels.entries().is_empty()) else {
            return Ok(());
        };
        let mut asked = asked.clone();
        self.fill_in_values(&mut asked);
        let force = is_set(options, "forceCommonLabels");
        if !is_set(options, "labelWithoutSelector") {
            let mut map = document.map("commonLabels", asked.origin)?;
            put_all(&mut map, &asked, force, "label")?;
            document.set("commonLabels", map);
            return Ok(());
        }
        let templates = is_set(options, "labelIncludeTemplates");
        let mut labels = document.items("labels").to_vec();
        let fits = |label: &Node| {
            !is_set(label, "includeSelectors") && is_set(label, "includeTemplates") == templates
        };
        let place = labels.iter().position(fits);
        let pairs = place.and_then(|place| labels.get(place)?.get("pairs")).cloned();
        let mut pairs = pairs.unwrap_or_else(|| mapping(Vec::new(), asked.origin));
        put_all(&mut pairs, &asked, force, "label")?;
        let flag = Node { origin: asked.origin, value: Value::Bool(templates) };
        let made = mapping(vec![entry("pairs", pairs), entry("includeTemplates", flag)], asked.origin);
        match place.and_then(|place| labels.get_mut(place)) {
            Some(label) => *label = made,
            None => labels.push(made),
        }
        document.set("labels", sequence(labels, asked.origin));
        Ok(())
    }

    fn add_annotations(&self, document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
        let Some(asked) = options.get("commonAnnotations").filter(|asked| !asked.entries().is_empty()) else {
            return Ok(());
        };
        let mut asked = asked.clone();
        if is_set(options, "commonAnnotationsEnvsubst") {
            self.fill_in_values(&mut asked);
        }
        let mut map = document.map("commonAnnotations", asked.origin)?;
        put_all(&mut map, &asked, is_set(options, "forceCommonAnnotations"), "annotation")?;
        document.set("commonAnnotations", map);
        Ok(())
    }

    fn fill_in_values(&self, map: &mut Node) {
        let Value::Mapping(entries) = &mut map.value else { return };
        for entry in entries {
            if let Value::String(text) = &mut entry.value.value {
                *text = self.fill_in(text).into();
            }
        }
    }

    /// Adds components. One that does not exist stops the build, unless it may be missing.
    fn add_components(&self, document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
        let Some(asked) = options.get("components") else { return Ok(()) };
        let known: Vec<String> =
            document.items("components").iter().filter_map(Node::as_str).map(str::to_owned).collect();
        let mut added = Vec::new();
        for component in asked.items() {
            let path = component.as_str().unwrap_or_default();
            if is_set(options, "ignoreMissingComponents") && self.is_missing(path) {
                continue;
            }
            if !known.iter().any(|known| known == path) {
                added.push(component.clone());
            }
        }
        document.append("components", added, asked.origin)
    }

    fn is_missing(&self, path: &str) -> bool {
        let Some(path) = join(self.folder, path) else { return false };
        matches!(self.tree.locate(&path), Ok((_, Entry::Missing)))
    }
}

fn is_set(options: &Node, field: &str) -> bool {
    options.get(field).and_then(Node::as_bool) == Some(true)
}

/// The name behind a dollar sign, and the text after it.
fn variable_name(text: &str) -> (&str, &str) {
    let rest = text.get(1..).unwrap_or_default();
    if let Some((name, after)) = rest.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
        return (name, after);
    }
    let end = rest.find(|next: char| !next.is_ascii_alphanumeric() && next != '_').unwrap_or(rest.len());
    rest.split_at(end)
}

/// Puts pairs into a mapping. A key that is there is an error unless it may be replaced.
fn put_all(map: &mut Node, pairs: &Node, force: bool, what: &str) -> Result<(), RenderError> {
    let Value::Mapping(entries) = &mut map.value else { return Ok(()) };
    for pair in pairs.entries() {
        match entries.iter_mut().find(|entry| entry.key == pair.key) {
            None => entries.push(pair.clone()),
            Some(entry) if force => entry.value = pair.value.clone(),
            Some(_) => {
                return Err(refuse(format!("the kustomization has the {what} `{}` already", pair.key)));
            }
        }
    }
    Ok(())
}

/// An entry of `images`. `*` takes what the entry that is there says.
fn image_entry(change: &ImageOverride, known: Option<&Node>, written: &Node) -> Node {
    let mut entries = vec![entry("name", text(&change.name, written.origin))];
    for (field, value) in
        [("newName", &change.new_name), ("newTag", &change.new_tag), ("digest", &change.digest)]
    {
        match value.as_str() {
            "" => {}
            "*" => entries
                .extend(known.and_then(|known| known.get(field)).map(|value| entry(field, value.clone()))),
            value => entries.push(entry(field, text(value, written.origin))),
        }
    }
    mapping(entries, written.origin)
}

/// Sets replicas by name; the list is sorted by name afterwards.
fn set_replicas(document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
    let asked = options.get("replicas").map(Node::items).unwrap_or_default();
    if asked.is_empty() {
        return Ok(());
    }
    let mut replicas: BTreeMap<String, Node> = BTreeMap::new();
    for replica in document.items("replicas").iter().chain(asked) {
        let mut replica = replica.clone();
        let name = replica.text_at(&["name"]).unwrap_or_default().to_owned();
        let Some(count) = replica.get_mut("count") else {
            return Err(refuse(format!("the replicas of `{name}` have no count")));
        };
        if let Some(number) = count.as_str().map(str::parse::<i64>) {
            let number = number.map_err(|_| refuse(format!("the count of `{name}` is no number")))?;
            count.value = Value::Integer(number);
        }
        replicas.insert(name, replica);
    }
    let origin = options.get("replicas").map_or(options.origin, |replicas| replicas.origin);
    document.set("replicas", sequence(replicas.into_values().collect(), origin));
    Ok(())
}

fn add_patches(document: &mut DocumentEdit, options: &Node) -> Result<(), RenderError> {
    let Some(asked) = options.get("patches").filter(|patches| !patches.items().is_empty()) else {
        return Ok(());
    };
    document.append("patches", asked.items().iter().map(patch_entry).collect(), asked.origin)
}

/// A patch as Argo CD's type writes it: `options` are the two flags of kustomize.
fn patch_entry(patch: &Node) -> Node {
    let mut patch = patch.clone();
    if let Value::Mapping(entries) = &mut patch.value {
        entries.retain(|entry| !entry.value.is_null());
    }
    patch
}

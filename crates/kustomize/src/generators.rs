//! `configMapGenerator` and `secretGenerator` (`internal/generators`).
//!
//! In: entries and the files that they name. Out: ConfigMaps and Secrets. Never: computes the hash of a name.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube_manifest::{Entry, Node, Origin, Step, Value, kustomize_block};
use source_files::RepoPath;

use super::decode::{Fields, Flag, Setting, Settings, Strictness, invalid};
use super::error::{Outcome, RefusalKind, RenderError};
use super::key_values::{self, Pair, Sources};
use super::resource::{Behavior, Hashing, Resource, child, put, refuse_key};
use super::session::Session;
use super::writing::{BuildStep, NOWHERE};

/// `generatorOptions`, or `options` of one entry.
#[derive(Clone, Debug, Default)]
pub(crate) struct GeneratorOptions {
    pub(crate) labels: Settings,
    pub(crate) annotations: Settings,
    pub(crate) no_hash: Flag,
    pub(crate) immutable: Flag,
}

impl GeneratorOptions {
    pub(crate) fn read(node: &Node, strictness: Strictness) -> Outcome<Self> {
        let known = ["labels", "annotations", "disableNameSuffixHash", "immutable"];
        let fields = Fields::read(node, &known, strictness)?;
        Ok(Self {
            labels: fields.map("labels")?,
            annotations: fields.map("annotations")?,
            no_hash: fields.flag("disableNameSuffixHash")?,
            immutable: fields.flag("immutable")?,
        })
    }

    /// Options of an entry with those of the kustomization behind them.
    pub(crate) fn over(mut self, global: &Self) -> Self {
        for (own, global) in
            [(&mut self.labels, &global.labels), (&mut self.annotations, &global.annotations)]
        {
            for (key, value) in global {
                if !own.iter().any(|(known, _)| known == key) {
                    own.push((key.clone(), value.clone()));
                }
            }
        }
        Self {
            no_hash: self.no_hash.or(global.no_hash),
            immutable: self.immutable.or(global.immutable),
            ..self
        }
    }
}

/// An entry of a generator.
#[derive(Clone, Debug)]
pub(crate) struct MapEntry {
    pub(crate) name: Option<Setting>,
    pub(crate) namespace: Option<Setting>,
    pub(crate) behavior: Behavior,
    pub(crate) options: Option<GeneratorOptions>,
    pub(crate) sources: Sources,
    pub(crate) secret_type: Option<Setting>,
    pub(crate) origin: Origin,
}

pub(crate) const FIELDS: [&str; 9] =
    ["namespace", "name", "behavior", "literals", "files", "envs", "env", "options", "type"];

impl MapEntry {
    pub(crate) fn read(node: &Node, kind: MapKind, strictness: Strictness) -> Outcome<Self> {
        let known = match kind {
            MapKind::ConfigMap => FIELDS.strip_suffix(&["type"]).unwrap_or(&FIELDS),
            MapKind::Secret => &FIELDS,
        };
        let fields = Fields::read(node, known, strictness)?;
        let mut envs = fields.settings("envs")?;
        envs.extend(fields.setting("env")?);
        let behavior = match &*fields.text("behavior")? {
            "merge" => Behavior::Merge,
            "replace" => Behavior::Replace,
            _ => Behavior::Create,
        };
        Ok(Self {
            name: fields.setting("name")?,
            namespace: fields.setting("namespace")?,
            behavior,
            options: fields
                .node("options")
                .map(|node| GeneratorOptions::read(node, strictness))
                .transpose()?,
            sources: Sources {
                envs,
                literals: fields.settings("literals")?,
                files: fields.settings("files")?,
            },
            secret_type: fields.setting("type")?,
            origin: node.origin,
        })
    }
}

/// What is generated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MapKind {
    ConfigMap,
    Secret,
}

/// Makes the object of an entry.
pub(crate) fn generate(
    session: &mut Session<'_>,
    folder: &RepoPath,
    kind: MapKind,
    entry: &MapEntry,
    global: Option<&GeneratorOptions>,
) -> Outcome<Resource> {
    let Some(name) = &entry.name else { return Err(invalid("a generator has no name")) };
    let options = match (entry.options.clone(), global) {
        (own, Some(global)) => Some(own.unwrap_or_default().over(global)),
        (own, None) => own,
    };
    let pairs = key_values::load(session, folder, &entry.sources)?;
    refuse_twins(&pairs, &name.text)?;
    let origin = session.writings.derive(entry.origin, BuildStep::Generator, None);
    let mut maker = Maker { session, node: Node { origin, value: Value::Mapping(Vec::new()) }, origin };
    maker.base(kind, entry, name);
    maker.data(kind, pairs)?;
    if let Some(options) = &options {
        maker.options(options)?;
    }
    let node = maker.node;
    session.budget.make(&node)?;
    let no_hash = options.as_ref().is_some_and(|options| options.no_hash.is_set());
    let hashing = if no_hash { Hashing::Never } else { Hashing::AtTheEnd };
    Ok(Resource::generated(node, &session.writings, entry.behavior, hashing))
}

fn refuse_twins(pairs: &[Pair], name: &str) -> Outcome<()> {
    let mut seen = std::collections::HashSet::new();
    match pairs.iter().find(|pair| !seen.insert(&pair.key)) {
        Some(pair) => Err(invalid(format!("the generated `{name}` has the key `{}` twice", pair.key))),
        None => Ok(()),
    }
}

struct Maker<'m, 't> {
    session: &'m mut Session<'t>,
    node: Node,
    origin: Origin,
}

impl Maker<'_, '_> {
    fn text(&self, text: &str) -> Node {
        Node { origin: self.origin, value: Value::String(text.into()) }
    }

    fn setting(&mut self, setting: &Setting) -> Node {
        let origin = self.session.writings.derive(setting.origin, BuildStep::Generator, None);
        Node { origin, value: Value::String(setting.text.clone()) }
    }

    fn base(&mut self, kind: MapKind, entry: &MapEntry, name: &Setting) {
        let word = match kind {
            MapKind::ConfigMap => "ConfigMap",
            MapKind::Secret => "Secret",
        };
        put(&mut self.node, "apiVersion", Node { origin: self.origin, value: Value::String("v1".into()) });
        put(&mut self.node, "kind", Node { origin: self.origin, value: Value::String(word.into()) });
        let name = self.setting(name);
        self.put_below("metadata", "name", name);
        if let Some(namespace) = &entry.namespace {
            let namespace = self.setting(namespace);
            self.put_below("metadata", "namespace", namespace);
        }
        if kind == MapKind::Secret {
            let secret_type = match &entry.secret_type {
                Some(secret_type) => self.setting(secret_type),
                None => self.text("Opaque"),
            };
            put(&mut self.node, "type", secret_type);
        }
    }

    fn put_below(&mut self, field: &str, key: &str, value: Node) {
        if let Some(below) = child(&mut self.node, field, self.origin) {
            put(below, key, value);
        }
    }

    fn data(&mut self, kind: MapKind, mut pairs: Vec<Pair>) -> Outcome<()> {
        pairs.sort_by(|one, other| one.key.cmp(&other.key));
        if kind == MapKind::Secret {
            child(&mut self.node, "data", self.origin);
        }
        for pair in pairs {
            let (field, text) = match (kind, std::str::from_utf8(&pair.value)) {
                (MapKind::ConfigMap, Ok(text)) => ("data", text.to_owned()),
                (MapKind::ConfigMap, Err(_)) => ("binaryData", encode(&pair.value)),
                (MapKind::Secret, _) => ("data", encode(&pair.value)),
            };
            refuse_key(&pair.key)?;
            let value = Value::String(written(&text)?);
            self.put_below(field, &pair.key, Node { origin: pair.origin, value });
        }
        Ok(())
    }

    fn options(&mut self, options: &GeneratorOptions) -> Outcome<()> {
        for (field, settings) in [("labels", &options.labels), ("annotations", &options.annotations)] {
            for (key, setting) in settings {
                refuse_key(key)?;
                let value = self.setting(setting);
                if let Some(metadata) = child(&mut self.node, "metadata", self.origin)
                    && let Some(map) = child(metadata, field, self.origin)
                {
                    put(map, key, value);
                }
            }
        }
        if options.immutable.is_set() {
            let value = Node { origin: self.origin, value: Value::Bool(true) };
            put(&mut self.node, "immutable", value);
        }
        Ok(())
    }
}

/// A text with line ends is written as a block, which not every text survives.
fn written(text: &str) -> Outcome<Box<str>> {
    if !text.contains('\n') {
        return Ok(text.into());
    }
    kustomize_block(text).ok_or_else(|| {
        let reason =
            "a generated text begins with a tab, which kustomize writes in a form that it cannot read";
        RenderError::new(RefusalKind::InvalidInput, reason)
    })
}

/// The characters of a line of base64.
const LINE: usize = 70;

/// base64 as kustomize breaks it into lines.
fn encode(bytes: &[u8]) -> String {
    let encoded = STANDARD.encode(bytes);
    if encoded.len() / LINE == 0 {
        return encoded;
    }
    let mut lines = String::with_capacity(encoded.len() + encoded.len() / LINE + 1);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at_checked(LINE).unwrap_or((rest, ""));
        lines.push_str(line);
        lines.push('\n');
        rest = after;
    }
    lines
}

/// Puts a generated object in place of an old one, with what it keeps of it.
pub(crate) fn absorb(session: &mut Session<'_>, old: &mut Resource, mut generated: Resource) {
    for field in ["labels", "annotations"] {
        merge_metadata(&mut generated, old, field);
        generated.normalise_map(field, &session.writings);
    }
    for field in ["name", "namespace"] {
        match old.node.at(&["metadata", field]).filter(|value| !value.is_null()) {
            Some(value) => generated.set_value(&["metadata", field], value.clone()),
            None => generated.remove(&["metadata", field]),
        }
    }
    if generated.behavior == Behavior::Merge {
        if session.options.version.encodes_string_data() && generated.kind() == "Secret" {
            encode_string_data(session, old);
        }
        for field in ["data", "binaryData"] {
            merge_data(session, &mut generated, old, field);
        }
        generated.notes.origin = old.notes.origin.clone().or(generated.notes.origin);
    }
    // A hash is added only if both objects ask for it.
    if old.hashing == Hashing::Never {
        generated.hashing = Hashing::Never;
    }
    generated.previous.clone_from(&old.previous);
    generated.prefixes.clone_from(&old.prefixes);
    generated.suffixes.clone_from(&old.suffixes);
    generated.variables.clone_from(&old.variables);
    generated.via.clone_from(&old.via);
    generated.listed.clone_from(&old.listed);
    generated.behavior = old.behavior;
    *old = generated;
}

fn merge_metadata(generated: &mut Resource, old: &Resource, field: &str) {
    for entry in old.node.at(&["metadata", field]).map(Node::entries).unwrap_or_default() {
        if generated.node.at(&["metadata", field, &entry.key]).is_none() {
            generated.set_value(&["metadata", field, &entry.key], entry.value.clone());
        }
    }
}

/// Values of both, those of the generated object first, every one a text.
fn merge_data(session: &Session<'_>, generated: &mut Resource, old: &Resource, field: &str) {
    let both = [generated.node.get(field), old.node.get(field)]
        .map(|node| node.map(Node::entries).unwrap_or_default());
    let mut merged: Vec<Entry> = Vec::new();
    for entry in both.into_iter().flatten() {
        if !merged.iter().any(|known| known.key == entry.key) {
            let text =
                if entry.value.is_null() { "".into() } else { session.writings.scalar_text(&entry.value) };
            let origin = Origin { step: Step::Rewritten, ..entry.value.origin };
            let value = Node { origin, value: Value::String(text.into()) };
            merged.push(Entry { key: entry.key.clone(), key_span: NOWHERE, value });
        }
    }
    merged.sort_by(|one, other| one.key.cmp(&other.key));
    generated.remove(&[field]);
    if !merged.is_empty() {
        let origin = generated.node.origin;
        put(&mut generated.node, field, Node { origin, value: Value::Mapping(merged) });
    }
}

/// The API server encodes `stringData` into `data`, and so does kustomize before it merges.
fn encode_string_data(session: &Session<'_>, old: &mut Resource) {
    let entries = old.node.get("stringData").map(Node::entries).unwrap_or_default().to_vec();
    for entry in entries {
        let text = encode(session.writings.scalar_text(&entry.value).as_bytes());
        let value = Node { origin: entry.value.origin, value: Value::String(text.into()) };
        old.set_value(&["data", &entry.key], value);
    }
    old.remove(&["stringData"]);
}

/// The service account of an `IAMPolicyGenerator`.
pub(crate) fn service_account(session: &mut Session<'_>, account: &super::plugins::Account) -> Resource {
    let origin = session.writings.derive(account.name.origin, BuildStep::Generator, None);
    let mut maker = Maker { session, node: Node { origin, value: Value::Mapping(Vec::new()) }, origin };
    for (key, text) in [("apiVersion", "v1"), ("kind", "ServiceAccount")] {
        let value = maker.text(text);
        put(&mut maker.node, key, value);
    }
    let address = maker.setting(&account.address);
    if let Some(metadata) = child(&mut maker.node, "metadata", origin)
        && let Some(annotations) = child(metadata, "annotations", origin)
    {
        put(annotations, "iam.gke.io/gcp-service-account", address);
    }
    let name = maker.setting(&account.name);
    maker.put_below("metadata", "name", name);
    if let Some(namespace) = &account.namespace {
        let namespace = maker.setting(namespace);
        maker.put_below("metadata", "namespace", namespace);
    }
    let node = maker.node;
    Resource::new(node, &session.writings)
}

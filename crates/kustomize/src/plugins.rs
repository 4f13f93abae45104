//! Builtin generators and transformers that are configured by files (`internal/plugins`).
//!
//! In: the objects of `generators`, `transformers` and `validators`. Out: steps. Never: a program or a container: those
//! are parts that are not rendered.

use kube_manifest::{Node, Value};
use source_files::RepoPath;

use super::configuration::read_specs;
use super::decode::{Fields, Setting, Strictness, invalid};
use super::entries::{read_image, read_patch, replacement_entry};
use super::error::Outcome;
use super::field_specs::FieldSpecs;
use super::generators::{FIELDS, MapEntry, MapKind};
use super::kustomization::{ReplacementEntry, read_replica};
use super::resource::Resource;
use super::selector::Selector;
use super::session::{Session, base_name};
use super::steps::{
    Affix, ImageChange, LabelChange, MetadataField, NamespaceChange, PatchChange, PatchKind, Renaming,
    ReplicaChange, SubjectMode, Transformer, Unset, ValueAdd, ValueTarget,
};

const LENIENT: Strictness = Strictness::Lenient;

/// A builtin generator.
#[derive(Debug)]
pub(crate) enum Generator {
    Map(MapKind, Box<MapEntry>),
    Chart(Box<str>),
    ServiceAccount(Box<Account>),
}

/// What an `IAMPolicyGenerator` makes.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) name: Setting,
    pub(crate) namespace: Option<Setting>,
    pub(crate) address: Setting,
}

/// Whether kustomize has the generator or transformer built in.
pub(crate) fn is_builtin(resource: &Resource) -> bool {
    resource.api_version() == "builtin"
}

/// Reads the configuration of a generator.
pub(crate) fn read_generator(resource: &Resource) -> Outcome<Generator> {
    let node = &resource.node;
    match resource.kind() {
        "ConfigMapGenerator" => {
            Ok(Generator::Map(MapKind::ConfigMap, Box::new(map_entry(node, MapKind::ConfigMap)?)))
        }
        "SecretGenerator" => Ok(Generator::Map(MapKind::Secret, Box::new(map_entry(node, MapKind::Secret)?))),
        "HelmChartInflationGenerator" => Ok(Generator::Chart(resource.name().into())),
        "IAMPolicyGenerator" => read_account(node),
        other => Err(invalid(format!("`{other}` is no builtin generator"))),
    }
}

fn map_entry(node: &Node, kind: MapKind) -> Outcome<MapEntry> {
    let mut entry = MapEntry::read(node, kind, LENIENT)?;
    let metadata = node.get("metadata");
    let named = |field: &str| -> Outcome<Option<Setting>> {
        metadata.map_or(Ok(None), |metadata| Fields::read(metadata, &FIELDS, LENIENT)?.setting(field))
    };
    entry.name = entry.name.map_or_else(|| named("name"), |name| Ok(Some(name)))?;
    entry.namespace = entry.namespace.map_or_else(|| named("namespace"), |namespace| Ok(Some(namespace)))?;
    Ok(entry)
}

fn read_account(node: &Node) -> Outcome<Generator> {
    let text = |path: &[&str]| {
        let found = node.at(path).filter(|found| found.as_str().is_some_and(|text| !text.is_empty()));
        found.map(|found| Setting { text: found.as_str().unwrap_or_default().into(), origin: found.origin })
    };
    if node.text_at(&["cloud"]) != Some("gke") {
        return Err(invalid("an IAMPolicyGenerator knows no cloud but `gke`"));
    }
    let empty = || Setting { text: Box::default(), origin: node.origin };
    let project = text(&["serviceAccount", "projectId"]).unwrap_or_else(empty);
    let account = text(&["serviceAccount", "name"]).unwrap_or_else(empty);
    let address = format!("{}@{}.iam.gserviceaccount.com", account.text, project.text);
    Ok(Generator::ServiceAccount(Box::new(Account {
        name: text(&["kubernetesService", "name"]).unwrap_or_else(empty),
        namespace: text(&["kubernetesService", "namespace"]),
        address: Setting { text: address.into(), origin: account.origin },
    })))
}

/// Reads the configuration of a transformer.
pub(crate) fn read_transformers(
    session: &mut Session<'_>,
    folder: &RepoPath,
    resource: &Resource,
) -> Outcome<Vec<Transformer>> {
    let node = &resource.node;
    let one = |transformer| Ok(vec![transformer]);
    match resource.kind() {
        "AnnotationsTransformer" => one(labels(node, MetadataField::Annotation, "annotations")?),
        "LabelTransformer" => one(labels(node, MetadataField::Label, "labels")?),
        "NamespaceTransformer" => Ok(namespace(node)?.into_iter().collect()),
        "PrefixTransformer" => one(renaming(node, Affix::Prefix, "prefix")?),
        "SuffixTransformer" => one(renaming(node, Affix::Suffix, "suffix")?),
        "PrefixSuffixTransformer" => {
            Ok(vec![renaming(node, Affix::Prefix, "prefix")?, renaming(node, Affix::Suffix, "suffix")?])
        }
        "ImageTagTransformer" => one(image(session, node)?),
        "ReplicaCountTransformer" => one(replicas(node)?),
        "PatchTransformer" => one(Transformer::Patch(Box::new(read_patch(node, PatchKind::Any, LENIENT)?))),
        "PatchJson6902Transformer" => one(Transformer::Patch(Box::new(json_patch(node)?))),
        "PatchStrategicMergeTransformer" => strategic(node),
        "ReplacementTransformer" => replacements(session, folder, node),
        "ValueAddTransformer" => one(value_add(session, folder, node)?),
        "HashTransformer" => one(Transformer::Hash),
        other => Err(invalid(format!("`{other}` is no builtin transformer"))),
    }
}

fn specs(fields: &Fields<'_>) -> Outcome<FieldSpecs> {
    read_specs(fields.node("fieldSpecs"), LENIENT)
}

fn labels(node: &Node, field: MetadataField, name: &'static str) -> Outcome<Transformer> {
    let fields = Fields::read(node, &[name, "fieldSpecs"], LENIENT)?;
    Ok(Transformer::Labels(LabelChange::new(field, fields.map(name)?, specs(&fields)?)))
}

fn namespace(node: &Node) -> Outcome<Option<Transformer>> {
    let fields =
        Fields::read(node, &["metadata", "fieldSpecs", "unsetOnly", "setRoleBindingSubjects"], LENIENT)?;
    let subjects = match &*fields.text("setRoleBindingSubjects")? {
        "" | "defaultOnly" => SubjectMode::NamedDefault,
        "allServiceAccounts" => SubjectMode::EveryServiceAccount,
        "none" => SubjectMode::None,
        other => return Err(invalid(format!("`setRoleBindingSubjects` has no mode `{other}`"))),
    };
    let metadata =
        fields.node("metadata").map(|node| Fields::read(node, &["namespace"], LENIENT)).transpose()?;
    let Some(namespace) = metadata.map_or(Ok(None), |metadata| metadata.setting("namespace"))? else {
        return Ok(None);
    };
    let unset = if fields.flag("unsetOnly")?.is_set() { Unset::Only } else { Unset::Overwrite };
    Ok(Some(Transformer::Namespace(NamespaceChange { namespace, fields: specs(&fields)?, subjects, unset })))
}

fn renaming(node: &Node, affix: Affix, name: &'static str) -> Outcome<Transformer> {
    let fields = Fields::read(node, &[name, "fieldSpecs"], LENIENT)?;
    if !fields.has("fieldSpecs") {
        return Err(invalid("a transformer of names has no `fieldSpecs`"));
    }
    let empty = Setting { text: Box::default(), origin: node.origin };
    let text = fields.setting(name)?.unwrap_or(empty);
    Ok(Transformer::Renaming(Renaming { affix, text, fields: specs(&fields)? }))
}

fn image(session: &Session<'_>, node: &Node) -> Outcome<Transformer> {
    let fields = Fields::read(node, &["imageTag", "fieldSpecs"], LENIENT)?;
    let empty = Node::new(node.span(), Value::Null);
    let entry = read_image(fields.node("imageTag").unwrap_or(&empty), LENIENT)?;
    let change = ImageChange::new(entry.texts, entry.origin, specs(&fields)?, session.options.version)?;
    Ok(Transformer::Image(change))
}

fn replicas(node: &Node) -> Outcome<Transformer> {
    let fields = Fields::read(node, &["replica", "fieldSpecs"], LENIENT)?;
    let empty = Node::new(node.span(), Value::Null);
    let entry = read_replica(fields.node("replica").unwrap_or(&empty), LENIENT)?;
    let change =
        ReplicaChange { name: entry.name, count: entry.count, origin: entry.origin, fields: specs(&fields)? };
    Ok(Transformer::Replicas(change))
}

fn json_patch(node: &Node) -> Outcome<PatchChange> {
    let fields = Fields::read(node, &["target", "path", "jsonOp"], LENIENT)?;
    let mut patch = read_patch(node, PatchKind::JsonPatch, LENIENT)?;
    patch.text = fields.setting("jsonOp")?;
    Ok(patch)
}

fn strategic(node: &Node) -> Outcome<Vec<Transformer>> {
    let fields = Fields::read(node, &["paths", "patches"], LENIENT)?;
    let patch = |path: Option<Setting>, text: Option<Setting>| {
        Transformer::Patch(Box::new(PatchChange {
            kind: PatchKind::StrategicMerge,
            path,
            text,
            target: None,
            name_change: super::decode::Flag::Unset,
            kind_change: super::decode::Flag::Unset,
        }))
    };
    let mut patches: Vec<Transformer> =
        fields.settings("paths")?.into_iter().map(|path| patch(Some(path), None)).collect();
    if let Some(text) = fields.setting("patches")? {
        patches.push(patch(None, Some(text)));
    }
    if patches.is_empty() {
        return Err(invalid("a PatchStrategicMergeTransformer has neither paths nor patches"));
    }
    Ok(patches)
}

fn replacements(session: &mut Session<'_>, folder: &RepoPath, node: &Node) -> Outcome<Vec<Transformer>> {
    let fields = Fields::read(node, &["replacements"], LENIENT)?;
    let entries: Vec<ReplacementEntry> = fields
        .items("replacements")?
        .iter()
        .map(|item| replacement_entry(item, LENIENT))
        .collect::<Outcome<_>>()?;
    Ok(vec![load_replacements(session, folder, &entries)?])
}

/// Reads the replacements of all entries, those in files too.
pub(crate) fn load_replacements(
    session: &mut Session<'_>,
    folder: &RepoPath,
    entries: &[ReplacementEntry],
) -> Outcome<Transformer> {
    let mut replacements = Vec::new();
    for entry in entries {
        match entry {
            ReplacementEntry::Inline(node) => {
                replacements.push(super::entries::read_replacement(node, LENIENT)?);
            }
            ReplacementEntry::File(path) => {
                let (file, document) = session.load_configuration(folder, &path.text)?;
                let document =
                    document.ok_or_else(|| invalid("a file of replacements is empty").about(&file))?;
                for node in super::entries::one_or_many(&document)? {
                    let replacement = super::entries::read_replacement(node, LENIENT);
                    replacements.push(replacement.map_err(|error| error.about(&file))?);
                }
            }
        }
    }
    Ok(Transformer::Replacements(replacements))
}

fn value_add(session: &mut Session<'_>, folder: &RepoPath, node: &Node) -> Outcome<Transformer> {
    let fields = Fields::read(node, &["value", "targets", "targetFilePath"], LENIENT)?;
    let value = fields.setting("value")?.filter(|value| !value.text.trim().is_empty());
    let value = value.map_or_else(
        || Setting { text: base_name(folder.as_str()).into(), origin: node.origin },
        |value| Setting { text: value.text.trim().into(), ..value },
    );
    let mut targets = Vec::new();
    for item in fields.items("targets")? {
        targets.push(value_target(item)?);
    }
    if let Some(path) = fields.setting("targetFilePath")?
        && let (_, Some(document)) = session.load_configuration(folder, &path.text)?
    {
        for item in Fields::read(&document, &["targets"], LENIENT)?.items("targets")? {
            targets.push(value_target(item)?);
        }
    }
    if targets.is_empty() {
        return Err(invalid("a ValueAddTransformer has no target"));
    }
    Ok(Transformer::ValueAdd(ValueAdd { value, targets }))
}

fn value_target(node: &Node) -> Outcome<ValueTarget> {
    let fields = Fields::read(node, &["selector", "fieldPath", "filePathPosition"], LENIENT)?;
    let path = fields.text("fieldPath")?;
    let position = usize::try_from(fields.integer("filePathPosition")?);
    match (path.is_empty(), position) {
        (false, Ok(position)) => Ok(ValueTarget {
            selector: fields.node("selector").map(|node| Selector::read(node, LENIENT)).transpose()?,
            path,
            position,
        }),
        (true, _) => Err(invalid("a target of a ValueAddTransformer has no `fieldPath`")),
        (false, Err(_)) => Err(invalid("the `filePathPosition` of a ValueAddTransformer is negative")),
    }
}

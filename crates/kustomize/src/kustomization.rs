//! A kustomization file (`types/kustomization.go`).
//!
//! In: its document. Out: its fields, checked as Go checks them. Never: loads what it names.

use kube_manifest::{Node, Origin};

use super::configuration::read_specs;
use super::decode::{Fields, Flag, Setting, Settings, Strictness, invalid};
use super::error::Outcome;
use super::field_specs::FieldSpecs;
use super::generators::{GeneratorOptions, MapEntry, MapKind};
use super::sorting::SortOrder;
use super::steps::{PatchChange, PatchKind};
use super::variables::Variable;
use super::version::KustomizeVersion;

/// The names under which kustomize looks for one.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The name that a tool gives to one that it makes.
pub(crate) const DEFAULT_NAME: &str = "kustomization.yaml";

/// The fields of a kustomization. Tools that read one leniently and write it again drop all others.
pub const FIELDS: [&str; 34] = [
    "kind",
    "apiVersion",
    "metadata",
    "openapi",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "commonLabels",
    "labels",
    "commonAnnotations",
    "patchesStrategicMerge",
    "patchesJson6902",
    "patches",
    "images",
    "imageTags",
    "replacements",
    "replicas",
    "vars",
    "sortOptions",
    "resources",
    "components",
    "crds",
    "bases",
    "configMapGenerator",
    "secretGenerator",
    "helmGlobals",
    "helmCharts",
    "helmChartInflationGenerator",
    "generatorOptions",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "buildMetadata",
];

/// What the file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TargetKind {
    Kustomization,
    Component,
}

/// An entry of `labels`.
#[derive(Debug)]
pub(crate) struct LabelEntry {
    pub(crate) pairs: Settings,
    pub(crate) selectors: Flag,
    pub(crate) templates: Flag,
    pub(crate) claim_templates: Flag,
    pub(crate) fields: FieldSpecs,
}

/// An entry of `images`.
#[derive(Debug)]
pub(crate) struct ImageEntry {
    pub(crate) texts: super::steps::ImageTexts,
    pub(crate) origin: Origin,
}

/// An entry of `replicas`.
#[derive(Debug)]
pub(crate) struct ReplicaEntry {
    pub(crate) name: Box<str>,
    pub(crate) count: i64,
    pub(crate) origin: Origin,
}

/// An entry of `replacements`.
#[derive(Debug)]
pub(crate) enum ReplacementEntry {
    File(Setting),
    Inline(Box<Node>),
}

/// The fields of a kustomization.
#[derive(Debug)]
pub(crate) struct Kustomization {
    pub(crate) kind: TargetKind,
    pub(crate) name_prefix: Option<Setting>,
    pub(crate) name_suffix: Option<Setting>,
    pub(crate) namespace: Option<Setting>,
    pub(crate) common_labels: Settings,
    pub(crate) labels: Vec<LabelEntry>,
    pub(crate) common_annotations: Settings,
    pub(crate) strategic_patches: Vec<PatchChange>,
    pub(crate) json_patches: Vec<PatchChange>,
    pub(crate) patches: Vec<PatchChange>,
    pub(crate) images: Vec<ImageEntry>,
    pub(crate) replacements: Vec<ReplacementEntry>,
    pub(crate) replicas: Vec<ReplicaEntry>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) sort_order: Option<SortOrder>,
    pub(crate) resources: Vec<Setting>,
    pub(crate) components: Vec<Setting>,
    pub(crate) crds: Vec<Setting>,
    pub(crate) configurations: Vec<Setting>,
    pub(crate) generators: Vec<Setting>,
    pub(crate) transformers: Vec<Setting>,
    pub(crate) validators: Vec<Setting>,
    pub(crate) config_maps: Vec<MapEntry>,
    pub(crate) secrets: Vec<MapEntry>,
    pub(crate) generator_options: Option<GeneratorOptions>,
    pub(crate) charts: Vec<Setting>,
    pub(crate) openapi: Settings,
    pub(crate) build_metadata: Vec<Setting>,
}

const VERSIONS: [(TargetKind, &str, &str); 2] = [
    (TargetKind::Kustomization, "Kustomization", "kustomize.config.k8s.io/v1beta1"),
    (TargetKind::Component, "Component", "kustomize.config.k8s.io/v1alpha1"),
];

impl Kustomization {
    pub(crate) fn read(document: &Node, version: KustomizeVersion) -> Outcome<Self> {
        refuse_newer(document, version)?;
        let fields = Fields::read(document, &FIELDS, Strictness::Strict)?;
        let kind = read_kind(&fields)?;
        refuse_empty(&fields)?;
        if let Some(metadata) = fields.node("metadata") {
            Fields::read(metadata, &["name", "namespace", "labels", "annotations"], Strictness::Strict)?;
        }
        let with = |one: &str, other: &str| -> Outcome<Vec<Setting>> {
            let mut settings = fields.settings(one)?;
            settings.extend(fields.settings(other)?);
            Ok(settings)
        };
        Ok(Self {
            kind,
            name_prefix: fields.setting("namePrefix")?,
            name_suffix: fields.setting("nameSuffix")?,
            namespace: fields.setting("namespace")?,
            common_labels: fields.map("commonLabels")?,
            labels: each(&fields, "labels", read_label)?,
            common_annotations: fields.map("commonAnnotations")?,
            strategic_patches: fields
                .settings("patchesStrategicMerge")?
                .into_iter()
                .map(strategic_patch)
                .collect(),
            json_patches: each(&fields, "patchesJson6902", |node| read_patch(node, PatchKind::JsonPatch))?,
            patches: each(&fields, "patches", |node| read_patch(node, PatchKind::Any))?,
            images: read_images(&fields)?,
            replacements: each(&fields, "replacements", super::entries::read_replacement_entry)?,
            replicas: each(&fields, "replicas", |node| read_replica(node, Strictness::Strict))?,
            variables: each(&fields, "vars", Variable::read)?,
            sort_order: fields.node("sortOptions").map(SortOrder::read).transpose()?,
            resources: with("resources", "bases")?,
            components: fields.settings("components")?,
            crds: fields.settings("crds")?,
            configurations: fields.settings("configurations")?,
            generators: fields.settings("generators")?,
            transformers: fields.settings("transformers")?,
            validators: fields.settings("validators")?,
            config_maps: each(&fields, "configMapGenerator", |node| read_map(node, MapKind::ConfigMap))?,
            secrets: each(&fields, "secretGenerator", |node| read_map(node, MapKind::Secret))?,
            generator_options: read_options(&fields)?,
            charts: super::entries::read_charts(&fields)?,
            openapi: fields.map("openapi")?,
            build_metadata: fields.settings("buildMetadata")?,
        })
    }
}

/// Refuses fields that a version does not know.
fn refuse_newer(document: &Node, version: KustomizeVersion) -> Outcome<()> {
    let newer = [
        ("labels", "includeVolumeClaimTemplates", version.has_claim_template_labels()),
        ("replacements", "sourceValue", version.has_source_value()),
    ];
    for (list, field, is_known) in newer {
        let entries = document.get(list).map(Node::items).unwrap_or_default().iter().flat_map(Node::entries);
        if !is_known && entries.into_iter().any(|entry| entry.key.eq_ignore_ascii_case(field)) {
            return Err(invalid(format!("kustomize {version} does not know the field `{field}`")));
        }
    }
    Ok(())
}

fn read_kind(fields: &Fields<'_>) -> Outcome<TargetKind> {
    let (kind, version) = (fields.text("kind")?, fields.text("apiVersion")?);
    let named = if kind.is_empty() { "Kustomization" } else { &kind };
    let Some((target, _, wanted)) = VERSIONS.iter().find(|(_, name, _)| *name == named) else {
        return Err(invalid(format!("the kind is `{kind}`, not Kustomization or Component")));
    };
    if version.is_empty() || *version == **wanted {
        return Ok(*target);
    }
    Err(invalid(format!("the apiVersion of a {named} is {wanted}, not `{version}`")))
}

/// Refuses a file in which nothing is said but what it is.
fn refuse_empty(fields: &Fields<'_>) -> Outcome<()> {
    for name in FIELDS.iter().filter(|name| !matches!(**name, "kind" | "apiVersion")) {
        if fields.node(name).is_some_and(|node| node.as_str() != Some("")) {
            return Ok(());
        }
    }
    Err(invalid("the kustomization is empty"))
}

fn each<T>(fields: &Fields<'_>, name: &str, read: impl Fn(&Node) -> Outcome<T>) -> Outcome<Vec<T>> {
    fields.items(name)?.iter().map(read).collect()
}

fn read_label(node: &Node) -> Outcome<LabelEntry> {
    let known = ["pairs", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "fields"];
    let fields = Fields::read(node, &known, Strictness::Strict)?;
    Ok(LabelEntry {
        pairs: fields.map("pairs")?,
        selectors: fields.flag("includeSelectors")?,
        templates: fields.flag("includeTemplates")?,
        claim_templates: fields.flag("includeVolumeClaimTemplates")?,
        fields: read_specs(fields.node("fields"), Strictness::Strict)?,
    })
}

fn strategic_patch(path: Setting) -> PatchChange {
    PatchChange {
        kind: PatchKind::StrategicMerge,
        path: Some(path),
        text: None,
        target: None,
        name_change: Flag::Unset,
        kind_change: Flag::Unset,
    }
}

fn read_map(node: &Node, kind: MapKind) -> Outcome<MapEntry> {
    MapEntry::read(node, kind, Strictness::Strict)
}

fn read_patch(node: &Node, kind: PatchKind) -> Outcome<PatchChange> {
    super::entries::read_patch(node, kind, Strictness::Strict)
}

fn read_images(fields: &Fields<'_>) -> Outcome<Vec<ImageEntry>> {
    let nodes = fields.items("images")?.iter().chain(fields.items("imageTags")?);
    nodes.map(|node| super::entries::read_image(node, Strictness::Strict)).collect()
}

/// Reads an entry of `replicas`.
pub(crate) fn read_replica(node: &Node, strictness: Strictness) -> Outcome<ReplicaEntry> {
    let fields = Fields::read(node, &["name", "count"], strictness)?;
    let origin = fields.node("count").map_or(node.origin, |count| count.origin);
    Ok(ReplicaEntry { name: fields.text("name")?, count: fields.integer("count")?, origin })
}

fn read_options(fields: &Fields<'_>) -> Outcome<Option<GeneratorOptions>> {
    fields.node("generatorOptions").map(|node| GeneratorOptions::read(node, Strictness::Strict)).transpose()
}

//! Entries that a kustomization and builtin transformers share: patches, images, replacements, charts.

use kube_manifest::{Node, Value};

use super::configuration::read_gvk;
use super::decode::{Fields, Flag, Setting, Strictness, invalid, list};
use super::error::Outcome;
use super::kustomization::{ImageEntry, ReplacementEntry};
use super::selector::Selector;
use super::steps::{
    FieldOptions, ImageTexts, PatchChange, PatchKind, Replacement, Source, SourceField, Target,
};

/// Reads an entry of `patches` or `patchesJson6902`.
pub(crate) fn read_patch(node: &Node, kind: PatchKind, strictness: Strictness) -> Outcome<PatchChange> {
    let fields = Fields::read(node, &["path", "patch", "target", "options"], strictness)?;
    let (mut name_change, mut kind_change) = (Flag::Unset, Flag::Unset);
    if let Some(options) = fields.node("options") {
        let options = Fields::read(options, &["allowNameChange", "allowKindChange"], strictness)?;
        name_change = options.flag("allowNameChange")?;
        kind_change = options.flag("allowKindChange")?;
    }
    Ok(PatchChange {
        kind,
        path: fields.setting("path")?,
        text: fields.setting("patch")?.filter(|text| !text.text.trim().is_empty()),
        target: fields.node("target").map(|target| Selector::read(target, strictness)).transpose()?,
        name_change,
        kind_change,
    })
}

/// Reads an entry of `images`.
pub(crate) fn read_image(node: &Node, strictness: Strictness) -> Outcome<ImageEntry> {
    let fields = Fields::read(node, &["name", "newName", "tagSuffix", "newTag", "digest"], strictness)?;
    let written = ["newTag", "digest", "newName", "tagSuffix"].into_iter().find_map(|name| fields.node(name));
    let origin = written.map_or(node.origin, |written| written.origin);
    let fields_set = ["newName", "newTag", "digest"].into_iter().filter_map(|name| fields.node(name));
    let others = fields_set.map(|field| field.origin).filter(|other| other.file != origin.file).collect();
    let texts = ImageTexts {
        others,
        name: fields.text("name")?,
        new_name: fields.text("newName")?,
        new_tag: fields.text("newTag")?,
        tag_suffix: fields.text("tagSuffix")?,
        digest: fields.text("digest")?,
    };
    Ok(ImageEntry { texts, origin })
}

/// Reads an entry of `replacements`.
pub(crate) fn read_replacement_entry(node: &Node) -> Outcome<ReplacementEntry> {
    replacement_entry(node, Strictness::Strict)
}

/// The same with any strictness.
pub(crate) fn replacement_entry(node: &Node, strictness: Strictness) -> Outcome<ReplacementEntry> {
    let fields = Fields::read(node, &["path", "source", "targets", "sourceValue"], strictness)?;
    let Some(path) = fields.setting("path")? else {
        read_replacement(node, strictness)?;
        return Ok(ReplacementEntry::Inline(Box::new(node.clone())));
    };
    if fields.has("source") || !fields.items("targets")?.is_empty() {
        return Err(invalid("a replacement has both a path and a source or targets"));
    }
    Ok(ReplacementEntry::File(path))
}

/// Reads one replacement.
pub(crate) fn read_replacement(node: &Node, strictness: Strictness) -> Outcome<Replacement> {
    let fields = Fields::read(node, &["path", "source", "targets", "sourceValue"], strictness)?;
    let value = match fields.node("sourceValue") {
        None => None,
        Some(node) => Some(
            fields.setting("sourceValue")?.unwrap_or(Setting { text: Box::default(), origin: node.origin }),
        ),
    };
    let source = match (fields.node("source"), value) {
        (Some(_), Some(_)) => return Err(invalid("a replacement has both a source and a sourceValue")),
        (None, None) => return Err(invalid("a replacement has no source")),
        (None, Some(value)) => Source::Value(value),
        (Some(source), None) => Source::Field(read_source(source, strictness)?),
    };
    let Some(targets) = fields.node("targets") else { return Err(invalid("a replacement has no target")) };
    let targets =
        list(targets)?.iter().map(|target| read_target(target, strictness)).collect::<Outcome<_>>()?;
    Ok(Replacement { source, targets })
}

fn read_source(node: &Node, strictness: Strictness) -> Outcome<SourceField> {
    let known = ["group", "version", "kind", "name", "namespace", "fieldPath", "options"];
    let fields = Fields::read(node, &known, strictness)?;
    let path = fields.text("fieldPath")?;
    Ok(SourceField {
        gvk: read_gvk(&fields)?,
        name: fields.text("name")?,
        namespace: fields.text("namespace")?,
        path: if path.is_empty() { "metadata.name".into() } else { path },
        options: read_field_options(fields.node("options"), strictness)?,
    })
}

fn read_target(node: &Node, strictness: Strictness) -> Outcome<Target> {
    let fields = Fields::read(node, &["select", "reject", "fieldPaths", "options"], strictness)?;
    let Some(select) = fields.node("select") else {
        return Err(invalid("a replacement's target selects nothing"));
    };
    let mut paths: Vec<Box<str>> = fields.settings("fieldPaths")?.into_iter().map(|path| path.text).collect();
    if paths.is_empty() {
        paths.push("metadata.name".into());
    }
    let reject = fields.items("reject")?.iter().map(|reject| Selector::read(reject, strictness));
    Ok(Target {
        select: Selector::read(select, strictness)?,
        reject: reject.collect::<Outcome<_>>()?,
        paths,
        options: read_field_options(fields.node("options"), strictness)?,
    })
}

fn read_field_options(node: Option<&Node>, strictness: Strictness) -> Outcome<FieldOptions> {
    let Some(node) = node else { return Ok(FieldOptions::default()) };
    let fields = Fields::read(node, &["delimiter", "index", "encoding", "create"], strictness)?;
    fields.text("encoding")?;
    Ok(FieldOptions {
        delimiter: fields.text("delimiter")?,
        index: fields.integer("index")?,
        create: fields.flag("create")?,
    })
}

const CHART: [&str; 18] = [
    "name",
    "version",
    "repo",
    "releaseName",
    "namespace",
    "additionalValuesFiles",
    "valuesFile",
    "valuesInline",
    "valuesMerge",
    "includeCRDs",
    "skipHooks",
    "apiVersions",
    "kubeVersion",
    "nameTemplate",
    "skipTests",
    "debug",
    "devel",
    "passCredentials",
];

const OLD_CHART: [&str; 13] = [
    "chartName",
    "chartVersion",
    "chartRepoUrl",
    "chartHome",
    "chartRepoName",
    "helmBin",
    "helmHome",
    "values",
    "valuesLocal",
    "valuesMerge",
    "releaseName",
    "releaseNamespace",
    "extraArgs",
];

/// The names of the charts of a kustomization.
pub(crate) fn read_charts(fields: &Fields<'_>) -> Outcome<Vec<Setting>> {
    if let Some(globals) = fields.node("helmGlobals") {
        Fields::read(globals, &["chartHome", "configHome"], Strictness::Strict)?;
    }
    let mut charts = Vec::new();
    for (field, known, name) in
        [("helmCharts", CHART.as_slice(), "name"), ("helmChartInflationGenerator", &OLD_CHART, "chartName")]
    {
        for node in fields.items(field)? {
            let chart = Fields::read(node, known, Strictness::Strict)?;
            let nameless = Setting { text: Box::default(), origin: node.origin };
            charts.push(chart.setting(name)?.unwrap_or(nameless));
        }
    }
    Ok(charts)
}

/// The nodes of a document that is one entry or a list of them.
pub(crate) fn one_or_many(node: &Node) -> Outcome<Vec<&Node>> {
    match &node.value {
        Value::Sequence(items) => Ok(items.iter().collect()),
        Value::Mapping(_) => Ok(vec![node]),
        _ => Err(invalid("a mapping or a list is expected")),
    }
}

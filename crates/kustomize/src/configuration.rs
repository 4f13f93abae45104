//! The fields that transformers change, kustomize's own and those of `configurations`
//! (`internal/plugins/builtinconfig`).
//!
//! In: the table of defaults, files of `configurations` and `crds`. Out: a [`Configuration`]. Never: changes an object.

use std::cell::RefCell;
use std::rc::Rc;

use kube_manifest::Node;

use super::decode::{Fields, Flag, Strictness, list};
use super::error::Outcome;
use super::field_specs::{Creation, FieldSpec, FieldSpecs, merge};
use super::identity::Gvk;
use super::version::KustomizeVersion;

/// The lists of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FieldList {
    NamePrefix,
    NameSuffix,
    Namespace,
    CommonLabels,
    Labels,
    TemplateLabels,
    VolumeClaimTemplateLabels,
    CommonAnnotations,
    VarReference,
    Images,
    Replicas,
}

/// Every list with the name of its field in a configuration file.
const LISTS: [(FieldList, &str); 11] = [
    (FieldList::NamePrefix, "namePrefix"),
    (FieldList::NameSuffix, "nameSuffix"),
    (FieldList::Namespace, "namespace"),
    (FieldList::CommonLabels, "commonLabels"),
    (FieldList::Labels, "labels"),
    (FieldList::TemplateLabels, "templateLabels"),
    (FieldList::VolumeClaimTemplateLabels, "volumeClaimTemplateLabels"),
    (FieldList::CommonAnnotations, "commonAnnotations"),
    (FieldList::VarReference, "varReference"),
    (FieldList::Images, "images"),
    (FieldList::Replicas, "replicas"),
];
const NAME_REFERENCE: &str = "nameReference";

/// The fields that name objects of a kind.
#[derive(Clone, Debug)]
pub(crate) struct NameReferences {
    pub(crate) target: Gvk,
    pub(crate) referrers: FieldSpecs,
}

/// All lists.
#[derive(Clone, Debug, Default)]
pub(crate) struct Configuration {
    lists: [FieldSpecs; LISTS.len()],
    pub(crate) references: Vec<NameReferences>,
}

impl Configuration {
    /// The fields that a version of kustomize has built in.
    pub(crate) fn builtin(version: KustomizeVersion) -> Rc<Self> {
        thread_local! {
            static BUILTIN: RefCell<Vec<(KustomizeVersion, Rc<Configuration>)>> = const { RefCell::new(Vec::new()) };
        }
        BUILTIN.with_borrow_mut(|known| {
            if let Some((_, configuration)) = known.iter().find(|(other, _)| *other == version) {
                return Rc::clone(configuration);
            }
            let mut configuration = Self::read_table();
            configuration.adapt(version);
            let configuration = Rc::new(configuration);
            known.push((version, Rc::clone(&configuration)));
            configuration
        })
    }

    /// The table is that of the newest version.
    fn adapt(&mut self, version: KustomizeVersion) {
        if !version.has_claim_template_labels() {
            let claims =
                std::mem::take(self.list_named("volumeClaimTemplateLabels").unwrap_or(&mut Vec::new()));
            if let Some(templates) = self.list_named("templateLabels") {
                templates.extend(claims);
            }
        }
        if let Some(images) = self.list_named("images") {
            let is_new =
                |path: &str| path.starts_with("spec/jobTemplate") && !version.has_new_image_pattern();
            images.retain(|spec| !is_new(&spec.path));
            images.retain(|spec| version.changes_image_volumes() || !spec.path.contains("volumes[]"));
        }
        self.sort();
    }

    fn read_table() -> Self {
        let mut configuration = Self::default();
        let lines = include_str!("data/field_specs.tsv").lines().filter(|line| !line.starts_with('#'));
        for line in lines {
            let columns: Vec<&str> = line.split('\t').collect();
            let &[name, tg, tv, tk, group, version, kind, create, path] = columns.as_slice() else {
                continue;
            };
            let gvk = |group: &str, version: &str, kind: &str| Gvk {
                group: group.into(),
                version: version.into(),
                kind: kind.into(),
            };
            let creation = if create.is_empty() { Creation::Never } else { Creation::IfAbsent };
            let spec = FieldSpec::of(gvk(group, version, kind), path, creation);
            configuration.take_row(name, gvk(tg, tv, tk), spec);
        }
        configuration.sort();
        configuration
    }

    fn take_row(&mut self, name: &str, target: Gvk, spec: FieldSpec) {
        if name != NAME_REFERENCE {
            if let Some(list) = self.list_named(name) {
                list.push(spec);
            }
            return;
        }
        match self.references.last_mut().filter(|last| last.target == target) {
            Some(last) => last.referrers.push(spec),
            None => self.references.push(NameReferences { target, referrers: vec![spec] }),
        }
    }

    fn list_named(&mut self, name: &str) -> Option<&mut FieldSpecs> {
        let index = LISTS.iter().position(|(_, known)| *known == name)?;
        self.lists.get_mut(index)
    }

    pub(crate) fn list(&self, wanted: FieldList) -> &[FieldSpec] {
        let index = LISTS.iter().position(|(list, _)| *list == wanted);
        index.and_then(|index| self.lists.get(index)).map_or(&[], Vec::as_slice)
    }

    /// Adds one field.
    pub(crate) fn add(&mut self, list: FieldList, spec: FieldSpec) -> Outcome<()> {
        let index = LISTS.iter().position(|(known, _)| *known == list);
        match index.and_then(|index| self.lists.get_mut(index)) {
            Some(specs) => merge(specs, &[spec]),
            None => Ok(()),
        }
    }

    /// Adds the fields that name objects of a kind.
    pub(crate) fn add_references(&mut self, incoming: &NameReferences) -> Outcome<()> {
        let mut is_known = false;
        for known in self.references.iter_mut().filter(|known| known.target == incoming.target) {
            merge(&mut known.referrers, &incoming.referrers)?;
            is_known = true;
        }
        if !is_known {
            self.references.push(incoming.clone());
        }
        Ok(())
    }

    /// Both together. The same one twice is no work, which is what nearly every build has.
    pub(crate) fn merged(mine: &Rc<Self>, other: &Rc<Self>) -> Outcome<Rc<Self>> {
        if Rc::ptr_eq(mine, other) || other.is_empty() {
            return Ok(Rc::clone(mine));
        }
        if mine.is_empty() {
            return Ok(Rc::clone(other));
        }
        let mut merged = Self::clone(mine);
        for (specs, incoming) in merged.lists.iter_mut().zip(&other.lists) {
            merge(specs, incoming)?;
        }
        for incoming in &other.references {
            merged.add_references(incoming)?;
        }
        merged.sort();
        Ok(Rc::new(merged))
    }

    fn is_empty(&self) -> bool {
        self.references.is_empty() && self.lists.iter().all(Vec::is_empty)
    }

    fn sort(&mut self) {
        for specs in &mut self.lists {
            specs.sort_by_cached_key(|spec| order_of(&spec.gvk));
        }
        self.references.sort_by_cached_key(|references| order_of(&references.target));
    }

    /// Reads a file of `configurations`.
    pub(crate) fn read(node: &Node) -> Outcome<Self> {
        let names: Vec<&'static str> = LISTS.iter().map(|(_, name)| *name).chain([NAME_REFERENCE]).collect();
        let fields = Fields::read(node, &names, Strictness::Known)?;
        let mut configuration = Self::default();
        for (_, name) in LISTS {
            for item in fields.items(name)? {
                let spec = read_spec(item, Strictness::Known)?;
                if let Some(specs) = configuration.list_named(name) {
                    specs.push(spec);
                }
            }
        }
        for item in fields.items(NAME_REFERENCE)? {
            let fields = Fields::read(item, &["group", "version", "kind", "fieldSpecs"], Strictness::Known)?;
            let referrers = read_specs(fields.node("fieldSpecs"), Strictness::Known)?;
            configuration.references.push(NameReferences { target: read_gvk(&fields)?, referrers });
        }
        configuration.sort();
        Ok(configuration)
    }
}

/// Reads a list of fields.
pub(crate) fn read_specs(node: Option<&Node>, strictness: Strictness) -> Outcome<FieldSpecs> {
    let items = node.map_or(Ok([].as_slice()), list)?;
    items.iter().map(|item| read_spec(item, strictness)).collect()
}

fn read_spec(node: &Node, strictness: Strictness) -> Outcome<FieldSpec> {
    let fields = Fields::read(node, &["group", "version", "kind", "path", "create"], strictness)?;
    let creation = match fields.flag("create")? {
        Flag::Set => Creation::IfAbsent,
        Flag::Unset => Creation::Never,
    };
    Ok(FieldSpec::of(read_gvk(&fields)?, &fields.text("path")?, creation))
}

/// Reads `group`, `version` and `kind`.
pub(crate) fn read_gvk(fields: &Fields<'_>) -> Outcome<Gvk> {
    Ok(Gvk { group: fields.text("group")?, version: fields.text("version")?, kind: fields.text("kind")? })
}

/// The kinds that come first and last when kustomize sorts.
pub(crate) const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];
pub(crate) const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

fn order_of(gvk: &Gvk) -> (i64, String) {
    let place = |kinds: &[&str]| kinds.iter().position(|kind| **kind == *gvk.kind);
    let index = |place: usize| i64::try_from(place).unwrap_or(i64::MAX);
    let rank = match (place(&FIRST), place(&LAST)) {
        (Some(first), _) => index(first) - index(FIRST.len()),
        (None, Some(last)) => 1 + index(last),
        (None, None) => 0,
    };
    (rank, sort_text(&gvk.group, &gvk.version, &gvk.kind))
}

/// The text by which kustomize compares kinds.
pub(crate) fn sort_text(group: &str, version: &str, kind: &str) -> String {
    let or = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
    format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(kind, "~K"))
}

//! The transformers of a kustomization, in kustomize's order, and its validators.

use source_files::RepoPath;

use super::build::{Accumulator, Target, function};
use super::configuration::{Configuration, FieldList};
use super::decode::{Flag, invalid};
use super::error::Outcome;
use super::field_specs::{Creation, FieldSpec, FieldSpecs, merge};
use super::kustomization::{Kustomization, LabelEntry};
use super::notes::{ConfiguredBy, Note};
use super::plugins;
use super::resource::Resource;
use super::resources::Resources;
use super::session::Session;
use super::steps::{
    Affix, ImageChange, ImageTexts, LabelChange, MetadataField, NamespaceChange, PatchChange, Renaming,
    ReplicaChange, SubjectMode, Transformer, Unset,
};

/// A transformer and what `buildMetadata` says about it.
struct Step<'s> {
    transformer: StepKind<'s>,
    note: Option<Note>,
}

/// A transformer that is made for the step, or a patch of the kustomization.
enum StepKind<'s> {
    Made(Box<Transformer>),
    Patch(&'s PatchChange),
}

impl StepKind<'_> {
    fn apply(&self, session: &mut Session<'_>, resources: &mut Resources, folder: &RepoPath) -> Outcome<()> {
        match self {
            Self::Made(transformer) => transformer.apply(session, resources, folder),
            Self::Patch(patch) => patch.apply(session, resources, folder),
        }
    }
}

/// Runs every transformer of a kustomization.
pub(crate) fn run(session: &mut Session<'_>, target: &Target<'_>, so_far: &mut Accumulator) -> Outcome<()> {
    let builtin = builtin(session, target, &so_far.configuration)?;
    let mut steps = builtin;
    for configuration in target.load_plugins(session, &target.kustomization.transformers)? {
        steps.extend(external(session, target, &configuration)?);
    }
    for step in steps {
        let applied = step.transformer.apply(session, &mut so_far.resources, &target.folder);
        applied.map_err(|error| error.about(&target.folder))?;
        if let Some(note) = step.note {
            take_note(&mut so_far.resources, &note);
        }
        so_far.resources.drop_empty();
    }
    Ok(())
}

/// Runs every validator. None may change an object.
pub(crate) fn validate(
    session: &mut Session<'_>,
    target: &Target<'_>,
    so_far: &mut Accumulator,
) -> Outcome<()> {
    for configuration in target.load_plugins(session, &target.kustomization.validators)? {
        for step in external(session, target, &configuration)? {
            let mut copy = Resources(so_far.resources.0.clone());
            step.transformer.apply(session, &mut copy, &target.folder)?;
            let nodes = |resources: &Resources| {
                resources.0.iter().map(|resource| resource.node.clone()).collect::<Vec<_>>()
            };
            if nodes(&copy) != nodes(&so_far.resources) {
                return Err(invalid("a validator changes an object").about(&target.folder));
            }
        }
    }
    Ok(())
}

fn take_note(resources: &mut Resources, note: &Note) {
    for resource in &mut resources.0 {
        match &resource.notes.origin {
            None => resource.notes.origin = Some(note.clone()),
            Some(_) => resource.notes.transformations.push(note.clone()),
        }
    }
}

/// What `buildMetadata` says about the configuration of a generator or transformer.
pub(crate) fn plugin_note(configuration: &Resource) -> Option<Note> {
    let Some(Note::File(file)) = &configuration.notes.origin else { return None };
    let by = ConfiguredBy {
        api_version: configuration.api_version().into(),
        kind: configuration.kind().into(),
        name: configuration.name().into(),
        namespace: configuration.namespace().into(),
    };
    Some(Note::Configuration { file: file.clone(), by })
}

fn external<'s>(
    session: &mut Session<'_>,
    target: &Target<'_>,
    configuration: &Resource,
) -> Outcome<Vec<Step<'s>>> {
    if !plugins::is_builtin(configuration) {
        session.leave_out(function(configuration), Some(configuration.node.origin));
        return Ok(Vec::new());
    }
    let transformers = plugins::read_transformers(session, &target.folder, configuration)?;
    let last = transformers.len();
    let note = plugin_note(configuration);
    let noted = transformers.into_iter().enumerate().map(|(index, transformer)| Step {
        transformer: StepKind::Made(Box::new(transformer)),
        note: note.clone().filter(|_| index + 1 == last),
    });
    Ok(noted.collect())
}

/// Collects the transformers of the fields.
struct Collector<'c> {
    target: &'c Target<'c>,
    steps: Vec<Step<'c>>,
}

impl<'c> Collector<'c> {
    fn add(&mut self, name: &str, transformer: Transformer) {
        let note = self.note(name);
        self.steps.push(Step { transformer: StepKind::Made(Box::new(transformer)), note });
    }

    fn add_patches(&mut self, name: &str, patches: &'c [PatchChange], is_one: bool) {
        for (index, patch) in patches.iter().enumerate() {
            let note = self.note(name).filter(|_| !is_one || index + 1 == patches.len());
            self.steps.push(Step { transformer: StepKind::Patch(patch), note });
        }
    }

    fn note(&self, name: &str) -> Option<Note> {
        self.target.shown_path.as_ref().map(|base| Note::builtin(base, self.target.file_name, name))
    }
}

fn builtin<'c>(
    session: &mut Session<'_>,
    target: &'c Target<'c>,
    configuration: &Configuration,
) -> Outcome<Vec<Step<'c>>> {
    let kustomization = &target.kustomization;
    let mut steps = Collector { target, steps: Vec::new() };
    steps.add_patches("PatchStrategicMergeTransformer", &kustomization.strategic_patches, true);
    steps.add_patches("PatchTransformer", &kustomization.patches, false);
    add_names(&mut steps, kustomization, configuration);
    add_labels(&mut steps, kustomization, configuration)?;
    if !kustomization.common_annotations.is_empty() {
        let fields = configuration.list(FieldList::CommonAnnotations).to_vec();
        let pairs = kustomization.common_annotations.clone();
        let change = LabelChange::new(MetadataField::Annotation, pairs, fields);
        steps.add("AnnotationsTransformer", Transformer::Labels(change));
    }
    steps.add_patches("PatchJson6902Transformer", &kustomization.json_patches, false);
    for entry in &kustomization.replicas {
        let fields = configuration.list(FieldList::Replicas).to_vec();
        let change =
            ReplicaChange { name: entry.name.clone(), count: entry.count, origin: entry.origin, fields };
        steps.add("ReplicaCountTransformer", Transformer::Replicas(change));
    }
    for entry in &kustomization.images {
        let ImageTexts { others, name, new_name, new_tag, tag_suffix, digest } = &entry.texts;
        let texts = ImageTexts {
            others: others.clone(),
            name: name.clone(),
            new_name: new_name.clone(),
            new_tag: new_tag.clone(),
            tag_suffix: tag_suffix.clone(),
            digest: digest.clone(),
        };
        let fields = configuration.list(FieldList::Images).to_vec();
        let change = ImageChange::new(texts, entry.origin, fields, session.options.version)?;
        steps.add("ImageTagTransformer", Transformer::Image(change));
    }
    if !kustomization.replacements.is_empty() {
        let transformer = plugins::load_replacements(session, &target.folder, &kustomization.replacements)?;
        steps.add("ReplacementTransformer", transformer);
    }
    Ok(steps.steps)
}

fn add_names(steps: &mut Collector<'_>, kustomization: &Kustomization, configuration: &Configuration) {
    if let Some(namespace) = &kustomization.namespace {
        let change = NamespaceChange {
            namespace: namespace.clone(),
            fields: configuration.list(FieldList::Namespace).to_vec(),
            subjects: SubjectMode::NamedDefault,
            unset: Unset::Overwrite,
        };
        steps.add("NamespaceTransformer", Transformer::Namespace(change));
    }
    let affixes = [
        (Affix::Prefix, &kustomization.name_prefix, FieldList::NamePrefix, "PrefixTransformer"),
        (Affix::Suffix, &kustomization.name_suffix, FieldList::NameSuffix, "SuffixTransformer"),
    ];
    for (affix, text, list, name) in affixes {
        if let Some(text) = text {
            let change = Renaming { affix, text: text.clone(), fields: configuration.list(list).to_vec() };
            steps.add(name, Transformer::Renaming(change));
        }
    }
}

fn add_labels(
    steps: &mut Collector<'_>,
    kustomization: &Kustomization,
    configuration: &Configuration,
) -> Outcome<()> {
    if kustomization.labels.is_empty() && kustomization.common_labels.is_empty() {
        return Ok(());
    }
    for entry in &kustomization.labels {
        let fields = fields_of(entry, configuration)?;
        let change = LabelChange::new(MetadataField::Label, entry.pairs.clone(), fields);
        steps.add("LabelTransformer", Transformer::Labels(change));
    }
    let fields = configuration.list(FieldList::CommonLabels).to_vec();
    let change = LabelChange::new(MetadataField::Label, kustomization.common_labels.clone(), fields);
    steps.add("LabelTransformer", Transformer::Labels(change));
    Ok(())
}

/// The fields that an entry of `labels` changes.
fn fields_of(entry: &LabelEntry, configuration: &Configuration) -> Outcome<FieldSpecs> {
    let mut fields = entry.fields.clone();
    merge(&mut fields, configuration.list(FieldList::Labels))?;
    if entry.selectors == Flag::Set {
        merge(&mut fields, configuration.list(FieldList::CommonLabels))?;
        return Ok(fields);
    }
    let wanted = [
        (entry.templates, FieldList::TemplateLabels),
        (entry.claim_templates, FieldList::VolumeClaimTemplateLabels),
    ];
    for (flag, list) in wanted {
        if flag.is_set() {
            merge(&mut fields, configuration.list(list))?;
        }
    }
    merge(&mut fields, &[FieldSpec::new("metadata/labels", Creation::IfAbsent)])?;
    Ok(fields)
}

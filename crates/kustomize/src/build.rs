//! The build itself: a kustomization, its bases and components, and the steps on what they give (`internal/target`).
//!
//! In: a session and a folder. Out: the objects. Never: an order of its own; kustomize's decides what later steps see.

use std::rc::Rc;
use std::sync::Arc;

use kube_manifest::{Node, Origin};
use source_files::RepoPath;

use super::configuration::Configuration;
use super::decode::{Setting, invalid};
use super::error::{Outcome, RefusalKind, RenderError};
use super::generators::{self, MapKind};
use super::kustomization::{DEFAULT_NAME, FILE_NAMES, Kustomization, TargetKind};
use super::merge::{Precedence, SchemaTable};
use super::notes::Note;
use super::paths;
use super::plugins;
use super::remote;
use super::render::RootEdit;
use super::rendering::Part;
use super::resource::Resource;
use super::resources::Resources;
use super::session::{LoadFailure, Session};
use super::transformers;
use super::variables::{self, Variables};

/// What has been put together so far.
#[derive(Debug, Default)]
pub(crate) struct Accumulator {
    pub(crate) resources: Resources,
    pub(crate) configuration: Rc<Configuration>,
    pub(crate) variables: Variables,
}

/// A kustomization and its place.
pub(crate) struct Target<'a> {
    pub(crate) folder: RepoPath,
    pub(crate) file_name: &'static str,
    pub(crate) kustomization: Kustomization,
    /// The path of entries that leads here, for `buildMetadata`; `None` if no build metadata is wanted.
    pub(crate) shown_path: Option<String>,
    pub(crate) parent: Option<&'a Target<'a>>,
    /// The entry that lists it, if it is a component.
    listed: Option<Origin>,
    depth: usize,
}

/// The file of a kustomization.
struct KustomizationFile {
    name: &'static str,
    path: RepoPath,
    bytes: Arc<[u8]>,
}

impl KustomizationFile {
    /// The one of a folder, if it has one.
    fn find(session: &mut Session<'_>, folder: &RepoPath) -> Outcome<Option<Self>> {
        let mut found = Vec::new();
        for name in FILE_NAMES {
            match session.load(folder, name) {
                Ok((path, bytes)) => found.push(Self { name, path, bytes }),
                Err(LoadFailure::Refused(error)) if error.kind == RefusalKind::BeyondLimits => {
                    return Err(error);
                }
                Err(LoadFailure::Refused(_) | LoadFailure::Remote) => {}
            }
        }
        let first = found.pop();
        if first.is_some() && !found.is_empty() {
            let reason = "there are several kustomizations in this folder";
            return Err(RenderError::new(RefusalKind::NoKustomization, reason).about(folder));
        }
        Ok(first)
    }
}

/// What a path of a kustomization may be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    Base,
    Component,
}

impl<'a> Target<'a> {
    /// Reads the kustomization of a folder.
    pub(crate) fn load(
        session: &mut Session<'_>,
        folder: RepoPath,
        parent: Option<&'a Self>,
    ) -> Outcome<Self> {
        let depth = parent.map_or(1, |parent| parent.depth + 1);
        session.budget.enter(depth)?;
        let found = KustomizationFile::find(session, &folder)?;
        let Some(found) = found else {
            let reason = "there is no kustomization in this folder";
            return Err(RenderError::new(RefusalKind::NoKustomization, reason).about(&folder));
        };
        let document = session.read_document(&found.path, &found.bytes)?;
        let document = document.ok_or_else(|| invalid("the kustomization is empty").about(&found.path))?;
        let kustomization = Kustomization::read(&document, session.options.version)
            .map_err(|error| error.about(&found.path))?;
        Ok(Self {
            folder,
            file_name: found.name,
            kustomization,
            shown_path: None,
            parent,
            listed: None,
            depth,
        })
    }

    /// The kustomization of the root as another tool leaves it.
    pub(crate) fn load_edited(
        session: &mut Session<'_>,
        folder: RepoPath,
        edit: &dyn RootEdit,
    ) -> Outcome<Self> {
        session.budget.enter(1)?;
        let found = KustomizationFile::find(session, &folder)?;
        let own = match &found {
            Some(found) => session.read_document(&found.path, &found.bytes)?,
            None => None,
        };
        let (file_name, path) =
            found.map_or((DEFAULT_NAME, folder.clone()), |found| (found.name, found.path));
        let document = edit.edit(own, &mut session.writings)?;
        session.budget.make(&document)?;
        let kustomization =
            Kustomization::read(&document, session.options.version).map_err(|error| error.about(&path))?;
        Ok(Self { folder, file_name, kustomization, shown_path: None, parent: None, listed: None, depth: 1 })
    }

    /// An entry, and the entries through which the component that has it is included.
    fn listing(&self, entry: &Setting) -> Vec<Origin> {
        let mut listing = vec![entry.origin];
        let mut target = Some(self);
        while let Some(current) = target {
            let Some(listed) = current.listed else { break };
            listing.push(listed);
            target = current.parent;
        }
        listing
    }

    /// Refuses a folder that is one of the kustomizations on the way here, or holds one.
    fn refuse_cycle(&self, candidate: &RepoPath) -> Outcome<()> {
        let mut target = Some(self);
        while let Some(current) = target {
            if paths::holds(candidate, &current.folder) {
                let reason = format!("`{candidate}` is, or holds, a kustomization that includes it");
                return Err(RenderError::new(RefusalKind::Cycle, reason));
            }
            target = current.parent;
        }
        Ok(())
    }

    /// Takes the schema of `openapi`.
    pub(crate) fn take_schema(&self, session: &mut Session<'_>, precedence: Precedence) -> Outcome<()> {
        let field = |name: &str| self.kustomization.openapi.iter().find(|(key, _)| &**key == name);
        let version = field("version").map(|(_, setting)| setting);
        let Some((_, path)) = field("path") else {
            return match version.filter(|version| !matches!(&*version.text, "" | "v1.21.2")) {
                Some(version) => {
                    Err(invalid(format!("kustomize has no schema of Kubernetes `{}`", version.text)))
                }
                None => Ok(()),
            };
        };
        let (file, document) = session.load_configuration(&self.folder, &path.text)?;
        if version.is_some() {
            return Err(invalid("`openapi` has both a version and a path").about(&file));
        }
        if let Some(document) = document {
            session.schemas.set(SchemaTable::read(&document), precedence);
        }
        Ok(())
    }

    /// Takes every step of the kustomization.
    pub(crate) fn accumulate(
        &self,
        session: &mut Session<'_>,
        mut so_far: Accumulator,
    ) -> Outcome<Accumulator> {
        for entry in &self.kustomization.resources {
            self.accumulate_entry(session, &mut so_far, entry)?;
        }
        self.configure(session, &mut so_far)?;
        self.generate(session, &mut so_far)?;
        for entry in &self.kustomization.components {
            so_far = self.accumulate_component(session, so_far, entry)?;
        }
        transformers::run(session, self, &mut so_far)?;
        transformers::validate(session, self, &mut so_far)?;
        let Accumulator { resources, variables, .. } = &mut so_far;
        variables::add(session, resources, variables, &self.kustomization.variables)?;
        for resource in &mut so_far.resources.0 {
            match self.kustomization.kind {
                TargetKind::Component if !resource.via.is_empty() => {}
                TargetKind::Component | TargetKind::Kustomization => resource.via.push(self.folder.clone()),
            }
        }
        Ok(so_far)
    }

    /// A file, or a folder with a kustomization.
    pub(crate) fn accumulate_entry(
        &self,
        session: &mut Session<'_>,
        so_far: &mut Accumulator,
        entry: &Setting,
    ) -> Outcome<()> {
        let failed = match session.load_objects(&self.folder, &entry.text) {
            Ok((path, nodes)) => {
                let note = self.shown_path.as_ref().map(|base| Note::File(paths::shown(base, &entry.text)));
                let source = ObjectSource { note, listed: self.listing(entry) };
                return add_objects(session, so_far, nodes, &source).map_err(|error| error.about(&path));
            }
            Err(failed) => failed,
        };
        if remote::is_repository(&entry.text) {
            session.leave_out(Part::RemoteBase(entry.text.to_string()), Some(entry.origin));
            return Ok(());
        }
        let refusal = match failed {
            LoadFailure::Remote => {
                session.leave_out(Part::RemoteFile(entry.text.to_string()), Some(entry.origin));
                return Ok(());
            }
            LoadFailure::Refused(error) => error,
        };
        if matches!(refusal.kind, RefusalKind::BeyondLimits | RefusalKind::InvalidManifest) {
            return Err(refusal);
        }
        let folder = session.folder_of(&self.folder, &entry.text);
        let folder = folder.map_err(|_| Self::about(session, entry, refusal))?;
        let mut sub =
            self.accumulate_folder(session, folder, entry, Expected::Base, Accumulator::default())?;
        let listing = self.listing(entry);
        sub.resources.0.iter_mut().for_each(|resource| resource.listed.extend(&listing));
        merge(session, so_far, sub).map_err(|error| Self::about(session, entry, error))
    }

    fn about(session: &Session<'_>, entry: &Setting, error: RenderError) -> RenderError {
        match session.writings.file(entry.origin) {
            Some(file) if error.place.is_none() => {
                RenderError::at(error.kind, &file.path, entry.origin.span, error.reason)
            }
            Some(_) | None => error,
        }
    }

    fn accumulate_component(
        &self,
        session: &mut Session<'_>,
        so_far: Accumulator,
        entry: &Setting,
    ) -> Outcome<Accumulator> {
        if remote::is_repository(&entry.text) {
            session.leave_out(Part::RemoteBase(entry.text.to_string()), Some(entry.origin));
            return Ok(so_far);
        }
        let folder = session.folder_of(&self.folder, &entry.text);
        let folder = folder.map_err(|error| Self::about(session, entry, error))?;
        let whole = self.accumulate_folder(session, folder, entry, Expected::Component, so_far)?;
        whole.resources.refuse_twins(&session.schemas)?;
        Ok(whole)
    }

    fn accumulate_folder(
        &self,
        session: &mut Session<'_>,
        folder: RepoPath,
        entry: &Setting,
        expected: Expected,
        so_far: Accumulator,
    ) -> Outcome<Accumulator> {
        self.refuse_cycle(&folder).map_err(|error| Self::about(session, entry, error))?;
        let mut target = Target::load(session, folder, Some(self))?;
        target.shown_path = self.shown_path.as_ref().map(|base| paths::shown(base, &entry.text));
        target.take_schema(session, Precedence::Beside)?;
        let refuse = |reason: &str| Err(invalid(reason).about(&target.folder));
        match (expected, target.kustomization.kind) {
            (Expected::Base, TargetKind::Component) => refuse("a component is listed as a resource"),
            (Expected::Component, TargetKind::Kustomization) => {
                refuse("a kustomization is listed as a component")
            }
            (Expected::Base, TargetKind::Kustomization) => target.accumulate(session, so_far),
            (Expected::Component, TargetKind::Component) => {
                target.listed = Some(entry.origin);
                target.accumulate(session, so_far)
            }
        }
    }

    /// Adds kustomize's own configuration, and those of `configurations` and `crds`.
    fn configure(&self, session: &mut Session<'_>, so_far: &mut Accumulator) -> Outcome<()> {
        let mut configuration = Configuration::builtin(session.options.version);
        let mut own = Rc::new(Configuration::default());
        for entry in &self.kustomization.configurations {
            let (file, document) = session.load_strict_configuration(&self.folder, &entry.text)?;
            let Some(document) = document else { continue };
            let read = Configuration::read(&document).map_err(|error| error.about(&file))?;
            own = Configuration::merged(&own, &Rc::new(read))?;
        }
        configuration = Configuration::merged(&configuration, &own)?;
        so_far.configuration = Configuration::merged(&so_far.configuration, &configuration)?;
        for entry in &self.kustomization.crds {
            let (file, document) = session.load_configuration(&self.folder, &entry.text)?;
            let document = document.ok_or_else(|| invalid("a file of definitions is empty").about(&file))?;
            let read = super::crds::read(&document).map_err(|error| error.about(&file))?;
            so_far.configuration = Configuration::merged(&so_far.configuration, &Rc::new(read))?;
        }
        Ok(())
    }

    fn generate(&self, session: &mut Session<'_>, so_far: &mut Accumulator) -> Outcome<()> {
        let kustomization = &self.kustomization;
        let maps =
            kustomization.config_maps.iter().map(|entry| (MapKind::ConfigMap, "ConfigMapGenerator", entry));
        let secrets = kustomization.secrets.iter().map(|entry| (MapKind::Secret, "SecretGenerator", entry));
        for (kind, name, entry) in maps.chain(secrets) {
            let options = kustomization.generator_options.as_ref();
            let made = generators::generate(session, &self.folder, kind, entry, options);
            let mut made = made.map_err(|error| error.about(&self.folder))?;
            made.notes.origin =
                self.shown_path.as_ref().map(|base| Note::builtin(base, self.file_name, name));
            self.absorb(session, so_far, made)?;
        }
        for chart in &kustomization.charts {
            session.leave_out(Part::Chart(chart.text.to_string()), Some(chart.origin));
        }
        for configuration in self.load_plugins(session, &kustomization.generators)? {
            self.generate_by_plugin(session, so_far, &configuration)?;
        }
        Ok(())
    }

    /// A generated object; left out if what it merges into may be in a part that is not rendered.
    fn absorb(&self, session: &mut Session<'_>, so_far: &mut Accumulator, made: Resource) -> Outcome<()> {
        match so_far.resources.absorb(session, made) {
            Err(error) if error.kind == RefusalKind::NoTarget && session.is_incomplete() => Ok(()),
            outcome => outcome.map_err(|error| error.about(&self.folder)),
        }
    }

    fn generate_by_plugin(
        &self,
        session: &mut Session<'_>,
        so_far: &mut Accumulator,
        configuration: &Resource,
    ) -> Outcome<()> {
        if !plugins::is_builtin(configuration) {
            session.leave_out(function(configuration), Some(configuration.node.origin));
            return Ok(());
        }
        let note = transformers::plugin_note(configuration);
        let mut made = match plugins::read_generator(configuration)? {
            plugins::Generator::Map(kind, entry) => {
                generators::generate(session, &self.folder, kind, &entry, None)?
            }
            plugins::Generator::ServiceAccount(account) => generators::service_account(session, &account),
            plugins::Generator::Chart(name) => {
                session.leave_out(Part::Chart(name.into()), Some(configuration.node.origin));
                return Ok(());
            }
        };
        made.notes.origin = note;
        self.absorb(session, so_far, made)
    }

    /// The objects that configure generators, transformers or validators: files, folders or texts.
    pub(crate) fn load_plugins(
        &self,
        session: &mut Session<'_>,
        entries: &[Setting],
    ) -> Outcome<Vec<Resource>> {
        let mut loaded = Accumulator::default();
        let mut paths = Vec::new();
        for entry in entries {
            match session.inline_objects(&entry.text, entry.origin) {
                Ok(nodes) => {
                    let note =
                        self.shown_path.as_ref().map(|base| Note::File(paths::shown(base, self.file_name)));
                    let source = ObjectSource { note, listed: self.listing(entry) };
                    add_objects(session, &mut loaded, nodes, &source)?;
                }
                Err(_) => paths.push(entry),
            }
        }
        for entry in paths {
            self.accumulate_entry(session, &mut loaded, entry)?;
        }
        Ok(loaded.resources.0)
    }
}

/// A plugin that is no builtin one.
pub(crate) fn function(configuration: &Resource) -> Part {
    Part::Function(format!(
        "{} {} {}",
        configuration.api_version(),
        configuration.kind(),
        configuration.name()
    ))
}

/// What brings objects into a build.
struct ObjectSource {
    note: Option<Note>,
    listed: Vec<Origin>,
}

fn add_objects(
    session: &Session<'_>,
    so_far: &mut Accumulator,
    nodes: Vec<Node>,
    source: &ObjectSource,
) -> Outcome<()> {
    let made = nodes.into_iter().map(|node| {
        let mut resource = Resource::new(node, &session.writings);
        resource.notes.origin.clone_from(&source.note);
        resource.listed.clone_from(&source.listed);
        resource
    });
    so_far.resources.append(session, made.collect())
}

fn merge(session: &Session<'_>, so_far: &mut Accumulator, sub: Accumulator) -> Outcome<()> {
    so_far.resources.append(session, sub.resources.0)?;
    so_far.configuration = Configuration::merged(&so_far.configuration, &sub.configuration)?;
    sub.variables.into_values().try_for_each(|variable| variables::merge(&mut so_far.variables, variable))
}

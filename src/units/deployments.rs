//! The files that the GitOps objects of a repository deploy, as far as their own text shows.
//!
//! In: the objects of a revision that are Argo CD's or Flux's. Out: the folders that they deploy unchanged, and the
//! values files that they name. Never: asks whether a source is this repository; it may be.

use std::collections::BTreeSet;

use kube_manifest::{Node, Object};
use source_files::RepoPath;

/// Words of which a file with such an object contains at least one.
pub const MARKS: [&str; 2] = ["kustomize.toolkit.fluxcd.io", "argoproj.io"];

/// The depth to which a tool looks for manifests below a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Depth {
    /// The folder's own files.
    Folder,
    /// Everything below it.
    Tree,
}

/// The certainty that an object deploys a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeploymentCertainty {
    /// The object names the folder.
    Certain,
    /// The object names a pattern that the folder matches.
    Possible,
}

/// The folders and values files that GitOps objects deploy without a kustomization.
#[derive(Debug, Default)]
pub struct Deployments {
    folders: BTreeSet<(String, Depth)>,
    values: BTreeSet<String>,
}

impl Deployments {
    /// Reads the GitOps objects among some objects.
    pub fn of<'a>(objects: impl Iterator<Item = &'a Object>) -> Self {
        let mut deployments = Self::default();
        for object in objects {
            match (object.group(), &*object.kind) {
                ("kustomize.toolkit.fluxcd.io", "Kustomization") => deployments.add_flux(object),
                ("argoproj.io", "Application") => deployments.add_sources(object.at(&["spec"])),
                ("argoproj.io", "ApplicationSet") => deployments.add_set(object),
                (_, _) => {}
            }
        }
        deployments
    }

    /// Returns true if the repository has no object that deploys a folder of it.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    fn add_flux(&mut self, object: &Object) {
        let path = object.root.text_at(&["spec", "path"]).unwrap_or_default();
        self.folders.insert((normalise_path(path), Depth::Tree));
    }

    fn add_set(&mut self, object: &Object) {
        self.add_sources(object.at(&["spec", "template", "spec"]));
        for generator in object.at(&["spec", "generators"]).into_iter().flat_map(Node::items) {
            for folder in generator.at(&["git", "directories"]).into_iter().flat_map(Node::items) {
                self.folders
                    .extend(folder.text_at(&["path"]).map(|path| (normalise_path(path), Depth::Folder)));
            }
        }
    }

    /// Adds the sources of an Argo CD application.
    fn add_sources(&mut self, spec: Option<&Node>) {
        let Some(spec) = spec else { return };
        let several = spec.get("sources").into_iter().flat_map(Node::items);
        for source in spec.get("source").into_iter().chain(several) {
            let folder = source.text_at(&["path"]).map(normalise_path);
            let recurses = source.at(&["directory", "recurse"]).and_then(Node::as_bool) == Some(true);
            let depth = if recurses { Depth::Tree } else { Depth::Folder };
            self.values.extend(find_values_files(source, folder.as_deref().unwrap_or_default()));
            self.folders.extend(folder.map(|folder| (folder, depth)));
        }
    }

    /// Returns true if one of the objects deploys a file unchanged. `is_root` says whether a folder holds a
    /// kustomization or a chart, which is then deployed in place of its files.
    pub fn deploy(
        &self,
        path: &RepoPath,
        certainty: DeploymentCertainty,
        is_root: impl Fn(&str) -> bool,
    ) -> bool {
        let mut folder = path.parent();
        let mut depth = Depth::Folder;
        loop {
            if is_root(folder) {
                return false;
            }
            if self.reaches(folder, depth, certainty) {
                return true;
            }
            if folder.is_empty() {
                return false;
            }
            folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
            depth = Depth::Tree;
        }
    }

    fn reaches(&self, folder: &str, depth: Depth, certainty: DeploymentCertainty) -> bool {
        let named = self.folders.iter().filter(|(_, reach)| *reach >= depth);
        named.into_iter().any(|(pattern, _)| match certainty {
            DeploymentCertainty::Certain => pattern == folder,
            DeploymentCertainty::Possible => matches_segments(pattern, folder),
        })
    }

    /// Returns true if an application fills in a chart with a file.
    pub fn uses_as_values(&self, path: &RepoPath) -> bool {
        self.values.iter().any(|pattern| matches_segments(pattern, path.as_str()))
    }
}

/// Returns the values files of a source: below its own folder, or below `$name/` in another source.
fn find_values_files(source: &Node, folder: &str) -> Vec<String> {
    let files = source.at(&["helm", "valueFiles"]).map(Node::items).unwrap_or_default();
    let read = |text: &str| match text.strip_prefix('$').and_then(|rest| rest.split_once('/')) {
        Some((_, path)) => Some(normalise_path(path)),
        None => join(folder, text),
    };
    files.iter().filter_map(Node::as_str).filter_map(read).collect()
}

fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.contains("://") {
        return None;
    }
    let mut parts: Vec<&str> =
        if relative.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            name => parts.push(name),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

/// Returns a path without `./`, leading and trailing slashes.
fn normalise_path(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    parts.join("/")
}

/// Returns true if a path matches a pattern segment by segment. `*` and a template (`{{name}}`) match everything but a
/// folder that begins with a dot. A pattern that begins with a template matches nothing, because it says nothing about
/// the repository.
fn matches_segments(pattern: &str, path: &str) -> bool {
    if pattern.split('/').next().is_some_and(is_template) {
        return false;
    }
    if let Some((start, _)) = pattern.split_once("**") {
        return path.starts_with(start.trim_end_matches('/'));
    }
    let (mut wanted, mut found) = (pattern.split('/'), path.split('/'));
    loop {
        match (wanted.next(), found.next()) {
            (None, None) => return true,
            (Some(wanted), Some(found)) if is_template(wanted) && !found.starts_with('.') => {}
            (Some(wanted), Some(found)) if matches_segment(wanted, found) => {}
            (Some(_), _) | (None, Some(_)) => return false,
        }
    }
}

fn is_template(segment: &str) -> bool {
    segment.contains("{{") || segment.contains("${")
}

/// Matches a segment in which `*` is any text.
fn matches_segment(wanted: &str, found: &str) -> bool {
    match wanted.split_once('*') {
        None => wanted == found,
        Some((start, rest)) => {
            let end = rest.rsplit('*').next().unwrap_or_default();
            found.starts_with(start) && found.ends_with(end) && found.len() >= start.len() + end.len()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube_manifest::{Limits, parse};

    fn deployments(text: &str) -> Deployments {
        let manifest = parse(text.as_bytes().to_vec(), &Limits::default());
        Deployments::of(manifest.objects.iter())
    }

    fn no_root(_: &str) -> bool {
        false
    }

    #[test]
    fn flux_deploys_all_that_is_below_a_path_and_argo_its_own_files() {
        let all = deployments(
            "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec: {path: ./apps}\n---\n\
             apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: b}\nspec: {source: {path: web/}}\n",
        );
        assert!(all.deploy(&RepoPath::new("apps/a/b.yaml"), DeploymentCertainty::Possible, no_root));
        assert!(!all.deploy(&RepoPath::new("apps/a/b.yaml"), DeploymentCertainty::Possible, |folder| folder
            == "apps/a"));
        assert!(all.deploy(&RepoPath::new("web/b.yaml"), DeploymentCertainty::Possible, no_root));
        assert!(!all.deploy(&RepoPath::new("web/a/b.yaml"), DeploymentCertainty::Possible, no_root));
        assert!(!all.deploy(&RepoPath::new("other/b.yaml"), DeploymentCertainty::Possible, no_root));
    }

    #[test]
    fn a_set_deploys_whatever_its_pattern_may_name() {
        let set = deployments(
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec:\n  generators:\n  \
             - git: {directories: [{path: apps/*}]}\n  template: {spec: {source: {path: '{{path}}', \
             helm: {valueFiles: ['../../env/{{env}}.yaml']}}}}\n",
        );
        assert!(set.deploy(&RepoPath::new("apps/web/a.yaml"), DeploymentCertainty::Possible, no_root));
        assert!(!set.deploy(&RepoPath::new("docs/a/b/c.yaml"), DeploymentCertainty::Possible, no_root));
        assert!(!set.deploy(
            &RepoPath::new(".github/workflows/a.yaml"),
            DeploymentCertainty::Possible,
            no_root
        ));
    }

    #[test]
    fn values_files_are_found_beside_the_chart_and_in_other_sources() {
        let all = deployments(
            "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: b}\nspec:\n  sources:\n  - path: \
             charts/web\n    helm: {valueFiles: [../../env/prod.yaml, $values/shared/base.yaml]}\n",
        );
        assert!(all.uses_as_values(&RepoPath::new("env/prod.yaml")));
        assert!(all.uses_as_values(&RepoPath::new("shared/base.yaml")));
        assert!(!all.uses_as_values(&RepoPath::new("env/test.yaml")));
    }
}

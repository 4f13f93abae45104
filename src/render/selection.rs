//! The paths of manifests to start from, with the cluster of each.

use std::collections::BTreeSet;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use kube_model::ClusterName;
use source_files::{RepoPath, Snapshot};

/// The policy's `manifests` and `clusters[].paths`.
#[derive(Debug)]
pub struct Selection {
    include: GlobSet,
    exclude: GlobSet,
    clusters: Vec<(ClusterName, GlobSet)>,
    fallback: ClusterName,
    named: BTreeSet<RepoPath>,
}

impl Selection {
    /// Compiles the patterns. `*` does not cross `/`, `**` does.
    pub fn new(
        include: &[String],
        exclude: &[String],
        clusters: &[(ClusterName, Vec<String>)],
    ) -> Result<Self, globset::Error> {
        let compiled: Result<Vec<_>, globset::Error> =
            clusters.iter().map(|(name, paths)| Ok((name.clone(), compile_set(paths)?))).collect();
        Ok(Self {
            include: compile_set(include)?,
            exclude: compile_set(exclude)?,
            clusters: compiled?,
            fallback: ClusterName::fallback(),
            named: BTreeSet::new(),
        })
    }

    /// Adds files that a person has named. They are manifests whatever the patterns say.
    pub fn start_at(&mut self, paths: BTreeSet<RepoPath>) {
        self.named = paths;
    }

    /// Returns true if a path is a manifest to start from.
    pub fn starts_at(&self, path: &RepoPath) -> bool {
        self.named.contains(path)
            || self.include.is_match(path.as_str()) && !self.exclude.is_match(path.as_str())
    }

    /// Returns true if the policy names clusters.
    pub fn names_clusters(&self) -> bool {
        !self.clusters.is_empty()
    }

    /// Returns true if a cluster of the policy is deployed from a path.
    pub fn is_of_a_named_cluster(&self, path: &RepoPath) -> bool {
        self.clusters.iter().any(|(_, paths)| paths.is_match(path.as_str()))
    }

    /// Returns the clusters of the policy that are deployed from no file of a revision.
    pub fn clusters_without_files(&self, snapshot: &Snapshot) -> Vec<&ClusterName> {
        let has_files =
            |patterns: &GlobSet| snapshot.files.keys().any(|path| patterns.is_match(path.as_str()));
        let empty = self.clusters.iter().filter(|(_, patterns)| !has_files(patterns));
        empty.map(|(name, _)| name).collect()
    }

    /// Returns every cluster that a path belongs to. `default` if the policy names none for it.
    pub fn clusters_of(&self, path: &RepoPath) -> Vec<ClusterName> {
        let named = self.clusters.iter().filter(|(_, paths)| paths.is_match(path.as_str()));
        let names: Vec<_> = named.map(|(name, _)| name.clone()).collect();
        if names.is_empty() { vec![self.fallback.clone()] } else { names }
    }
}

fn compile_set(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        builder.add(compile_glob(pattern)?);
    }
    builder.build()
}

fn compile_glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

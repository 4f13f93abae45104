//! The artifacts that an ArtifactGenerator puts together (`internal/builder/builder.go` of `source-watcher`).

use kube_manifest::Node;
use kustomize::{Entry, FileTree, TreeError};
use source_files::RepoPath;

use crate::assumptions::Revision;
use crate::declaration::{Declaration, DeclarationKind};
use crate::declaration_index::Found;
use crate::glob::PathPattern;
use crate::mount_tree::MountTree;
use crate::unit::{ArtifactCopy, FluxArtifact};
use crate::unjudged::Unjudged;
use crate::watched_tree::{child, clean, join};

use super::artifact::ArtifactTree;
use super::sources::{ResolvedSource, SourceContext, SourceReference, below, resolve, unreadable};

/// One `copy` of an artifact.
struct Copy<'n> {
    alias: &'n str,
    pattern: &'n str,
    to: &'n str,
}

/// The artifact of a name, from the generator in its namespace that makes it.
pub(super) fn external_artifact(
    context: &SourceContext<'_, '_>,
    reference: &SourceReference,
) -> Result<ResolvedSource, Unjudged> {
    let shown = || reference.to_string().into_boxed_str();
    let is_maker = |generator: &Declaration| artifact_of(generator, &reference.name.name).is_some();
    let found = context.index.find_where(
        DeclarationKind::ArtifactGenerator,
        &reference.name.namespace,
        context.from,
        &is_maker,
    );
    let generator = match found {
        Found::One(generator) => generator,
        Found::Several => return Err(Unjudged::Ambiguous(shown())),
        Found::Nothing => return Err(Unjudged::NoSource(shown())),
    };
    if generator.node.at(&["spec", "pathPattern"]).is_some() {
        return Err(Unjudged::UnsupportedField("ArtifactGenerator spec.pathPattern".into()));
    }
    let artifact =
        artifact_of(&generator, &reference.name.name).ok_or_else(|| Unjudged::NoSource(shown()))?;
    let copies = read_copies(artifact)?;
    let Some(first) = copies.first() else { return Err(Unjudged::NoSource(shown())) };
    if copies.iter().any(|copy| copy.alias != first.alias) {
        return Err(Unjudged::UnsupportedField("an artifact of several sources".into()));
    }
    let within = SourceContext { from: &generator, ..*context };
    let sources = generator.node.at(&["spec", "sources"]).map(Node::items).unwrap_or_default();
    let source = sources.iter().find(|source| source.text_at(&["alias"]) == Some(first.alias));
    let source = SourceReference::read(source, &generator);
    let wanted: Vec<RepoPath> = copies.iter().filter_map(|copy| fixed_part(copy.pattern)).collect();
    let mut resolved = resolve(&within, &source, &wanted)?;
    if !resolved.artifact.copies.is_empty() {
        return Err(Unjudged::UnsupportedField("an artifact of an artifact".into()));
    }
    if resolved.revision == Revision::ThisBranch {
        resolved.artifact.copies = expand_all(context, &resolved.artifact, &copies)?;
    }
    Ok(resolved)
}

fn artifact_of<'n>(generator: &'n Declaration, name: &str) -> Option<&'n Node> {
    let artifacts = generator.node.at(&["spec", "artifacts"]).map(Node::items).unwrap_or_default();
    artifacts.iter().find(|artifact| artifact.text_at(&["name"]) == Some(name))
}

fn read_copies(artifact: &Node) -> Result<Vec<Copy<'_>>, Unjudged> {
    let mut copies = Vec::new();
    for copy in artifact.get("copy").map(Node::items).unwrap_or_default() {
        if copy.get("exclude").is_some_and(|exclude| !exclude.items().is_empty()) {
            return Err(Unjudged::UnsupportedField("ArtifactGenerator spec.artifacts.copy.exclude".into()));
        }
        if !matches!(copy.text_at(&["strategy"]), None | Some("Overwrite")) {
            return Err(Unjudged::UnsupportedField("ArtifactGenerator spec.artifacts.copy.strategy".into()));
        }
        let from = copy.text_at(&["from"]).unwrap_or_default();
        let source = from.strip_prefix('@').and_then(|from| from.split_once('/'));
        let to = copy.text_at(&["to"]).and_then(|to| to.strip_prefix("@artifact/"));
        let (Some((alias, pattern)), Some(to)) = (source, to) else {
            return Err(Unjudged::field(
                "ArtifactGenerator spec.artifacts.copy",
                "a path has no `@` and alias",
            ));
        };
        copies.push(Copy { alias, pattern, to });
    }
    Ok(copies)
}

fn is_open(part: &str) -> bool {
    part.contains(['*', '?', '[', ']'])
}

/// The path of a pattern up to its first star.
fn fixed_part(pattern: &str) -> Option<RepoPath> {
    clean(pattern.split('/').take_while(|part| !is_open(part)))
}

fn expand_all(
    context: &SourceContext<'_, '_>,
    artifact: &FluxArtifact,
    copies: &[Copy<'_>],
) -> Result<Vec<ArtifactCopy>, Unjudged> {
    let rooted = MountTree::rooted(context.tree, &artifact.root);
    let tree = ArtifactTree::new(&rooted, artifact.ignore.as_deref()).map_err(unreadable)?;
    let mut parts = Vec::new();
    for copy in copies {
        let before = parts.len();
        expand(&tree, copy, &mut parts).map_err(unreadable)?;
        if parts.len() == before {
            let reason = format!("nothing is at `{}`", copy.pattern);
            return Err(Unjudged::field("ArtifactGenerator spec.artifacts.copy", reason));
        }
        let limit = context.assumptions.limits.files;
        if parts.len() > limit {
            return Err(Unjudged::BeyondLimits { what: "files of an artifact", limit });
        }
    }
    Ok(parts)
}

/// The parts of one copy: a folder becomes a folder in the destination, `folder/**` its content.
fn expand(tree: &dyn FileTree, copy: &Copy<'_>, parts: &mut Vec<ArtifactCopy>) -> Result<(), TreeError> {
    let out = || TreeError(format!("`{}` leads out of the artifact", copy.to));
    let to = clean(copy.to.split('/')).ok_or_else(out)?;
    if !is_open(copy.pattern) {
        let from = clean(copy.pattern.split('/')).ok_or_else(out)?;
        match tree.look(&from)? {
            Entry::Folder(_) => parts.push(ArtifactCopy { to: below(&to, from.file_name()), from }),
            Entry::File(_) if copy.to.ends_with('/') || copy.to.is_empty() => {
                parts.push(ArtifactCopy { to: below(&to, from.file_name()), from });
            }
            Entry::File(_) => parts.push(ArtifactCopy { from, to }),
            Entry::Missing | Entry::Link(..) | Entry::Submodule(_) => {}
        }
        return Ok(());
    }
    // `folder/**` is all that is directly in the folder, each with what is below.
    if let Some(prefix) = copy.pattern.strip_suffix("/**").filter(|prefix| !is_open(prefix)) {
        let from = clean(prefix.split('/')).ok_or_else(out)?;
        if matches!(tree.look(&from)?, Entry::Folder(_)) {
            parts.push(ArtifactCopy { from, to });
        }
        return Ok(());
    }
    let mut found = Vec::new();
    matches_of(tree, &RepoPath::new(""), copy.pattern, &mut found)?;
    let stripped = copy.pattern.strip_suffix("/**").map(|prefix| format!("{prefix}/"));
    for from in found {
        let rest = stripped.as_ref().and_then(|prefix| from.as_str().strip_prefix(&**prefix));
        let to = join(&to, rest.unwrap_or(from.as_str())).ok_or_else(out)?;
        parts.push(ArtifactCopy { from, to });
    }
    Ok(())
}

/// What a pattern matches, one part of it after the other (`fs.Glob`).
fn matches_of(
    tree: &dyn FileTree,
    folder: &RepoPath,
    pattern: &str,
    found: &mut Vec<RepoPath>,
) -> Result<(), TreeError> {
    let (part, rest) = pattern.split_once('/').map_or((pattern, None), |(part, rest)| (part, Some(rest)));
    let names = if is_open(part) { tree.list(folder)? } else { vec![part.into()] };
    let matcher = PathPattern::path_match(part).map_err(|error| TreeError(error.to_string()))?;
    for name in names.iter().filter(|name| !name.is_empty() && matcher.matches(name)) {
        let path = child(folder, name);
        match (tree.look(&path)?, rest) {
            (Entry::Folder(_), Some(rest)) => matches_of(tree, &path, rest, found)?,
            (Entry::Folder(_) | Entry::File(_), None) => found.push(path),
            (_, _) => {}
        }
    }
    Ok(())
}

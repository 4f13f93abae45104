//! The `kustomize` reading: kyaml splits the text, go-yaml v3 reads each part, merges and aliases are
//! resolved in the tree, the tree is written out, and the result is read again. A tool of the `kubectl`
//! reading applies the output of kustomize.
//!
//! In: the text of a file. Out: its objects as resolved trees, or why kustomize stops. Never: reads
//! another file: kustomizations are the render room's.

mod document;
mod emitted;
mod list;
mod metadata;
mod second_merge;

use super::compose::{SyntaxError, compose};
use super::framing::{Framed, split_kustomize};
use super::kubectl;
use super::libyaml::LastLine;
use super::limits::{AliasBudget, Limits};
use super::node::Node;
use super::problem::Problem;
use super::reading::{Reading, Refusal};
use super::syntax::Item;
use document::Resolver;

pub use emitted::{kustomize_block, kustomize_scalar, kustomize_unfolded};
pub(super) use metadata::accepts;

/// The objects that kustomize makes of a file's text.
pub(super) fn read(text: &str, limits: &Limits) -> Result<Vec<Node>, Problem> {
    of_documents(documents(text, limits)?)
}

/// The objects that a build starts with.
pub(super) fn loaded(documents: Vec<Node>) -> Result<Vec<Node>, Problem> {
    list::open(documents)
}

/// The documents of a file's text.
pub(super) fn documents(text: &str, limits: &Limits) -> Result<Vec<Node>, Problem> {
    let Framed { chunks, problems } = split_kustomize(text);
    if let Some(problem) = problems.into_iter().next() {
        return Err(problem);
    }
    let mut nodes = limits.nodes;
    let composed =
        chunks.into_iter().map(|chunk| compose(text, chunk, LastLine::AsWritten, limits, &mut nodes));
    let items: Vec<Item> = composed
        .filter_map(|composed| composed.map(|composed| composed.root).transpose())
        .collect::<Result<_, _>>()
        .map_err(refused)?;
    let mut resolver = Resolver { budget: AliasBudget::new(limits) };
    items.iter().map(|item| resolver.document(item)).collect::<Result<Vec<_>, _>>().map_err(refused)
}

/// The objects that kustomize makes of documents that are read.
pub(super) fn of_documents(documents: Vec<Node>) -> Result<Vec<Node>, Problem> {
    let objects = list::open(documents)?;
    metadata::refuse_twins(&objects)?;
    applied(objects)
}

fn refused(error: SyntaxError) -> Problem {
    let problem = Problem::unparseable(error.span, error.reason);
    problem.refused(Refusal::By(Reading::Kustomize))
}

fn incomplete(place: source_files::Span, reason: &str) -> Problem {
    Problem::no_object(place, reason, Reading::Kustomize)
}

/// kustomize's output goes through a tool that opens lists by apimachinery's rules.
fn applied(objects: Vec<Node>) -> Result<Vec<Node>, Problem> {
    let (mut applied, mut problems) = (Vec::new(), Vec::new());
    for object in objects {
        kubectl::flatten(second_merge::applied(object)?, &mut applied, &mut problems);
    }
    match problems.into_iter().find(|problem| problem.refusal != Refusal::Nobody) {
        Some(problem) => Err(problem.refused(Refusal::By(Reading::Kustomize))),
        None => Ok(applied),
    }
}

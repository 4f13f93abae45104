//! From the bytes of a blob to its objects, in both readings.

use crate::agreement::Agreement;
use std::sync::Arc;

use super::characters::{odd_characters, skip_marker};
use super::difference::differences;
use super::encoding::{Decoded, decode};
use super::framing::span;
use super::kubectl::{self, AliasUse, Documents};
use super::kustomize;
use super::limits::Limits;
use super::node::Node;
use super::object::Object;
use super::pointer::is_pointer;
use super::problem::{Problem, ProblemKind};
use super::reading::{Reading, Refusal};
use source_files::SourceText;

/// The content of a file.
#[derive(Debug)]
pub struct Manifest {
    /// The text, for positions.
    pub source: Arc<SourceText>,
    /// Every Kubernetes object of the `kubectl` reading, lists flattened, in the order of the file.
    pub objects: Vec<Object>,
    /// The objects of the `kustomize` reading, if they are not the same.
    pub kustomize: Option<Vec<Object>>,
    /// The problems that stopped us from reading the rest with certainty.
    pub problems: Vec<Problem>,
    /// The number of keys and values in the file, aliases expanded.
    pub nodes: usize,
}

impl Manifest {
    /// The objects of one reading.
    pub fn objects_of(&self, reading: Reading) -> &[Object] {
        match reading {
            Reading::Kubectl => &self.objects,
            Reading::Kustomize => self.kustomize.as_deref().unwrap_or(&self.objects),
        }
    }
}

/// Reads a blob. Never fails: what cannot be read is a problem, and a document with neither
/// `apiVersion` nor `kind` is not a manifest.
pub fn parse(bytes: Vec<u8>, limits: &Limits) -> Manifest {
    let text = match open(bytes, limits) {
        Ok(text) => text,
        Err(manifest) => return *manifest,
    };
    let Text { source, from, mut problems } = text;
    let text = std::str::from_utf8(source.bytes()).unwrap_or_default();
    let Documents { roots, problems: more, aliases, agreement } = kubectl::read(text, from, limits);
    problems.extend(more);
    let nodes = roots.iter().map(Node::count).sum();
    let second = SecondReading::of(&roots, agreement, &problems);
    let mut objects = Vec::new();
    roots.into_iter().for_each(|root| kubectl::flatten(root, &mut objects, &mut problems));
    let others = match second {
        SecondReading::None => None,
        SecondReading::OfRoots(roots) => Some(kustomize::of_documents(roots)),
        SecondReading::OfText => Some(kustomize::read(text, limits)),
    };
    let kustomize = others.and_then(|others| compare(&objects, others, &mut problems));
    let problems = placed(problems, &source);
    let aliases: Arc<[AliasUse]> = aliases.into();
    let finish = |roots: Vec<Node>| {
        roots.into_iter().map(|root| Object::new(Arc::clone(&source), Arc::clone(&aliases), root)).collect()
    };
    Manifest { objects: finish(objects), kustomize: kustomize.map(finish), problems, nodes, source }
}

/// The input with which the `kustomize` reading has to begin.
enum SecondReading {
    /// It takes the same objects.
    None,
    /// The documents are the same, and what it makes of them may not be.
    OfRoots(Vec<Node>),
    OfText,
}

impl SecondReading {
    fn of(roots: &[Node], agreement: Agreement, problems: &[Problem]) -> Self {
        // A file beyond our limits is not made smaller by a second reading.
        if problems.iter().any(|problem| problem.refusal == Refusal::Everybody) {
            return Self::None;
        }
        if agreement == Agreement::Open || !problems.is_empty() {
            return Self::OfText;
        }
        let has_lists = roots.iter().any(|root| root.entry("items").is_some());
        if has_lists || !kustomize::accepts(roots) { Self::OfRoots(roots.to_vec()) } else { Self::None }
    }
}

/// The objects of the `kustomize` reading if they differ; adds the problems that this means for the file.
fn compare(
    objects: &[Node],
    others: Result<Vec<Node>, Problem>,
    problems: &mut Vec<Problem>,
) -> Option<Vec<Node>> {
    match others {
        Ok(others) if others == objects => None,
        Ok(others) => {
            let marked: Vec<u32> = problems.iter().map(|problem| problem.span.start).collect();
            let fresh = differences(objects, &others).into_iter();
            problems.extend(fresh.filter(|problem| !marked.contains(&problem.span.start)));
            Some(others)
        }
        Err(refusal) => {
            note_refusal(refusal, problems);
            None
        }
    }
}

/// Adds a refusal by kustomize. If only kustomize refuses, it is a difference; if both tools do, it is one problem.
fn note_refusal(refusal: Problem, problems: &mut Vec<Problem>) {
    let same_place = |problem: &&mut Problem| problem.span.start == refusal.span.start;
    if let Some(known) = problems.iter_mut().find(same_place) {
        known.refusal = known.refusal.and(refusal.refusal);
        return;
    }
    let problem = match refusal.kind {
        ProblemKind::Unparseable | ProblemKind::Ambiguous | ProblemKind::Differing => {
            let reason = format!("kustomize and Flux refuse the file, kubectl reads it: {}", refusal.reason);
            Problem::differing(refusal.span, reason).refused(refusal.refusal)
        }
        ProblemKind::NoObject | ProblemKind::ListInList | ProblemKind::LeadsNowhere => refusal,
    };
    problems.push(problem);
}

/// The documents of a file as trees, whatever they are, in the `kubectl` reading.
pub fn documents(bytes: Vec<u8>, limits: &Limits) -> (Arc<SourceText>, Vec<Node>, Vec<Problem>) {
    match open(bytes, limits) {
        Ok(Text { source, from, mut problems }) => {
            let text = std::str::from_utf8(source.bytes()).unwrap_or_default();
            let read = kubectl::read(text, from, limits);
            problems.extend(read.problems);
            let problems = placed(problems, &source);
            (source, read.roots, problems)
        }
        Err(manifest) => (manifest.source, Vec::new(), manifest.problems),
    }
}

/// The objects of a file as kustomize loads them into a build: lists opened, duplicates kept, nothing written out yet.
/// A file that kustomize refuses is a problem.
pub fn kustomize_objects(bytes: Vec<u8>, limits: &Limits) -> (Arc<SourceText>, Result<Vec<Node>, Problem>) {
    let Text { source, from, problems } = match open(bytes, limits) {
        Ok(text) => text,
        Err(manifest) => {
            let reason = manifest.problems.into_iter().next();
            return (manifest.source, reason.map_or(Ok(Vec::new()), Err));
        }
    };
    let text = std::str::from_utf8(source.bytes()).unwrap_or_default();
    let kubectl = kubectl::read(text, from, limits);
    let is_same = problems.is_empty() && kubectl.problems.is_empty();
    let objects = if is_same && kubectl.agreement != Agreement::Open {
        kustomize::loaded(kubectl.roots)
    } else {
        kustomize::documents(text, limits).and_then(kustomize::loaded)
    };
    let objects = objects.map_err(|problem| {
        let span = source.whole_characters(problem.span);
        Problem { span, ..problem }
    });
    (source, objects)
}

/// Moves problems to whole characters: a parser may stop past the end of the text or inside a character.
fn placed(mut problems: Vec<Problem>, source: &SourceText) -> Vec<Problem> {
    problems.iter_mut().for_each(|problem| problem.span = source.whole_characters(problem.span));
    problems
}

struct Text {
    source: Arc<SourceText>,
    from: usize,
    problems: Vec<Problem>,
}

/// Decodes the file, or returns a manifest explaining why it is unreadable.
fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Text, Box<Manifest>> {
    if bytes.len() > limits.bytes {
        let reason = format!("{} bytes exceed the limit of {}", bytes.len(), limits.bytes);
        return Err(Box::new(unread(bytes, reason)));
    }
    let Decoded { text, from, problem } = decode(bytes);
    if is_pointer(&text) {
        let reason = "it is a Git LFS pointer: the file itself is on another server and cannot be judged";
        return Err(Box::new(unread(text.into_bytes(), reason.to_owned())));
    }
    let keep = if problem.is_none() { SourceText::new } else { SourceText::converted };
    let mut problems: Vec<Problem> = problem.into_iter().collect();
    problems.extend(odd_characters(&text));
    problems.extend(skip_marker(&text));
    Ok(Text { source: Arc::new(keep(text.into_bytes())), from, problems })
}

fn unread(bytes: Vec<u8>, reason: String) -> Manifest {
    let problems = vec![Problem::unparseable(span(0, 0), reason)];
    let source = Arc::new(SourceText::new(bytes));
    Manifest { source, objects: Vec::new(), kustomize: None, problems, nodes: 0 }
}

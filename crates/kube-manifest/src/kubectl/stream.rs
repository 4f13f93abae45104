//! From text to documents: a JSON stream or YAML chunks, as apimachinery's `YAMLOrJSONDecoder`
//! decides.

use super::super::compose::{Composed, compose};
use super::super::framing::{self, Chunk, span};
use super::super::json;
use super::super::libyaml::LastLine;
use super::super::limits::{AliasBudget, Limits};
use super::super::ordinary::{self, Ordinary};
use super::super::problem::Problem;
use super::super::reading::{Reading, Refusal};
use super::Documents;
use super::document::Resolver;
use crate::agreement::Agreement;
use source_files::Span;

/// The number of bytes in which the decoder looks for the brace that makes a stream JSON (`GuessJSONStream`).
const PEEK: usize = 4096;

/// Reads the text of a file from `from`, which is past any byte order mark.
pub(crate) fn read(text: &str, from: usize, limits: &Limits) -> Documents {
    if !begins_with_brace(text.get(from..).unwrap_or_default()) {
        return read_yaml(text, from, limits);
    }
    match json::parse_stream(text, from, limits) {
        Ok(parsed) => {
            let is_peculiar = parsed.is_peculiar || parsed.roots.len() > 1 || !parsed.problems.is_empty();
            let agreement = Agreement::unless(is_peculiar);
            Documents { roots: parsed.roots, problems: parsed.problems, agreement, ..Documents::none() }
        }
        Err(json::JsonError::BeyondLimits(problem)) => {
            Documents { problems: vec![problem], ..Documents::none() }
        }
        // A flow mapping may also open a YAML file, and newer readers fall back to YAML.
        Err(json::JsonError::NotJson(problem)) => {
            let mut documents = read_yaml(text, from, limits);
            let reason = format!(
                "the file begins with `{{` but is not JSON, so not every tool can read it: {}",
                problem.reason
            );
            let problem = Problem::ambiguous(problem.span, reason).refused(Refusal::By(Reading::Kubectl));
            documents.problems.push(problem);
            documents
        }
    }
}

fn begins_with_brace(text: &str) -> bool {
    let mut end = text.len().min(PEEK);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default().trim_start().starts_with('{')
}

fn read_yaml(text: &str, from: usize, limits: &Limits) -> Documents {
    let framed = framing::split_kubectl(text, from);
    let mut documents = Documents { problems: framed.problems, ..Documents::none() };
    if framed.chunks.len() > limits.documents {
        documents.refuse_count(limits);
        return documents;
    }
    let mut nodes = limits.nodes;
    let mut budget = AliasBudget::new(limits);
    for chunk in framed.chunks {
        if is_blank(text.get(chunk.start..chunk.end).unwrap_or_default()) {
            continue;
        }
        if let Some(Ordinary { root, agreement }) = ordinary::read(text, chunk, limits, &mut nodes) {
            documents.roots.push(root);
            documents.agreement = documents.agreement.and(agreement);
            continue;
        }
        documents.compose(text, chunk, limits, &mut nodes, &mut budget);
    }
    documents
}

/// One chunk as the composer reads it, and what is left of the limit.
#[cfg(test)]
pub(crate) fn composed(text: &str, chunk: Chunk, limits: &Limits) -> (Documents, usize) {
    let (mut documents, mut nodes) = (Documents::none(), limits.nodes);
    documents.compose(text, chunk, limits, &mut nodes, &mut AliasBudget::new(limits));
    (documents, nodes)
}

fn is_blank(body: &str) -> bool {
    body.lines().all(|line| {
        let line = line.trim();
        line.is_empty() || line.starts_with('#')
    })
}

impl Documents {
    fn compose(
        &mut self,
        text: &str,
        chunk: Chunk,
        limits: &Limits,
        nodes: &mut usize,
        budget: &mut AliasBudget,
    ) {
        self.agreement = self.agreement.and(Agreement::unless(!text.ends_with('\n')));
        match compose(text, chunk, LastLine::Ended, limits, nodes) {
            Ok(composed) => self.resolve(composed, budget),
            Err(error) => self.refuse(Problem::unparseable(error.span, error.reason)),
        }
    }

    fn refuse(&mut self, problem: Problem) {
        self.problems.push(problem.refused(Refusal::By(Reading::Kubectl)));
    }

    fn refuse_count(&mut self, limits: &Limits) {
        let reason = format!("more than {} documents", limits.documents);
        self.problems = vec![Problem::unparseable(span(0, 0), reason)];
    }

    fn resolve(&mut self, composed: Composed, budget: &mut AliasBudget) {
        if let Some(place) = composed.directive {
            self.problems.push(Problem::ambiguous(place, "tools read YAML directives differently"));
        }
        let Some(root) = composed.root else { return };
        let mut resolver = Resolver { documents: self, budget };
        match resolver.resolve_node(&root) {
            Ok(node) => {
                self.roots.push(node);
                self.note_dropped(composed.dropped);
            }
            Err(error) => self.refuse(Problem::unparseable(error.span, error.reason)),
        }
    }

    fn note_dropped(&mut self, dropped: Option<Span>) {
        let reason = "kubectl drops what follows the end of this document";
        self.problems.extend(dropped.map(|place| Problem::ambiguous(place, reason)));
    }
}

//! A finding and how a check makes one.

use super::check_id::CheckId;
use super::fingerprint::{Fact, Fingerprint};
use super::former::former_sentence;
use super::location::{Location, Side};
use super::path::Edge;
use super::severity::Severity;
use super::suggestion::Suggestion;
use crate::world::{ObjectChange, Operation, Placed};
use kube_manifest::Node;
use kube_model::ObjectRef;
use source_files::{ObjectId, RepoPath};

/// The subject of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An object of the cluster.
    Object {
        /// Its identity.
        id: ObjectRef,
        /// Its `apiVersion` as written.
        api_version: Box<str>,
        /// The operation on it.
        operation: Operation,
    },
    /// A file that is not an object, or not yet known to be one.
    File,
    /// A commit or a tag.
    Commit(ObjectId),
    /// A ref.
    Ref(String),
}

impl Subject {
    /// The object, if it is one.
    pub fn object(&self) -> Option<&ObjectRef> {
        match self {
            Self::Object { id, .. } => Some(id),
            Self::File | Self::Commit(_) | Self::Ref(_) => None,
        }
    }
}

/// A labelled line below the source excerpt: `= gains: …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The word before the colon.
    pub label: &'static str,
    /// The rest of the line.
    pub text: String,
}

/// One thing that is wrong.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The id of the check that found it.
    pub check: CheckId,
    /// The severity.
    pub severity: Severity,
    /// One sentence: what, to which object, in which cluster.
    pub message: String,
    /// The object, file, commit or ref that it is about.
    pub subject: Subject,
    /// The place in a file.
    pub location: Option<Location>,
    /// Other places that belong to it.
    pub related: Vec<Location>,
    /// Files by which its objects are deployed. The policy's decisions for them count as well.
    pub deployed_by: Vec<RepoPath>,
    /// The commit of the push that brought it, if known.
    pub commit: Option<ObjectId>,
    /// Why it matters; the check's own record says it, filled in when the check has run.
    pub why: &'static str,
    /// Facts that explain it.
    pub notes: Vec<Note>,
    /// The next step for the author.
    pub remediation: String,
    /// A text to write instead, if it is certain.
    pub suggestion: Option<Suggestion>,
    /// The values that make it what it is; they enter the fingerprint.
    pub facts: Vec<Fact>,
    /// The path from a subject to what it can now do, for findings about grants and exposures.
    pub path: Vec<Edge>,
    /// The approvals that are missing, if the finding is about them.
    pub lacking: Vec<Lacking>,
    /// Its aspect, if other checks may report the same about the same value.
    pub aspect: Option<Aspect>,
    /// Whether a policy may let it pass.
    pub leeway: Leeway,
}

/// Whether a policy may let a finding pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leeway {
    /// The policy decides.
    #[default]
    Policy,
    /// None: after the change no push could pass, so no policy can want it.
    None,
}

/// Approvals that are missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lacking {
    /// The owners who are asked: accounts, teams and addresses, with `, ` between them.
    pub of: String,
    /// The number of them who must still approve.
    pub count: usize,
}

/// A statement about one value that several checks may make. Of their findings, the strictest is reported.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Aspect {
    /// A number is out of its bounds.
    Bounds {
        /// The JSON pointer of the number.
        pointer: String,
    },
    /// A field is missing.
    Absence {
        /// The JSON pointer of what lacks it.
        pointer: String,
        /// The field.
        field: String,
    },
}

impl Finding {
    /// A finding about an object that a change creates, updates or deletes, placed at the object.
    pub fn about(check: CheckId, change: &ObjectChange, message: impl Into<String>) -> Self {
        let placed = change.subject();
        let side = if change.object().is_some() { Side::New } else { Side::Old };
        Self::about_object(check, placed, change.operation(), message).at(Location::of_object(placed, side))
    }

    /// A finding about an object, not placed yet.
    pub fn about_object(
        check: CheckId,
        placed: &Placed,
        operation: Operation,
        message: impl Into<String>,
    ) -> Self {
        let api_version = placed.object.api_version.clone();
        let subject = Subject::Object { id: placed.id.clone(), api_version, operation };
        Self::new(check, subject, message)
    }

    /// A finding about anything.
    pub fn new(check: CheckId, subject: Subject, message: impl Into<String>) -> Self {
        Self {
            check,
            severity: Severity::Medium,
            message: message.into(),
            subject,
            location: None,
            related: Vec::new(),
            deployed_by: Vec::new(),
            commit: None,
            why: "",
            notes: Vec::new(),
            remediation: String::new(),
            suggestion: None,
            facts: Vec::new(),
            path: Vec::new(),
            lacking: Vec::new(),
            aspect: None,
            leeway: Leeway::Policy,
        }
    }

    /// This number of these people must still approve.
    pub fn lacks(mut self, of: impl Into<String>, count: usize) -> Self {
        self.lacking.push(Lacking { of: of.into(), count });
        self
    }

    /// Sets the severity; medium if a check does not say.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Places it.
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }

    /// Places it at a node of the change's new object (of the old one for a deletion).
    pub fn at_node(self, change: &ObjectChange, node: &Node) -> Self {
        let side = if change.object().is_some() { Side::New } else { Side::Old };
        let placed = change.subject();
        let mut finding = self.at(Location::of_node(placed, node, side));
        let alias = placed
            .object
            .alias_of(node)
            .map(|site| Location::in_object(placed, site, side).labelled("this alias inserts it"));
        finding.related.extend(alias);
        finding
    }

    /// Says something beside the mark, such as `was "view"`.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.location = self.location.map(|location| location.labelled(label));
        self
    }

    /// Adds another place that belongs to it.
    pub fn related(mut self, location: Location) -> Self {
        self.related.push(location);
        self
    }

    /// Takes the places that contributed to rendered values among the related ones, one for each file, and the files by
    /// which they are deployed.
    pub fn gather_contributors(&mut self) {
        let mut beside = Vec::new();
        for location in self.location.iter_mut().chain(&mut self.related) {
            beside.append(&mut location.beside);
            self.deployed_by.append(&mut location.deployed_by);
        }
        if !self.deployed_by.is_empty() {
            let at = self.location.as_ref().map(|at| (&at.path, at.start, at.side));
            self.related.retain(|place| at != Some((&place.path, place.start, place.side)));
        }
        for place in beside {
            let mut known = self.location.iter().chain(&self.related);
            if !known.any(|known| known.path == place.path) {
                self.related.push(place);
            }
        }
    }

    /// Adds a fact.
    pub fn note(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.notes.push(Note { label, text: text.into() });
        self
    }

    /// The same finding, which no policy can let pass.
    #[must_use]
    pub fn without_leeway(mut self) -> Self {
        self.leeway = Leeway::None;
        self
    }

    /// Says what to do now, in the imperative; it becomes a sentence if it is not one yet.
    pub fn help(mut self, remediation: impl Into<String>) -> Self {
        self.remediation = sentence(remediation.into());
        self
    }

    /// Says what to write instead, if that is certain.
    pub fn suggest(mut self, suggestion: Option<Suggestion>) -> Self {
        self.suggestion = suggestion;
        self
    }

    /// Names a value that makes the finding what it is: a waiver of this finding does not cover one with another
    /// value. Never a sentence: rewording it would end every waiver.
    pub fn fact(self, key: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        let former = Some(value.clone());
        self.with_fact(Fact { key, value, former })
    }

    /// A fact in whose place fingerprints before version 2 had another text.
    pub fn fact_formerly(
        self,
        key: &'static str,
        value: impl Into<String>,
        former: impl Into<String>,
    ) -> Self {
        self.with_fact(Fact { key, value: value.into(), former: Some(former_sentence(&former.into())) })
    }

    /// A fact that fingerprints before version 2 did not have.
    pub fn added_fact(self, key: &'static str, value: impl Into<String>) -> Self {
        self.with_fact(Fact { key, value: value.into(), former: None })
    }

    fn with_fact(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// Adds steps of the way from a person to what the change lets them do.
    pub fn path(mut self, edges: impl IntoIterator<Item = Edge>) -> Self {
        self.path.extend(edges);
        self
    }

    /// Sets the aspect that another check may report as well.
    pub fn aspect(mut self, aspect: Option<Aspect>) -> Self {
        self.aspect = aspect;
        self
    }

    /// The fingerprint that a waiver of this finding quotes.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_facts(self.check.as_str(), &self.identity(), &self.facts)
    }

    /// The fingerprint of version 0.1.
    pub fn former_fingerprint(&self) -> Fingerprint {
        Fingerprint::of_former_parts(self.check.as_str(), &self.identity(), &self.facts)
    }

    /// The subject, with the cluster and the API group of an object.
    fn identity(&self) -> String {
        match &self.subject {
            Subject::Object { id, .. } => format!("{} {} {id}", id.cluster, id.group),
            Subject::File | Subject::Commit(_) | Subject::Ref(_) => self.subject_text(),
        }
    }

    /// The name of the subject in a waiver.
    pub fn subject_text(&self) -> String {
        match &self.subject {
            Subject::Object { id, .. } => id.to_string(),
            Subject::File => self.location.as_ref().map_or_else(String::new, |at| at.path.to_string()),
            Subject::Commit(id) => id.to_string(),
            Subject::Ref(name) => name.clone(),
        }
    }

    /// The cluster of the object that it is about.
    pub fn cluster(&self) -> Option<&kube_model::ClusterName> {
        self.subject.object().map(|id| &id.cluster)
    }
}

fn sentence(text: String) -> String {
    let mut characters = text.chars();
    let Some(first) = characters.next() else { return text };
    let end = if text.ends_with(['.', '…', '?', '!']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

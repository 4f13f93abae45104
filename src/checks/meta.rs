//! The record of a check; its documentation page is generated from this.

use crate::finding::CheckId;
use crate::world::Need;

/// The family of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Files that cannot be read.
    Manifest,
    /// Objects that the API server would refuse.
    Schema,
    /// Permissions.
    Rbac,
    /// Exposure to the outside.
    Exposure,
    /// Container images.
    Image,
    /// Commits, tags and refs.
    Commit,
    /// Owners and approvals.
    Approval,
    /// The gate's own configuration.
    Policy,
}

impl Family {
    /// Whether an annotation of an object could ever accept a finding: never one about commits, approvals or
    /// the gate itself, on which no manifest has a say.
    pub fn may_be_annotated(self) -> bool {
        match self {
            Self::Manifest | Self::Schema | Self::Rbac | Self::Exposure | Self::Image => true,
            Self::Commit | Self::Approval | Self::Policy => false,
        }
    }

    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Schema => "schema",
            Self::Rbac => "rbac",
            Self::Exposure => "exposure",
            Self::Image => "image",
            Self::Commit => "commit",
            Self::Approval => "approval",
            Self::Policy => "policy",
        }
    }
}

/// The treatment of an object that is not deployed as it is written: a patch, a chart template, an expected output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartialDocuments {
    /// It is judged like all others: each of its values can reach a cluster.
    Judge,
    /// It is judged, with the lowest severity: the object that it becomes a part of decides.
    Lowest,
    /// It is not judged: only a complete object can show the problem.
    Skip,
    /// The check decides for each problem: a wrong value is wrong in a patch, a missing one is not.
    ByProblem,
    /// The check looks at no single object.
    NotRead,
}

/// A check's own record.
#[derive(Debug)]
pub struct Meta {
    /// Kebab-case id that reads well after "allow".
    pub id: CheckId,
    /// One line, no period.
    pub title: &'static str,
    /// Its family.
    pub family: Family,
    /// The unchanged objects that it looks at: those that no check needs are not read.
    pub needs: &'static [Need],
    /// The treatment of objects that are not deployed as they are written.
    pub partial: PartialDocuments,
    /// One sentence: why a finding matters, for a reader who may know nothing of Kubernetes.
    pub why: &'static str,
    /// Markdown with the headings `What it does`, `What is compared`, `Remediation`, `Limits`
    /// (level 2, in this order).
    pub docs: &'static str,
}

impl Meta {
    /// The documentation page, in Markdown.
    pub fn page(&self) -> String {
        let Self { id, title, family, needs: _, partial: _, why, docs } = self;
        format!("# {id}\n\n{title}.\n\nFamily: {}.\n\n{why}\n\n{}\n", family.as_str(), docs.trim())
    }
}

//! A violation of a hand-written rule of the API server.

use kube_model::KubernetesVersion;

/// A value that the API server refuses although its schema allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleViolation {
    /// A JSON pointer to the value, or to the holder that lacks it.
    pub pointer: String,
    /// One clause for people, with the path, without object and cluster. Never a value of a Secret.
    pub message: String,
    /// The advice, in the imperative.
    pub help: &'static str,
    /// The field that is missing, if that is the problem.
    pub lacking: Option<Box<str>>,
    /// The function of Kubernetes that refuses it, with its package.
    pub source: &'static str,
    /// Says whether the value alone is wrong, or its combination with others.
    pub extent: RuleExtent,
    /// The requested Kubernetes versions that refuse it.
    pub versions: Vec<KubernetesVersion>,
}

/// The part of an object that a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleExtent {
    /// One value, which is wrong in every context, also in a patch.
    Value,
    /// Several values, or one that is missing. Judged in complete objects only.
    Whole,
}

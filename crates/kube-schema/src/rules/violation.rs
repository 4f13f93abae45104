//! One thing that the API server refuses.

use kube_model::KubernetesVersion;

/// One thing that the API server refuses although its schema allows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where: a JSON pointer to the value, or to what lacks it.
    pub pointer: String,
    /// One clause for people, path included, without object and cluster. Never a value of a Secret.
    pub message: String,
    /// What to do, in the imperative.
    pub help: &'static str,
    /// The field that is missing, if that is what is wrong.
    pub lacking: Option<Box<str>>,
    /// The function of Kubernetes that refuses it, with its package.
    pub source: &'static str,
    /// Whether the value alone is wrong, or its combination with others.
    pub extent: Extent,
    /// The Kubernetes versions, of those asked for, that refuse it.
    pub versions: Vec<KubernetesVersion>,
}

/// How much of an object a rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// One value, wrong whatever is around it: also in a patch.
    Value,
    /// Several values, or one that is missing: judged in complete objects only.
    Whole,
}

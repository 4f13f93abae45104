//! The unchanged objects that a check looks at.

/// Unchanged objects that a check looks at beside the changes. Those that no check needs are not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// Every role and binding, if one of them changes: permissions add up.
    Permissions,
    /// CustomResourceDefinitions, if a custom resource changes, and all objects of a kind whose definition changes.
    Definitions,
    /// Objects that name one that is gone, and those that select changed Pods or are selected by a changed Service.
    Referrers,
}

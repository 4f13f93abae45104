//! The way from a person to what the change lets them do, station by station.

/// The kind of a station.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StationKind {
    /// A user, a group or a service account.
    Subject,
    /// A RoleBinding or ClusterRoleBinding.
    Binding,
    /// A Role or ClusterRole.
    Role,
    /// The permissions of a role, in words.
    Permission,
    /// Those outside the cluster who can reach something in it.
    Outside,
    /// A Service.
    Service,
    /// The workload behind it.
    Workload,
}

impl StationKind {
    /// The word that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Binding => "binding",
            Self::Role => "role",
            Self::Permission => "permission",
            Self::Outside => "outside",
            Self::Service => "service",
            Self::Workload => "workload",
        }
    }
}

/// The relation of one station to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Relation {
    /// A subject is named in a binding.
    NamedIn,
    /// A binding grants a role.
    Grants,
    /// A role permits something.
    Permits,
    /// A person outside reaches a Service.
    Reaches,
    /// A Service sends traffic to what runs.
    LeadsTo,
}

impl Relation {
    /// The words that reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NamedIn => "is named in",
            Self::Grants => "grants",
            Self::Permits => "permits",
            Self::Reaches => "reaches",
            Self::LeadsTo => "leads to",
        }
    }
}

/// One station: its kind, and its name with its kind, as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Station {
    /// The kind.
    pub kind: StationKind,
    /// Its name, which the change may choose: reports escape it.
    pub name: String,
}

impl Station {
    /// A station with this name.
    pub fn new(kind: StationKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

/// One step of the way.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge {
    /// The station at which it begins.
    pub from: Station,
    /// The relation of the two.
    pub relation: Relation,
    /// The station at which it ends.
    pub to: Station,
}

//! The policy: protected refs, enforcement and waivers.
//!
//! In: policy files of the governing ref, of the target ref and of the server. Out: [`Policy`], which
//! says of every finding whether it blocks. Never: knows the checks (their ids are resolved in the
//! checks room), reads files, or is read from what a push brings.

mod age;
mod document;
mod enforcement;
mod error;
mod known_checks;
mod layer;
mod layers;
mod position;
mod profile;
mod protected;
mod waiver;
mod waivers_file;
mod waivers_text;

pub use age::Age;
pub use document::{
    AnnotationUse, ApprovalsEntry, AuthorPaths, AutomationEntry, AutomationField, AutomationLane,
    AutomationProof, CheckRule, ClusterEntry, CommitterRule, DEFAULT_INCLUDE, DatedKeyEntry, ForgeEntry,
    ForgeUse, ImagesEntry, KeyEntry, LayerAutomation, LimitsEntry, ManifestsEntry, MergeRule, OverrideEntry,
    Overriders, OwnersEntry, PersonEntry, PolicyDocument, Scope, SignatureRequirement, SignatureRules,
    SignaturesEntry, WaiverEntry, WaiversDocument, remaining_people, signer, weakenings,
};
pub use enforcement::Enforcement;
pub use error::{PolicyError, did_you_mean};
pub use known_checks::KnownChecks;
pub use layer::{ApprovalDemand, Author, Decision, Layer, Origin};
pub use layers::Policy;
pub use profile::{PROFILES, ProfileName};
pub use protected::{ProtectedRefs, full_name_meant, without_refs};
pub use waiver::{Acceptance, WaivedFinding, Waiver, WaiverPlace, WaiverTerm};
pub use waivers_file::{WAIVERS_PATH, WaiverMistake, WaiversFile, new_waivers};
pub use waivers_text::waivers_text;

/// The one name under which a repository's policy is looked for, at the root.
pub const POLICY_PATH: &str = ".portcullis.yaml";

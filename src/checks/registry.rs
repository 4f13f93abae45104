//! The one list of built-in checks.

use std::sync::Arc;

use super::aftermath::Aftermath;
use super::context::{Context, Findings, Run};
use super::meta::Meta;
use super::set::{Check, Default};
use super::{approval, commit, exposure, image, manifest, policy, rbac, schema};
use crate::finding::Severity;
use crate::world::ObjectChange;

/// The built-in checks, by family and id.
pub(super) fn built_in() -> Vec<Check> {
    vec![
        push(
            &manifest::ambiguous_yaml::META,
            Default::DenyFrom(Severity::Medium),
            manifest::ambiguous_yaml::run,
        ),
        push(
            &manifest::unparseable_manifest::META,
            Default::DenyFrom(Severity::Medium),
            manifest::unparseable_manifest::run,
        ),
        push(
            &manifest::unrendered_source::META,
            Default::DenyFrom(Severity::High),
            manifest::unrendered_source::run,
        ),
        push(&schema::dangling_reference::META, Default::Deny, schema::dangling_reference::run),
        object(
            &schema::immutable_field::META,
            Default::DenyFrom(Severity::High),
            schema::immutable_field::run,
        ),
        object(&schema::invalid_object::META, Default::Deny, schema::invalid_object::run),
        object(
            &schema::invalid_schema::META,
            Default::DenyFrom(Severity::Medium),
            schema::invalid_schema::run,
        ),
        object(&schema::removed_api::META, Default::DenyFrom(Severity::Medium), schema::removed_api::run),
        object(&schema::unknown_field::META, Default::Deny, schema::unknown_field::run),
        object(&schema::unknown_kind::META, Default::DenyFrom(Severity::Medium), schema::unknown_kind::run),
        object(&rbac::cluster_admin_binding::META, Default::Deny, rbac::cluster_admin_binding::run),
        push(&rbac::rbac_escalation::META, Default::DenyFrom(Severity::High), rbac::rbac_escalation::run),
        object(&exposure::external_ip::META, Default::Deny, exposure::external_ip::run),
        object(&exposure::node_port::META, Default::DenyFrom(Severity::Medium), exposure::node_port::run),
        object(&exposure::public_load_balancer::META, Default::Deny, exposure::public_load_balancer::run),
        object(
            &image::image_downgrade::META,
            Default::DenyFrom(Severity::Medium),
            image::image_downgrade::run,
        ),
        object(&image::mutable_image::META, Default::Deny, image::mutable_image::run),
        object(&image::unpinned_image::META, Default::Warn, image::unpinned_image::run),
        push(&commit::forbidden_ref::META, Default::Deny, commit::forbidden_ref::run),
        push(&commit::history_rewrite::META, Default::Deny, commit::history_rewrite::run),
        push(&commit::malformed_commit::META, Default::Deny, commit::malformed_commit::run),
        push(&commit::malformed_tree::META, Default::Deny, commit::malformed_tree::run),
        push(&commit::protected_ref_deletion::META, Default::Deny, commit::protected_ref_deletion::run),
        push(&commit::unsigned_commit::META, Default::OfSignatures, commit::unsigned_commit::run),
        push(&commit::untrusted_signature::META, Default::OfSignatures, commit::untrusted_signature::run),
        push(&approval::invalid_codeowners::META, Default::OfOwners, approval::invalid_codeowners::run),
        push(&approval::missing_approval::META, Default::OfOwners, approval::missing_approval::run),
        push(&approval::unowned_path::META, Default::Off, approval::unowned_path::run),
        afterwards(&policy::expired_waiver::META, Default::Warn, policy::expired_waiver::run),
        push(&policy::invalid_waiver::META, Default::Deny, policy::invalid_waiver::run),
        afterwards(&policy::unused_waiver::META, Default::Warn, policy::unused_waiver::run),
        push(&policy::weakened_policy::META, Default::Deny, policy::weakened_policy::run),
    ]
}

fn object(
    meta: &'static Meta,
    default: Default,
    run: fn(&ObjectChange, &Context<'_>, &mut Findings),
) -> Check {
    Check { meta, default, run: Run::Object(Arc::new(run)) }
}

fn push(meta: &'static Meta, default: Default, run: fn(&Context<'_>, &mut Findings)) -> Check {
    Check { meta, default, run: Run::Push(Arc::new(run)) }
}

fn afterwards(
    meta: &'static Meta,
    default: Default,
    run: fn(&Context<'_>, &Aftermath, &mut Findings),
) -> Check {
    Check { meta, default, run: Run::Afterwards(Arc::new(run)) }
}

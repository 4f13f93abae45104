//! Typed views of Kubernetes objects.
//!
//! In: objects. Out: [`ObjectRef`] and views of parts of an object. Never: compares two revisions or judges.

mod address;
mod allowance;
mod balancer_class;
pub mod builtin;
mod cluster;
mod doubt;
mod exposure;
mod image;
mod images;
mod internal_balancer;
mod object_ref;
mod quantity;
pub mod rbac;
mod reference;
mod replacement;
mod selection;
mod source_ranges;
mod tag;
mod workload;

pub use address::{TrafficOrigin, lies_in, origin_of_address, origin_of_range};
pub use allowance::{ANNOTATION_PREFIX, ANNOTATIONS, DOMAIN_PREFIX, allowance, allowance_value};
pub use cluster::{Cloud, ClusterTarget, KubernetesVersion};
pub use doubt::ExposureDoubt;
pub use exposure::{Allocation, Reach, Service, ServicePort, ServiceType};
pub use image::{ImageReference, ImageReferenceError};
pub use images::{
    Form, ImageCertainty, ImageKind, ImageUse, images, images_of_kustomization, images_of_source_override,
};
pub use internal_balancer::{find_unread_annotation, way_to_internal};
pub use object_ref::{ClusterName, ObjectRef};
pub use quantity::{Quantity, is_quantity};
pub use reference::{Reference, is_target, references};
pub use replacement::{Replacement, replacement};
pub use selection::{LabelPairs, pod_labels, selects, service_selector};
pub use tag::{Incomparable, Mobility, Order, Tag};
pub use workload::pod_spec;

/// The examples of the README, so that they are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! portcullis judges what a Git push would make of a Kubernetes cluster, before it lands.
//!
//! The rooms, in the order in which data flows:

pub mod source;

pub mod git;

pub mod manifest;

pub mod kube;

pub mod render;

pub mod world;

pub mod schema;

pub mod signature;

pub mod owners;

pub mod evidence;

pub mod finding;

pub mod policy;

pub mod checks;

pub mod verdict;

pub mod report;

pub mod pipeline;

pub mod push;

pub mod cli;

pub mod commands;

//! portcullis judges what a Git push would make of a Kubernetes cluster, before it lands.
//!
//! The rooms, in the order in which data flows:
//!
//! | room | gives |
//! |---|---|
//! | [`source`] | ids, paths, spans, snapshots of files: leaves that every room may use |
//! | [`push`] | what git passes to the hook |
//! | [`git`] | objects, trees, history and refs of the repository |
//! | [`manifest`] | objects of a YAML or JSON file, every value with its span |
//! | [`kube`] | typed views: identities, images, pod templates, policy rules |
//! | [`units`] | what a file is, and what deploys it |
//! | [`render`] | which files are deployed, alone or together |
//! | [`world`] | both revisions of the cluster, and what differs |
//! | [`access`] | who may do what |
//! | [`schema`] | Kubernetes' schemas and the repository's own |
//! | [`validation`] | what the API server refuses by rules written as code |
//! | [`signature`] | who signed a commit |
//! | [`owners`] | whose approval a path needs |
//! | [`approval`] | whose approval it has |
//! | [`forge`] | what a pull request's forge knows of it |
//! | [`evidence`] | all that is known besides manifests |
//! | [`policy`] | what is guarded, enforced and waived |
//! | [`finding`] | one thing that is wrong |
//! | [`checks`] | the code that finds it |
//! | [`verdict`] | accept, reject or undecided |
//! | [`report`] | the verdict for people and programs |
//!
//! [`pipeline`] shows the whole way on one page, [`commands`] composes the rooms for each subcommand
//! of [`cli`].

pub mod access;
pub mod approval;
pub mod checks;
pub mod cli;
pub mod commands;
pub mod evidence;
pub mod finding;
pub mod forge;
pub mod git;
pub mod kube;
pub mod manifest;
pub mod owners;
pub mod pipeline;
pub mod policy;
pub mod push;
pub mod render;
pub mod report;
pub mod schema;
pub mod signature;
pub mod source;
pub mod units;
pub mod validation;
pub mod verdict;
pub mod world;

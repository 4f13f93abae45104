//! portcullis judges what a Git push would make of a Kubernetes cluster, before it lands.
//!
//! The rooms, in the order in which data flows:
//!
//! | room | gives |
//! |---|---|
//! | [`host`] | what a Git host says of a push, and its API of a pull request |
//! | [`push`] | what git passes to the hook |
//! | [`git`] | objects, trees, history and refs of the repository |
//! | [`units`] | what a file is, and what deploys it |
//! | [`render`] | which files are deployed, alone or together |
//! | [`world`] | both revisions of the cluster, and what differs |
//! | [`access`] | who may do what |
//! | [`approval`] | whose approval it has |
//! | [`automation`] | the versions that a program moved forward |
//! | [`evidence`] | all that is known besides manifests |
//! | [`policy`] | what is guarded, enforced and waived |
//! | [`finding`] | one thing that is wrong |
//! | [`governance`] | the policy, keys, owners and waivers of a repository and its server |
//! | [`gate`] | a run over a repository: refs, evidence and trust files, for hooks and pull requests alike |
//! | [`checks`] | the code that finds it |
//! | [`verdict`] | accept, reject or undecided |
//! | [`report`] | the verdict for people and programs |
//! | [`hook`], [`pull_request`], [`unpushed`] | the three ways in which a change arrives: a push, a pull request, or none |
//! | [`statements`], [`waivers`], [`rescue`], [`import`] | what people sign, accept and repair |
//! | [`install`], [`server_place`], [`self_test`], [`forge_settings`] | the gate's own installation: hooks, their proof, a forge's rules |
//! | [`git_program`], [`demo`] | the git program, and a repository to try the gate in |
//!
//! The engines below them know nothing of the gate, and each is a crate of its own under `crates/`:
//!
//! | crate | gives |
//! |---|---|
//! | [`source_files`] | ids, paths, spans, snapshots of files: leaves that every room may use |
//! | [`kube_manifest`] | objects of a YAML or JSON file, every value with its span |
//! | [`kube_model`] | typed views: identities, images, pod templates, policy rules |
//! | [`kube_schema`] | what the API server accepts: schemas, definitions and rules written as code |
//! | [`git_trust`] | strict commits and tags, and who signed them |
//! | [`codeowners`] | whose approval a path needs |
//!
//! [`pipeline`] shows the whole way on one page, [`commands`] composes the rooms for each subcommand
//! of [`cli`].

pub mod access;
pub mod approval;
pub mod automation;
pub mod checks;
#[cfg(feature = "program")]
pub mod cli;
#[cfg(feature = "program")]
pub mod commands;
#[cfg(feature = "program")]
pub mod demo;
pub mod evidence;
pub mod finding;
#[cfg(feature = "program")]
pub mod forge_settings;
#[cfg(feature = "program")]
pub mod gate;
#[cfg(feature = "program")]
pub mod git;
#[cfg(feature = "program")]
pub mod git_program;
#[cfg(feature = "program")]
pub mod governance;
#[cfg(feature = "program")]
pub mod hook;
pub mod host;
#[cfg(feature = "program")]
pub mod import;
#[cfg(feature = "program")]
pub mod install;
pub mod pipeline;
pub mod policy;
#[cfg(feature = "program")]
pub mod pull_request;
pub mod push;
pub mod render;
pub mod report;
#[cfg(feature = "program")]
pub mod rescue;
#[cfg(feature = "program")]
pub mod self_test;
#[cfg(feature = "program")]
pub mod server_place;
#[cfg(feature = "program")]
pub mod statements;
pub mod units;
#[cfg(feature = "program")]
pub mod unpushed;
pub mod verdict;
#[cfg(feature = "program")]
pub mod waivers;
pub mod world;

//! Every test of the program from outside, in one test program: it links once. [`common`] is what they share.
//!
//! `cargo test --test it` runs them all, `cargo test --test it hooks::` those of one module. Cases and recorded answers
//! are the folders beside this one. Tests run beside each other in one process, so none changes its environment or its
//! working directory: a program that is started is given both.

// The replies of forges are nested deeply.
#![recursion_limit = "256"]

mod action;
mod architecture;
mod case_repository;
mod checks;
mod common;
mod complaints;
mod demo;
mod differential;
mod diverged;
mod doctor;
mod enforcement;
mod explain;
mod file_kinds;
mod fingerprints;
mod generated;
mod governance;
mod hooks;
mod hostile_files;
mod hosts;
mod incremental;
mod install;
mod properties;
mod pull_requests;
mod raw_objects;
mod raw_trees;
mod readings;
mod render;
mod reports;
mod shims;
mod signatures;
mod suggestions;
mod throw_away_gpg;
mod user_defined_checks;
mod validate;
mod verify_commit;
mod words;

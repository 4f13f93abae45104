//! What several test programs share.
#![allow(dead_code, reason = "every test program uses another part of it")]

pub(crate) mod case_repository;
pub(crate) mod documents;
pub(crate) mod git;
pub(crate) mod keys;
pub(crate) mod push_file;
pub(crate) mod raw_commit;
pub(crate) mod ssh_keys;
pub(crate) mod stand_ins;

//! The harness: what tests that start from a repository have in common.
//!
//! | module | gives |
//! |---|---|
//! | [`git`] | the git program without anybody's configuration; a bare repository; objects and refs as they are told |
//! | [`case_repository`] | the folder of a case as a repository and a push that is about to be judged |
//! | [`push_file`] | how a case is pushed: its `push.yaml` |
//! | [`objects`] | objects and refs that are stored without starting git |
//! | [`raw_commit`] | commits and tags byte by byte, signed or malformed as an entry of `push.yaml` says |
//! | [`keys`] | the people of the cases, who sign with OpenPGP keys that are made once for the test program |
//! | [`ssh_keys`] | SSH keys, their signatures, allowed signers and revocation lists |
//! | [`stand_ins`] | a report in which ids and fingerprints are the same in every run |
//! | [`installation`] | a server's folder with a repository, a clone that pushes, and hooks that are installed |
//! | [`programs`] | shell scripts that stand in for a hook, git or gpg |
//! | [`replies`] | a forge that answers from a list; `pull_requests` has one that behaves like GitHub |
//! | [`pool`] | many pieces of one test beside each other |
//! | [`documents`] | paths of the project, and documents that are generated |
//!
//! In: what a test says. Out: folders that go away when they are dropped. Never: the environment, the working
//! directory, the keys or the configuration of whoever runs the tests; a network beyond this machine.

pub(crate) mod case_repository;
pub(crate) mod documents;
pub(crate) mod git;
pub(crate) mod installation;
pub(crate) mod keys;
pub(crate) mod objects;
pub(crate) mod pool;
pub(crate) mod programs;
pub(crate) mod push_file;
pub(crate) mod raw_commit;
pub(crate) mod replies;
pub(crate) mod ssh_keys;
pub(crate) mod stand_ins;

//! Git: what a repository holds, read without trusting it.
//!
//! In: bytes of git objects. Out: their parts. Never: judges, writes or talks to a network.

pub mod raw;

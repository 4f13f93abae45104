//! Real pushes into real bare repositories, with portcullis as their hook, told as a user would.

mod common;

/// One file a subject; `server`, `checkout` and `manifests` are what the others are told with.
mod hooks {
    mod checkout;
    mod manifests;
    mod merges;
    mod refs;
    mod server;
    mod tags;
}

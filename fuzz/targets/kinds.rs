//! The decision what a file is: random names, wrappings and neighbours of a binding to cluster-admin.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::kinds;

fuzz_target!(|bytes: &[u8]| kinds::binding_is_found(bytes));

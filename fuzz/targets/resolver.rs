//! One scalar in the positions and styles that a manifest has for it.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::positions;

fuzz_target!(|text: &str| positions::agree(text));

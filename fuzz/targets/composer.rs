//! Text of one or more documents: what the composer and both readings make of their structure.

#![no_main]

use libfuzzer_sys::fuzz_target;
use kube_manifest::{Limits, parse};
use portcullis_fuzz::{places, printing, shortcut, ways};

fuzz_target!(|text: &str| {
    let manifest = parse(text.as_bytes().to_vec(), &Limits::default());
    places::all_inside(&manifest);
    printing::reads_back(&manifest);
    shortcut::is_right(text, &manifest);
    ways::agree(text, &manifest);
});

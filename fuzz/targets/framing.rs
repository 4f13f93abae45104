//! Any bytes: how a file is decoded and split into documents.

#![no_main]

use libfuzzer_sys::fuzz_target;
use kube_manifest::{Limits, documents, parse};
use portcullis_fuzz::places;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let manifest = parse(bytes.to_vec(), &limits);
    places::all_inside(&manifest);
    let (source, roots, problems) = documents(bytes.to_vec(), &limits);
    roots.iter().for_each(|root| places::inside(root, &source));
    problems.iter().for_each(|problem| places::is_place(problem.span, &source));
});

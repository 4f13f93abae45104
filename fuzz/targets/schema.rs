//! Two revisions of one file, through every check: schemas, definitions of custom resources and the
//! API server's own rules among them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use portcullis_fuzz::judging;

fuzz_target!(|text: &str| judging::ends(text));

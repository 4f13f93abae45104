//! Single rooms: reading manifests, validating objects. `cargo bench --bench rooms`.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]

#[expect(dead_code, reason = "only the generated manifests are used here")]
mod repository;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use portcullis::manifest::{Limits, parse};

fn main() {
    divan::main();
}

fn stream(manifests: usize) -> String {
    let documents: Vec<String> = (0..manifests).map(repository::manifest).collect();
    documents.join("---\n")
}

/// Bytes a second of one core, spans and scalars resolved.
#[divan::bench(args = [1, 100, 1000])]
fn read_manifests(bencher: Bencher<'_, '_>, manifests: usize) {
    let text = stream(manifests);
    bencher
        .counter(BytesCount::new(text.len()))
        .counter(ItemsCount::new(manifests))
        .with_inputs(|| text.clone().into_bytes())
        .bench_values(|bytes| parse(bytes, &Limits::default()));
}

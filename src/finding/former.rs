//! The sentences of version 0.1, which its fingerprints hash.
//!
//! In: a sentence as it is worded now. Out: the same sentence in the words of version 0.1. Never: decides or shows
//! anything. The file goes away with the release that no longer accepts fingerprints of version 0.1.

/// What a sentence says now and what it said in version 0.1. The first entry that fits a place counts, so that longer
/// texts come first. Each entry is about the words of the sentence only, never about a value that is quoted in it.
const REWORDED: &[(&str, &str)] = &[];

/// A sentence as version 0.1 had it.
pub(super) fn former_sentence(sentence: &str) -> String {
    let mut former = sentence.to_owned();
    for (now, then) in REWORDED {
        former = former.replace(now, then);
    }
    former
}

//! What a file is called and what names it hides nothing: the property of the fuzz target `kinds`, over every
//! combination of names, wrappings and neighbours and over random text around them.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "clippy exempts test functions only, not what they call"
)]

#[path = "../../fuzz/src/kinds.rs"]
mod kinds;

use proptest::prelude::{ProptestConfig, any, proptest};

#[test]
fn a_binding_is_found_under_every_name_and_beside_every_neighbour() {
    for path in 0..14 {
        for binding in 0..8 {
            for companions in [0, 1, 2, 3, 4, 8, 16, 32, 64, 127] {
                kinds::binding_is_found(&[path, binding, companions, companions]);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn text_around_it_hides_nothing(
        choices in any::<[u8; 4]>(),
        text in "[ -~\n\u{1}{}\\[\\]:&*!|>\"']{0,80}",
    ) {
        kinds::binding_is_found(&[choices.as_slice(), text.as_bytes()].concat());
    }
}

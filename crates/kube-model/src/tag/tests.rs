//! Orders and moves of tags.

use super::*;

fn order(earlier: &str, later: &str) -> Order {
    Tag::parse(later).against(&Tag::parse(earlier))
}

#[test]
fn versions_of_one_family_and_flavour_are_ordered() {
    let rising = [
        ("1.2.3", "1.2.10"),
        ("v1.9.0", "1.10.0"),
        ("1.2.3-rc.1", "1.2.3"),
        ("1.2.3-rc.2", "1.2.3-rc.10"),
        ("3.7.0b1", "3.7.0"),
        ("1.2.3-alpha", "1.2.3-beta.1"),
        ("1.24", "1.25.3"),
        ("15", "16"),
        ("999", "1000"),
        ("1.25.3-alpine3.18", "1.25.4-alpine3.17"),
        ("1.25.3-alpine3.18", "1.25.3-alpine3.19"),
        ("1.2.3-debian-12-r3", "1.2.3-debian-12-r12"),
        ("1.1.5-99", "1.1.5-100"),
        ("20240721", "20240801"),
        ("2024.07", "2024.10"),
        ("2024-07-21T11-33-05", "2024-07-21T11-34-00"),
        ("20240721113305123", "20240721113305124"),
        ("main-3f2a1c0-1712345678", "main-9be77d2-1712345679"),
        ("release-1.2.3", "release-1.3.0"),
        ("build-4711", "build-4712"),
        ("4000", "b4711"),
        ("main-98", "main-120"),
        ("ls99", "ls101"),
        ("RELEASE.2023-05-04T21-44-30Z", "RELEASE.2024-02-17T01-15-57Z"),
        ("release.1-9-0", "release.2-0-0"),
        ("prod.12-3", "prod.13-1"),
        ("2.3.0-alpine", "2.4.0"),
        ("release-2.3.0", "2.4.0"),
        ("1.24.0", "1.25.3-alpine"),
        ("2023-01-01", "20240721"),
        ("1712345677", "1712345678901"),
        ("2024-04-04", "1712345678"),
        ("20240721", "2024.10.1"),
        ("1.2.0.0", "1.2.0.0.1"),
        ("17.0.8_7", "17.0.8.1_1"),
        ("17.0.8_1", "17.0.8_7"),
        ("2.0.0-alpha", "2.0.0-alpha.1"),
        ("2.0.0-canary.5", "2.0.0"),
        ("15.0.0-next", "15.0.0"),
        ("1.5.0.CR1", "1.5.0.Final"),
        ("1.5.0-RC1", "1.5.0-GA"),
        ("1.5.0.Final", "1.5.0.SP1"),
        ("4.0.9.2244", "4.0.19.2979"),
    ];
    for (earlier, later) in rising {
        assert_eq!(order(earlier, later), Order::Newer, "{earlier} {later}");
        assert_eq!(order(later, earlier), Order::Older, "{later} {earlier}");
    }
    assert_eq!(order("18.04", "18.4"), Order::Same);
    assert_eq!(order("v1.2.3", "1.2.3"), Order::Same);
    assert_eq!(order("1.5.0.Final", "1.5.0-GA"), Order::Same);
    assert_eq!(order("1.2.3-4831975", "1.2.3-1203944"), Order::Same);
}

#[test]
fn numbers_of_any_length_keep_every_digit() {
    let long = |last: &str| format!("1.2.{}{last}", "9".repeat(60));
    assert_eq!(order(&long("8"), &long("9")), Order::Newer);
    assert_eq!(order("9007199254740992.0.1", "9007199254740993.0.0"), Order::Newer);
}

#[test]
fn what_cannot_be_compared_is_not() {
    let cases = [
        ("latest", "1.2.3", Incomparable::NoVersion),
        ("3f2a1c0", "9be77d2", Incomparable::NoVersion),
        ("1.2.3", "20240721", Incomparable::Family),
        ("1.25.3-alpine", "1.25.3-bookworm", Incomparable::Flavour),
        ("1.25.3-alpine", "1.24.0-bookworm", Incomparable::Flavour),
        ("1.25.3", "1.25.3-alpine", Incomparable::Flavour),
        ("2024.07.3", "2024-07-21", Incomparable::Family),
        ("2.4.0", "4831975", Incomparable::NoVersion),
        ("4831975", "1203944", Incomparable::NoVersion),
        ("feature-120", "feature-98", Incomparable::NoVersion),
        ("OPS-77-login", "OPS-12-login", Incomparable::NoVersion),
        ("2.0.0-beta.2", "2.0.0-canary.1", Incomparable::Flavour),
        ("1.25.3", "1.25", Incomparable::Precision),
    ];
    for (earlier, later, reason) in cases {
        assert_eq!(order(earlier, later), Order::Incomparable(reason), "{earlier} {later}");
    }
}

const DIGEST_TAG: &str = "sha256-1f3a9c5e7b2d4f601f3a9c5e7b2d4f601f3a9c5e7b2d4f601f3a9c5e7b2d4f60";

#[test]
fn floating_tags_are_known() {
    for tag in ["latest", "main", "1", "1.25", "v1.25-alpine", "stable-alpine", "lts-slim", "2022-latest"] {
        assert_eq!(Tag::parse(tag).moves(), Mobility::Floating, "{tag}");
    }
    for tag in [
        "1.25.3",
        "1.25.3-alpine",
        "3f2a1c0",
        "20240721",
        "main-3f2a1c0-1712345678",
        "1.2-rc1",
        "4711",
        "RELEASE.2024-02-17T01-15-57Z",
        "release-2.3.0",
        "2.0.0-canary.1",
        "nightly-20240721",
        DIGEST_TAG,
    ] {
        assert_eq!(Tag::parse(tag).moves(), Mobility::Fixed, "{tag}");
    }
    for tag in ["blue", "feature-120"] {
        assert_eq!(Tag::parse(tag).moves(), Mobility::Unknown, "{tag}");
    }
}

//! The origins of traffic by network address.
//!
//! In: the text of an address or a range. Out: its [`TrafficOrigin`]. Never: an error; text that cannot be read counts as
//! anywhere.

use std::net::IpAddr;

/// The origin of traffic from an address or a range, in ascending width.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TrafficOrigin {
    /// Private networks only (RFC 1918, RFC 6598, RFC 4193, link-local and loopback).
    Private,
    /// Some of the internet.
    Internet,
    /// So much of the internet that it does not restrict anything.
    Anywhere,
}

/// The widest prefix of IPv4 that still restricts. Two halves of the internet are all of it.
const WIDEST_V4: u8 = 8;
const WIDEST_V6: u8 = 16;

/// Private ranges, with the length of their prefix.
const PRIVATE: &[(&str, u8)] = &[
    ("10.0.0.0", 8),
    ("172.16.0.0", 12),
    ("192.168.0.0", 16),
    ("100.64.0.0", 10),
    ("169.254.0.0", 16),
    ("127.0.0.0", 8),
    ("fc00::", 7),
    ("fe80::", 10),
    ("::1", 128),
];

/// Returns the origin of a range such as `203.0.113.0/24`. An address without a length is not a range.
pub fn origin_of_range(text: &str) -> TrafficOrigin {
    let Some((address, length)) = parse_range(text) else { return TrafficOrigin::Anywhere };
    let widest = if address.is_ipv4() { WIDEST_V4 } else { WIDEST_V6 };
    if is_private(&address, length) {
        TrafficOrigin::Private
    } else if length <= widest {
        TrafficOrigin::Anywhere
    } else {
        TrafficOrigin::Internet
    }
}

/// Returns true if all of a range lies in another one. Text that cannot be read lies in none.
pub fn lies_in(inner: &str, outer: &str) -> bool {
    match (parse_range(inner), parse_range(outer)) {
        (Some((inner, length)), Some((outer, prefix))) => {
            length >= prefix && starts_alike(&inner, &outer, prefix)
        }
        (None, _) | (_, None) => false,
    }
}

/// Parses an address and the length of its prefix.
fn parse_range(text: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = text.trim().split_once('/')?;
    let address: IpAddr = address.parse().ok()?;
    let length: u8 = length.parse().ok()?;
    (length <= count_bits(&address)).then_some((address, length))
}

/// Returns the origin of one address.
pub fn origin_of_address(text: &str) -> TrafficOrigin {
    match text.trim().parse::<IpAddr>() {
        Ok(address) if is_private(&address, count_bits(&address)) => TrafficOrigin::Private,
        Ok(_) => TrafficOrigin::Internet,
        Err(_) => TrafficOrigin::Anywhere,
    }
}

fn is_private(address: &IpAddr, length: u8) -> bool {
    PRIVATE.iter().any(|(network, prefix)| {
        let network = network.parse::<IpAddr>();
        network.is_ok_and(|network| length >= *prefix && starts_alike(&network, address, *prefix))
    })
}

fn starts_alike(left: &IpAddr, right: &IpAddr, prefix: u8) -> bool {
    match (left, right) {
        (IpAddr::V4(left), IpAddr::V4(right)) => {
            let shift = 32_u32.saturating_sub(prefix.into());
            left.to_bits().checked_shr(shift) == right.to_bits().checked_shr(shift)
        }
        (IpAddr::V6(left), IpAddr::V6(right)) => {
            let shift = 128_u32.saturating_sub(prefix.into());
            left.to_bits().checked_shr(shift) == right.to_bits().checked_shr(shift)
        }
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

fn count_bits(address: &IpAddr) -> u8 {
    if address.is_ipv4() { 32 } else { 128 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_lies_in_a_wider_one_of_its_own_kind() {
        for (inner, outer) in [
            ("203.0.113.128/25", "203.0.113.0/24"),
            ("2001:db8::/48", "2001:db8::/32"),
            ("1.2.3.4/32", "0.0.0.0/0"),
        ] {
            assert!(lies_in(inner, outer), "{inner} {outer}");
            assert!(!lies_in(outer, inner), "{outer} {inner}");
        }
        for (inner, outer) in
            [("203.0.112.0/24", "203.0.113.0/24"), ("::/0", "0.0.0.0/0"), ("x", "x"), ("", "0.0.0.0/0")]
        {
            assert!(!lies_in(inner, outer), "{inner} {outer}");
        }
    }

    #[test]
    fn halves_of_the_internet_are_the_internet_and_nonsense_is_too() {
        for wide in
            ["0.0.0.0/0", "128.0.0.0/1", "::/0", "2000::/3", "8.0.0.0/8", "10.0.0.0/7", "", "1.2.3.4", "x/8"]
        {
            assert_eq!(origin_of_range(wide), TrafficOrigin::Anywhere, "{wide}");
        }
        for private in ["10.1.0.0/16", "192.168.0.0/16", "fd00::/8", " 172.16.0.0/12 "] {
            assert_eq!(origin_of_range(private), TrafficOrigin::Private, "{private}");
        }
        assert_eq!(origin_of_range("203.0.113.0/24"), TrafficOrigin::Internet);
        assert_eq!(origin_of_range("172.15.0.0/16"), TrafficOrigin::Internet);
        assert_eq!(origin_of_address("192.168.4.1"), TrafficOrigin::Private);
        assert_eq!(origin_of_address("8.8.8.8"), TrafficOrigin::Internet);
        assert_eq!(origin_of_address("010.0.0.1"), TrafficOrigin::Anywhere);
    }
}

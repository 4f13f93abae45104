//! Addresses and ranges, as Kubernetes has always read them.
//!
//! In: a text. Out: the address or range. Never: refuses leading zeros (`010.0.0.1`), which Kubernetes keeps accepting
//! in the fields that had them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Parses an address (`ParseIPSloppy` of `k8s.io/utils/net`).
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse::<Ipv6Addr>() {
        return Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4));
    }
    let octets: Vec<u8> = text.split('.').map(octet).collect::<Option<_>>()?;
    <[u8; 4]>::try_from(octets).ok().map(|octets| IpAddr::V4(Ipv4Addr::from(octets)))
}

fn octet(text: &str) -> Option<u8> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits
        .then(|| text.trim_start_matches('0'))
        .and_then(|rest| if rest.is_empty() { Some(0) } else { rest.parse().ok() })
}

/// A range of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Range {
    bits: u128,
    width: u32,
    length: u32,
}

impl Range {
    /// Parses `address/length` (`ParseCIDRSloppy`).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (bits, width) = if address.contains(':') {
            (u128::from(address.parse::<Ipv6Addr>().ok()?), 128)
        } else {
            match parse(address)? {
                IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
                IpAddr::V6(address) => (u128::from(address), 128),
            }
        };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        let length =
            digits.then(|| length.parse::<u32>().ok()).flatten().filter(|length| *length <= width)?;
        Some(Self { bits, width, length })
    }

    /// Returns true if another range is a smaller part of this one.
    pub(super) fn strictly_contains(self, other: Self) -> bool {
        let host = self.width - self.length;
        let network = |bits: u128| bits.checked_shr(host).unwrap_or(0);
        self.width == other.width && self.length < other.length && network(self.bits) == network(other.bits)
    }
}

/// Returns the reason why an address may not be an endpoint, or `None` if it may (`ValidateNonSpecialIP`).
pub(super) fn describe_special(address: IpAddr) -> Option<&'static str> {
    let link_local = match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    };
    let multicast = match address {
        IpAddr::V4(address) => address.octets().starts_with(&[224, 0, 0]),
        IpAddr::V6(address) => address.segments().first().is_some_and(|first| first & 0xff0f == 0xff02),
    };
    if address.is_unspecified() {
        Some("which means no address")
    } else if address.is_loopback() {
        Some("which every machine uses for itself")
    } else if link_local {
        Some("which is link-local: it has a meaning on one network segment only")
    } else {
        multicast.then_some("which is link-local multicast")
    }
}

#[cfg(test)]
mod tests {
    use super::{Range, describe_special, parse};

    #[test]
    fn old_spellings_are_read_and_others_are_not() {
        for good in ["10.0.0.1", "010.000.0.1", "::1", "fd00::1", "::ffff:10.0.0.1"] {
            assert!(parse(good).is_some(), "{good}");
        }
        for bad in ["", "10.0.0", "10.0.0.256", "10.0.0.1.2", "a.b.c.d", "fe80::1%eth0", "10.0.0.-1"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
        for bad in ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/a", "::/129"] {
            assert!(Range::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn exceptions_lie_strictly_inside() {
        let range = |text| Range::parse(text).unwrap();
        assert!(range("0.0.0.0/0").strictly_contains(range("10.0.0.0/8")));
        assert!(!range("10.0.0.0/8").strictly_contains(range("10.0.0.0/8")));
        assert!(!range("10.0.0.0/8").strictly_contains(range("11.0.0.0/16")));
        assert!(!range("0.0.0.0/0").strictly_contains(range("::/64")));
        assert!(describe_special(parse("169.254.169.254").unwrap()).is_some());
        assert!(describe_special(parse("10.0.0.1").unwrap()).is_none());
    }
}

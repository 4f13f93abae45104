//! Formats of texts, as Kubernetes reads them.
//!
//! In: a string of a manifest. Out: whether it has the format: those of Kubernetes' own kinds, and the ones that a
//! custom resource definition may ask for (`apiextensions-apiserver`, `pkg/apiserver/validation/formats.go`; the
//! meaning is that of `kube-openapi/pkg/validation/strfmt`). Never: refuses what Kubernetes accepts. It is as lenient
//! as Kubernetes' own reading.

use std::sync::OnceLock;

use regex::Regex;

use super::times::{is_date, is_date_time, is_duration, is_go_time};
use kube_model::is_quantity;

/// A format and its reader.
type Format = (&'static str, fn(&str) -> bool);

/// Formats of Kubernetes' own kinds.
pub(super) const BUILT_IN: &[Format] =
    &[("quantity", is_quantity), ("byte", is_base64), ("date-time", is_go_time)];

/// Formats of custom resources, under the name without dashes by which Kubernetes looks them up. The
/// two names of Kubernetes exist since 1.34; earlier versions ignore them, as all unknown ones.
pub(super) const CUSTOM: &[Format] = &[
    ("base64", is_standard_base64),
    ("bsonobjectid", |text| text.len() == 24 && is_hexadecimal(text)),
    ("cidr", is_range),
    ("creditcard", is_credit_card),
    ("date", is_date),
    ("datetime", is_date_time),
    ("duration", is_duration),
    ("email", |text| {
        text.trim().rsplit_once('@').is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
    }),
    ("hexcolor", |text| is_colour(text.strip_prefix('#').unwrap_or(text))),
    ("hostname", is_host_name),
    ("ipv4", |text| text.contains('.') && is_address(text)),
    ("ipv6", |text| text.contains(':') && is_address(text)),
    ("isbn", |text| is_isbn10(text) || is_isbn13(text)),
    ("isbn10", is_isbn10),
    ("isbn13", is_isbn13),
    ("k8slongname", |text| text.len() <= 253 && text.split('.').all(is_name)),
    ("k8sshortname", |text| text.len() <= 63 && is_name(text)),
    ("mac", is_mac),
    ("rgbcolor", is_rgb),
    ("ssn", is_social_security_number),
    ("uri", is_request_uri),
    ("uuid", |text| is_uuid(text, None)),
    ("uuid3", |text| is_uuid(text, Some(b'3'))),
    ("uuid4", |text| is_uuid(text, Some(b'4'))),
    ("uuid5", |text| is_uuid(text, Some(b'5'))),
];

/// Recognises standard base64 with padding, as Go's `encoding/json` reads a byte slice: line ends are skipped.
pub(super) fn is_base64(text: &str) -> bool {
    let bytes: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
    let padding = bytes.iter().rev().take_while(|byte| **byte == b'=').count();
    let digits = bytes.iter().rev().skip(padding);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    bytes.len().is_multiple_of(4) && padding <= 2 && digits.into_iter().all(is_digit)
}

/// Recognises base64 on one line (`IsBase64` of `asaskevich/govalidator`, which also refuses an empty text).
fn is_standard_base64(text: &str) -> bool {
    !text.is_empty() && !text.contains(['\r', '\n']) && is_base64(text)
}

fn is_hexadecimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_colour(digits: &str) -> bool {
    matches!(digits.len(), 3 | 6) && is_hexadecimal(digits)
}

fn is_rgb(text: &str) -> bool {
    let inside = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')'));
    inside.is_some_and(|inside| {
        let parts: Vec<_> = inside.split(',').map(|part| part.trim().parse::<u8>()).collect();
        parts.len() == 3 && parts.iter().all(Result::is_ok)
    })
}

/// Recognises an address. Octets may have leading zeros, as Kubernetes still reads them.
fn is_address(text: &str) -> bool {
    let plain = text.parse::<std::net::IpAddr>().is_ok();
    let octets: Vec<_> =
        text.split('.').map(|octet| (octet.len() <= 3).then(|| octet.parse::<u8>())).collect();
    plain || (octets.len() == 4 && octets.iter().all(|octet| matches!(octet, Some(Ok(_)))))
}

fn is_range(text: &str) -> bool {
    text.split_once('/').is_some_and(|(address, length)| {
        let limit = if address.contains(':') { 128 } else { 32 };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        is_address(address) && digits && length.parse::<u8>().is_ok_and(|length| length <= limit)
    })
}

/// Recognises pairs of digits between colons or dashes, or fours between dots; 6, 8 or 20 bytes.
fn is_mac(text: &str) -> bool {
    [(':', 2), ('-', 2), ('.', 4)].into_iter().any(|(separator, width)| {
        let groups: Vec<_> = text.split(separator).collect();
        let right = groups.iter().all(|group| group.len() == width && is_hexadecimal(group));
        right && matches!(groups.len() * width, 12 | 16 | 40)
    })
}

/// Recognises a UUID. Dashes may be left out. The version is in the third group, the variant in the fourth.
fn is_uuid(text: &str, version: Option<u8>) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b'-').collect();
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    let grouped = groups.len() == 1 || groups == [8, 4, 4, 4, 12];
    let at = |index: usize| digits.get(index).copied().unwrap_or_default().to_ascii_lowercase();
    let has_variant = matches!(version, None | Some(b'3')) || matches!(at(16), b'8' | b'9' | b'a' | b'b');
    digits.len() == 32
        && digits.iter().all(u8::is_ascii_hexdigit)
        && grouped
        && version.is_none_or(|version| at(12) == version)
        && has_variant
}

/// Recognises a host name by the pattern of `kube-openapi`: the last of several parts has at least two letters.
fn is_host_name(text: &str) -> bool {
    const PATTERN: &str = r"^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$";
    static HOST: OnceLock<Option<Regex>> = OnceLock::new();
    let host = HOST.get_or_init(|| Regex::new(PATTERN).ok());
    text.len() <= 255
        && text.split('.').all(|part| part.len() <= 63)
        && host.as_ref().is_none_or(|host| host.is_match(text))
}

/// Recognises lower-case letters, digits and inner dashes.
fn is_name(text: &str) -> bool {
    let inside = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && !text.starts_with('-') && !text.ends_with('-') && text.bytes().all(inside)
}

/// Recognises a path from the root, or an address with a scheme, as Go's `url.ParseRequestURI` reads it.
fn is_request_uri(text: &str) -> bool {
    let scheme = text.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.chars().all(|next| next.is_ascii_alphanumeric() || "+-.".contains(next))
    });
    let host = text.split_once("//").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    let printable = !text.bytes().any(|byte| byte < 0x20 || byte == 0x7f);
    let mut escapes = text.split('%').skip(1);
    let escaped = escapes.all(|rest| rest.get(..2).is_some_and(is_hexadecimal));
    (text.starts_with('/') || scheme.is_some()) && printable && escaped && !host.contains(' ')
}

fn is_social_security_number(text: &str) -> bool {
    let digits: String = text.chars().filter(|next| !matches!(next, '-' | ' ')).collect();
    digits.len() == 9 && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= 11
}

fn is_credit_card(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (13..=16).contains(&digits)
}

fn is_isbn10(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).collect();
    let value = |(index, byte): (usize, &u8)| match byte {
        b'0'..=b'9' => Some(u32::from(byte - b'0')),
        b'X' if index == 9 => Some(10),
        _ => None,
    };
    let values: Option<Vec<u32>> = digits.iter().enumerate().map(value).collect();
    values.is_some_and(|values| {
        let sum: u32 = (1..).zip(&values).map(|(weight, value)| weight * value).sum();
        values.len() == 10 && sum.is_multiple_of(11)
    })
}

fn is_isbn13(text: &str) -> bool {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).collect();
    let all_digits = digits.iter().all(u8::is_ascii_digit);
    let weighed = digits.iter().zip([1, 3].into_iter().cycle());
    digits.len() == 13
        && all_digits
        && weighed.map(|(byte, weight)| u32::from(byte - b'0') * weight).sum::<u32>().is_multiple_of(10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_may_be_wrapped_and_must_be_padded() {
        assert!(is_base64("aHVudGVyMg==") && is_base64("aHVu\ndGVy\n") && is_base64(""));
        assert!(!is_base64("hunter2") && !is_base64("a===") && !is_base64("aHV=dGVy") && !is_base64("____"));
    }

    #[test]
    fn formats_of_custom_resources_accept_and_refuse() {
        let samples = [
            ("base64", "aGVsbG8=", "aGVs\nbG8="),
            ("bsonobjectid", "507f1f77bcf86cd799439011", "507f1f77"),
            ("cidr", "10.0.0.0/8", "10.0.0.0/33"),
            ("creditcard", "4111 1111 1111 1111", "4111"),
            ("date", "2026-02-28", "2026-02-30"),
            ("datetime", "2026-01-31T12:00:00Z", "2026-01-31 12:00"),
            ("duration", "1h30m", "soon"),
            ("email", "a@example.org", "a at example.org"),
            ("hexcolor", "#fff", "#ggg"),
            ("hostname", "www.example.org", "-a.example.org"),
            ("ipv4", "010.0.0.1", "10.0.0.256"),
            ("ipv6", "fd00::1", "10.0.0.1"),
            ("isbn", "978-0321751041", "978-0321751042"),
            ("isbn10", "0321751043", "0321751044"),
            ("isbn13", "9780321751041", "0321751043"),
            ("k8slongname", "a-1.b", "a..b"),
            ("k8sshortname", "a-1", "A"),
            ("mac", "00:00:5e:00:53:01", "00:00:5e:00:53"),
            ("rgbcolor", "rgb(255,255,0)", "rgb(256,0,0)"),
            ("ssn", "123-45-6789", "123-45"),
            ("uri", "https://example.org/a?b", "example.org/a"),
            ("uuid", "7d444840-9dc0-11d1-b245-5ffdce74fad2", "7d444840"),
            ("uuid3", "7d444840-9dc0-31d1-b245-5ffdce74fad2", "7d444840-9dc0-41d1-b245-5ffdce74fad2"),
            ("uuid4", "7d444840-9dc0-41d1-b245-5ffdce74fad2", "7d444840-9dc0-41d1-c245-5ffdce74fad2"),
            ("uuid5", "7d4448409dc051d1b2455ffdce74fad2", "7d4448409dc041d1b2455ffdce74fad2"),
        ];
        assert_eq!(samples.len(), CUSTOM.len());
        for (name, good, bad) in samples {
            let (_, reads) = CUSTOM.iter().find(|(known, _)| *known == name).unwrap();
            assert!(reads(good), "{name}: {good}");
            assert!(!reads(bad), "{name}: {bad}");
        }
    }
}

//! The armor of OpenPGP, from its first line to its last (RFC 9580, section 6).
//!
//! In: the lines between them. Out: bytes. Never: skips a character. Gpg and other readers skip different ones, so
//! they could read different bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const CRC_INIT: u32 = 0x00B7_04CE;
const CRC_POLYNOMIAL: u32 = 0x0186_4CFB;

/// Decodes the content of the armor. Returns `None` if it is anything but headers, an empty line, base64 and its
/// checksum.
pub(super) fn decode<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Vec<u8>> {
    let lines: Vec<&str> = lines.collect();
    let blank = lines.iter().position(|line| line.is_empty())?;
    let (headers, rest) = lines.split_at_checked(blank)?;
    let (data, checksum) = match rest.get(1..)?.split_last() {
        Some((last, data)) if last.starts_with('=') => (data, last.strip_prefix('=')),
        _ => (rest.get(1..)?, None),
    };
    if data.is_empty()
        || data.iter().any(|line| line.is_empty())
        || !headers.iter().all(|line| is_header(line))
    {
        return None;
    }
    let bytes = STANDARD.decode(data.concat()).ok()?;
    let sound = checksum.is_none_or(|text| STANDARD.decode(text).is_ok_and(|given| given == crc(&bytes)));
    sound.then_some(bytes)
}

/// Recognises headers such as `Version: GnuPG v2`.
fn is_header(line: &str) -> bool {
    let plain = line.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic());
    plain
        && line
            .split_once(": ")
            .is_some_and(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

fn crc(bytes: &[u8]) -> [u8; 3] {
    let mut crc = CRC_INIT;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= CRC_POLYNOMIAL;
            }
        }
    }
    let [_, first, second, third] = crc.to_be_bytes();
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<u8>> {
        decode(text.split('\n'))
    }

    #[test]
    fn the_checksum_is_that_of_the_standard() {
        assert_eq!(crc(b"123456789"), [0x21, 0xCF, 0x02]);
        assert_eq!(read("\nMTIzNDU2Nzg5\n=Ic8C"), Some(b"123456789".to_vec()));
        assert_eq!(read("Version: GnuPG v2\nComment: \n\nMTIz\nNDU2Nzg5"), Some(b"123456789".to_vec()));
    }

    #[test]
    fn nothing_is_passed_over() {
        for text in [
            "",
            "MTIz",
            "\n",
            "\n=Ic8C",
            "\n\nMTIz",
            " \nMTIz",
            "\t\nMTIz",
            "\nMTIz ",
            "\n MTIz",
            "\nMTIz\n",
            "\nMTI*",
            "\nMTIz\n=Ic8C",
            "\nMTIz\n=Ic8",
            "Version:\n\nMTIz",
            "word\n\nMTIz",
            "A: \u{7}\n\nMTIz",
            "\nMTIz\n=Ic8C\nMTIz",
            "\nMR==\n\n",
            "\nMTIz\r",
        ] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}

//! Finds the beginnings of signature blocks in a text.
//!
//! In: the message of a tag. Out: the offsets of lines that begin a signature. Never: reads the content of a block.

/// The first lines that git takes for a signature (`gpg-interface.c`: OpenPGP, OpenSSH, X.509).
const BEGINNINGS: [&[u8]; 4] = [
    b"-----BEGIN PGP SIGNATURE-----",
    b"-----BEGIN PGP MESSAGE-----",
    b"-----BEGIN SSH SIGNATURE-----",
    b"-----BEGIN SIGNED MESSAGE-----",
];

/// Returns the offset of every line that begins like a signature.
pub(super) fn find_beginnings(text: &[u8]) -> Vec<usize> {
    let mut offset = 0;
    let mut found = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        if BEGINNINGS.iter().any(|beginning| line.starts_with(beginning)) {
            found.push(offset);
        }
        offset += line.len();
    }
    found
}

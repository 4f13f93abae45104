//! The armor of a signature.
//!
//! In: the text that git stores as the signature. Out: [`Block`], exactly one complete block of a
//! known format. Never: picks one of several blocks, and never reads what is in it.

use super::distrust::Distrust;

/// The largest armored signature, in bytes. Git's signatures are far smaller, and post-quantum ones fit as well.
const LARGEST_SIGNATURE: usize = 64 * 1024;

/// The formats that are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignatureFormat {
    /// A detached OpenPGP signature.
    OpenPgp,
    /// OpenSSH's `PROTOCOL.sshsig`.
    Ssh,
}

impl SignatureFormat {
    fn marks(self) -> (&'static str, &'static str) {
        match self {
            Self::OpenPgp => ("-----BEGIN PGP SIGNATURE-----", "-----END PGP SIGNATURE-----"),
            Self::Ssh => ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----"),
        }
    }
}

/// One armored block with nothing before or after it.
#[derive(Debug)]
pub(super) struct Block<'a> {
    pub(super) format: SignatureFormat,
    /// The block with its first and last line.
    text: &'a str,
}

impl<'a> Block<'a> {
    /// Reads the whole text as one block.
    pub(super) fn parse(armored: &'a [u8]) -> Result<Self, Distrust> {
        if armored.len() > LARGEST_SIGNATURE {
            return Err(unreadable("it is larger than 64 KiB"));
        }
        let text = std::str::from_utf8(armored).map_err(|_| unreadable("it is not text"))?;
        // Git looks for the first line at the very beginning, so a block with blanks before it is not a signature.
        let text = text.trim_end_matches('\n');
        let mut lines = text.split('\n');
        let format = recognise_format(lines.next().unwrap_or_default())?;
        let (_, end) = format.marks();
        let marks: Vec<&str> = lines.filter(|line| line.starts_with("-----")).collect();
        if marks != [end] || !text.ends_with(end) {
            return Err(unreadable("it is not exactly one complete signature block"));
        }
        Ok(Self { format, text })
    }

    /// Returns the lines between the first and the last.
    pub(super) fn body(&self) -> impl Iterator<Item = &'a str> {
        self.text.split('\n').filter(|line| !line.starts_with("-----"))
    }
}

pub(super) fn unreadable(problem: &str) -> Distrust {
    Distrust::Unreadable(problem.to_owned())
}

/// Recognises the formats that git knows (`gpg-interface.c`).
fn recognise_format(first_line: &str) -> Result<SignatureFormat, Distrust> {
    let known = [SignatureFormat::OpenPgp, SignatureFormat::Ssh]
        .into_iter()
        .find(|format| format.marks().0 == first_line);
    known.ok_or_else(|| match first_line {
        "" => unreadable("it is empty"),
        "-----BEGIN SIGNED MESSAGE-----" => {
            Distrust::Unsupported("an X.509 certificate (S/MIME or gitsign)".to_owned())
        }
        "-----BEGIN PGP MESSAGE-----" => {
            Distrust::Unsupported("an OpenPGP message instead of a signature".to_owned())
        }
        _ => unreadable("it does not begin like an OpenPGP or SSH signature"),
    })
}

//! Advice for the author of a signature that does not count.
//!
//! In: the cause. Out: an imperative sentence. Never: decides.

use super::date::format_day;
use super::distrust::Distrust;

const OTHER_FORMAT: &str = "sign with an OpenPGP or SSH key (`git config gpg.format openpgp`, or `ssh`).";
const SIGN_AGAIN: &str = "sign again: `git commit --amend --no-edit -S`, or `git tag -f -s`.";
const SIGN_TODAY: &str = "sign again, so that the signature is a recent one: `git rebase --exec 'git commit \
                          --amend --no-edit -S' <old tip>`.";
const SIGN_WITH_GIT: &str = "sign with git itself (`git commit -S`), so that the signature is made for git.";
const SIGN_PLAINLY: &str = "sign again without critical notations or other critical additions.";
const NEWER_PROGRAM: &str = "sign again with a current version of GnuPG, Sequoia or OpenSSH.";
const TOUCH: &str = "sign again and touch the security key when it blinks.";
const CLOCK: &str = "set your computer's clock, and sign again.";
const JOIN_KEYRING: &str =
    "ask an owner of the keyring to add your public key in a separate change, then try again.";
const JOIN_SIGNERS: &str =
    "ask an owner of the allowed signers to add your public key in a separate change, then try again.";
const ALLOW_GIT: &str =
    "ask an owner of the allowed signers to allow the key to sign for git, or sign with another key.";
const ONE_CERTIFICATE: &str = "ask an owner of the keyring to keep the key in one certificate only.";
const NEW_KEY: &str = "create a new key, have it added to the trusted keys, and sign again with it.";
const STRONGER_KEY: &str = "create a new key (`ssh-keygen -t ed25519`, or `gpg --quick-generate-key`), have \
    it \
                            added to the trusted keys, and sign again with it.";
const OTHER_DATES: &str =
    "sign with a key that counts today, or ask an owner of the policy to change the dates of this one.";
const SIGNING_KEY: &str = "sign with one of your signing keys in the keyring, or have the keyring updated.";
const BIND_AGAIN: &str = "sign again. If that does not help, renew the binding of the key to its certificate \
    (`cross-certify` in `gpg --edit-key`) and have the keyring updated first.";

impl Distrust {
    /// Returns the sentence, which begins in lower case and ends with a full stop.
    pub(super) fn advice(&self) -> String {
        let sentence = match self {
            Self::Certificate(problem) => return problem.advice(),
            Self::Expired { expired, .. } => {
                let day = format_day(*expired);
                return format!(
                    "your key expired on {day}; extend it, have the keyring updated, and sign again."
                );
            }
            Self::Unsupported(_) => OTHER_FORMAT,
            Self::UnknownKey(_) => JOIN_KEYRING,
            Self::UnknownSigner(_) => JOIN_SIGNERS,
            Self::Revoked(_) => NEW_KEY,
            Self::FromTheFuture(_) => CLOCK,
            Self::TooOld { .. } => SIGN_TODAY,
            Self::AmbiguousKey => ONE_CERTIFICATE,
            Self::WrongNamespace(_) => SIGN_WITH_GIT,
            Self::NamespaceNotAllowed(_) => ALLOW_GIT,
            Self::NotYetValid { .. } | Self::NoLongerValid { .. } => OTHER_DATES,
            Self::ShortKey { .. } | Self::Dsa(_) => STRONGER_KEY,
            Self::NoTouch(_) => TOUCH,
            Self::Unbound { .. } => BIND_AGAIN,
            Self::NotAlive(_) | Self::NotForSigning(_) => SIGNING_KEY,
            Self::NotUnderstood(_) => SIGN_PLAINLY,
            Self::Weak(_) => NEWER_PROGRAM,
            Self::Unreadable(_)
            | Self::NotSingle(_)
            | Self::WrongType
            | Self::Incomplete(_)
            | Self::SignatureExpired
            | Self::Mismatch => SIGN_AGAIN,
        };
        sentence.to_owned()
    }
}

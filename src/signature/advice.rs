//! What the author of a signature that does not count should do.
//!
//! In: the cause. Out: an imperative sentence. Never: decides.

use super::date::day;
use super::distrust::Distrust;

const SIGN_AGAIN: &str = "sign again: `git commit --amend --no-edit -S`, or `git tag -f -s`.";

impl Distrust {
    /// The sentence, which begins in lower case and ends with a full stop.
    pub(super) fn advice(&self) -> String {
        let fixed = match self {
            Self::Expired { expired, .. } => {
                let day = day(*expired);
                return format!(
                    "your key expired on {day}; extend it, have the keyring updated, and sign again."
                );
            }
            Self::Certificate(problem) => return problem.advice(),
            Self::Unsupported(_) => {
                "sign with an OpenPGP or SSH key (`git config gpg.format openpgp`, or `ssh`)."
            }
            Self::UnknownKey(_) => {
                "ask an owner of the keyring to add your public key in its own push, then push again."
            }
            Self::UnknownSigner(_) => {
                "ask an owner of the allowed signers to add your public key in its own push, then push again."
            }
            Self::Revoked(_) => "make a new key, have it added to the trusted keys, and sign again with it.",
            Self::FromTheFuture(_) => "set your computer's clock, and sign again.",
            Self::TooOld { .. } => {
                "sign again, so that the signature is a recent one: `git rebase --exec 'git commit --amend \
                 --no-edit -S' <old tip>`."
            }
            Self::AmbiguousKey => "ask an owner of the keyring to keep the key in one certificate only.",
            Self::WrongNamespace(_) => {
                "sign with git itself (`git commit -S`), which makes signatures for git and nothing else."
            }
            Self::NamespaceNotAllowed(_) => {
                "ask an owner of the allowed signers to let the key sign for git, or sign with another key."
            }
            Self::NotYetValid { .. } | Self::NoLongerValid { .. } => {
                "sign with a key that counts today, or ask an owner of the policy to change the dates of this one."
            }
            Self::ShortKey { .. } | Self::Dsa(_) => {
                "make a new key (`ssh-keygen -t ed25519`, or `gpg --quick-generate-key`), have it added to \
                 the trusted keys, and sign again with it."
            }
            Self::NoTouch(_) => "sign again and touch the security key when it blinks.",
            Self::Unbound { .. } => {
                "sign again; if that does not help, renew what binds the key to its certificate (`cross-certify` \
                 in `gpg --edit-key`) and have the keyring updated first."
            }
            Self::NotAlive(_) | Self::NotForSigning(_) => {
                "sign with a signing key of yours that the keyring holds, or have the keyring updated."
            }
            Self::NotUnderstood(_) => {
                "sign again without notations and other additions that are marked critical."
            }
            Self::Weak(_) => "sign again with a current version of GnuPG, Sequoia or OpenSSH.",
            Self::Unreadable(_)
            | Self::NotSingle(_)
            | Self::WrongType
            | Self::Incomplete(_)
            | Self::SignatureExpired
            | Self::Mismatch => SIGN_AGAIN,
        };
        fixed.to_owned()
    }
}

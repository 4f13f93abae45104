//! Judges signatures by the policy: by trusted keys, on its terms, by the right person.

use std::time::{Duration, SystemTime};

use crate::evidence::Evidence;
use crate::governance::KeysError;
use crate::policy::{CommitterRule, ForgeUse, PersonEntry, SignatureRules, signer};
use git_trust::raw::{RawCommit, RawPerson, RawTag};
use git_trust::{KeyFacts, KeyFingerprint, KeyStanding, Received, SignatureStatus, TrustedKeys};

/// How signatures are judged here.
#[derive(Debug)]
pub(super) enum Signatures {
    /// No layer of the policy asks for them.
    NotDemanded,
    /// By these keys and rules.
    Judged(Box<Judged>),
}

/// The keys, rules and people that signatures are judged by.
#[derive(Debug)]
pub(super) struct Judged {
    /// The trusted keys, or why they are missing.
    pub(super) trusted: Result<TrustedKeys, KeysError>,
    pub(super) rules: SignatureRules,
    /// The people of the governing policy.
    pub(super) people: Vec<PersonEntry>,
    /// The keys as the change leaves them, if it changes nothing else: the holder of an expired key may bring the
    /// extended one, and its owners decide.
    pub(super) renewed: Option<TrustedKeys>,
    /// The server's clock.
    pub(super) now: SystemTime,
}

impl Signatures {
    /// A malformed object has no payload, and so no signature that could be good.
    pub(super) fn of_malformed(&self) -> Evidence<SignatureStatus> {
        match self {
            Self::NotDemanded => Evidence::NotEvaluatedHere,
            Self::Judged(_) => Evidence::Unavailable("what it signs is malformed".to_owned()),
        }
    }

    /// The signature of a commit. The policy may require that its committer is the signer.
    pub(super) fn of_commit(&self, commit: &RawCommit) -> Evidence<SignatureStatus> {
        match self {
            Self::NotDemanded => Evidence::NotEvaluatedHere,
            Self::Judged(judged) => judged.of_commit(commit),
        }
    }

    /// The signature of an annotated tag; a forge makes none.
    pub(super) fn of_tag(&self, tag: &RawTag) -> Evidence<SignatureStatus> {
        match self {
            Self::NotDemanded => Evidence::NotEvaluatedHere,
            Self::Judged(judged) => {
                let status = judged.status(&tag.payload, tag.signature.as_deref(), &tag.tagger);
                judged.person(status, &tag.tagger, Made::AsTag)
            }
        }
    }
}

/// The kind of object that was signed, as far as a forge's key may sign it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Made {
    /// A merge, squash or rebase: what it may contain is looked at apart.
    AsCommit,
    AsTag,
}

impl Judged {
    fn of_commit(&self, commit: &RawCommit) -> Evidence<SignatureStatus> {
        let status = self.status(&commit.payload, commit.signature.as_deref(), &commit.committer);
        self.person(status, &commit.committer, Made::AsCommit)
    }

    fn status(
        &self,
        payload: &[u8],
        signature: Option<&[u8]>,
        claimed_by: &RawPerson,
    ) -> Evidence<SignatureStatus> {
        match (&self.trusted, signature) {
            (_, None) => Evidence::Known(SignatureStatus::Unsigned),
            (Err(reason), Some(_)) => Evidence::Unavailable(reason.to_string()),
            (Ok(trusted), Some(signature)) => {
                let claimed = SystemTime::UNIX_EPOCH + Duration::from_secs(claimed_by.seconds);
                let received = Received { claimed, now: self.now };
                let status = trusted.verify_new(payload, signature, received);
                Evidence::Known(self.renewed_status(trusted, payload, signature, received).unwrap_or(status))
            }
        }
    }

    /// The status by the renewed keys, if the signer's key is one that expired and no other.
    fn renewed_status(
        &self,
        trusted: &TrustedKeys,
        payload: &[u8],
        signature: &[u8],
        received: Received,
    ) -> Option<SignatureStatus> {
        let status = self.renewed.as_ref()?.verify_new(payload, signature, received);
        let SignatureStatus::Trusted { key, .. } = &status else { return None };
        let is_expired = |facts: &KeyFacts| match facts.standing {
            KeyStanding::Expired(_) => facts.key == *key,
            KeyStanding::Good(_) | KeyStanding::Revoked | KeyStanding::Unfit(_) => false,
        };
        trusted.inventory(received.now).iter().any(is_expired).then_some(status)
    }

    /// A good signature counts only for who may have made it.
    fn person(
        &self,
        status: Evidence<SignatureStatus>,
        claimed: &RawPerson,
        made: Made,
    ) -> Evidence<SignatureStatus> {
        let Evidence::Known(status) = status else { return status };
        Evidence::Known(match &status {
            SignatureStatus::Forge { key } => self.forge(key, made),
            SignatureStatus::Trusted { key, .. } => match self.rules.committer {
                CommitterRule::Any => status,
                CommitterRule::Signer => self.committer(&key.clone(), status, claimed),
            },
            SignatureStatus::Unsigned | SignatureStatus::Untrusted { .. } => status,
        })
    }

    fn forge(&self, key: &KeyFingerprint, made: Made) -> SignatureStatus {
        match (self.rules.forge, made) {
            (ForgeUse::Merges, Made::AsCommit) => SignatureStatus::Forge { key: key.clone() },
            (ForgeUse::Merges, Made::AsTag) => untrusted(
                "forgeKeyOfATag",
                format!("was made by the forge's own key {key}, which counts for merge commits only"),
                "make the tag on your own machine, sign it with your own key, and push it.",
            ),
            (ForgeUse::Never, _) => untrusted(
                "forgeKey",
                format!(
                    "was made by the forge's own key {key}, which does not identify the author of the \
                    change"
                ),
                "make the change or the merge on your own machine, sign it with your own key, and push it.",
            ),
        }
    }

    /// Text that names another person than the signer contradicts the signature; text that names the
    /// signer proves nothing beyond it.
    fn committer(
        &self,
        key: &KeyFingerprint,
        status: SignatureStatus,
        claimed: &RawPerson,
    ) -> SignatureStatus {
        let email = String::from_utf8_lossy(&claimed.email);
        match signer(&self.people, &status) {
            Some(person) if person.has_email(&email) => status,
            Some(person) => untrusted(
                "otherCommitter",
                format!(
                    "is {}'s, whose addresses do not include `{email}`, which the object names",
                    person.name
                ),
                "set `git config user.email` to an address that the policy lists for you, and make it again.",
            ),
            None => untrusted(
                "nobodysKey",
                format!(
                    "was made by key {key}, which does not belong to a person in `people:` of the \
                    policy"
                ),
                "ask an owner of the policy to list your key and your address under `people:`.",
            ),
        }
    }
}

fn untrusted(cause: &'static str, reason: String, advice: &str) -> SignatureStatus {
    SignatureStatus::Untrusted { cause, reason, advice: advice.to_owned() }
}

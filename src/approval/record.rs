//! A statement that is in the repository: is it genuine?
//!
//! In: a strictly parsed tag, the worth of its signature, the policy's people. Out: [`Record`], or why it
//! is not a valid statement. Never: says what it counts for (that is `standing`), or believes the tagger line.

use thiserror::Error;

use super::people::{approver_of_account, approver_of_person};
use super::statement::{Statement, StatementError};
use crate::evidence::Purpose;
use crate::policy::{self, PersonEntry};
use codeowners::Approver;
use git_trust::SignatureStatus;
use source_files::ObjectId;

/// A tag object, as the strict parser of the git room reads it.
#[derive(Debug)]
pub struct SignedTag<'a> {
    /// The object.
    pub id: ObjectId,
    /// The ref that it is at, or is pushed as.
    pub ref_name: &'a str,
    /// The name inside.
    pub name: &'a str,
    /// The message, without the signature.
    pub message: &'a [u8],
    /// The commit that it points to.
    pub commit: ObjectId,
    /// The tree of that commit.
    pub tree: ObjectId,
    /// The state of its signature.
    pub signature: SignatureStatus,
}

/// A genuine statement.
#[derive(Clone, Debug)]
pub struct Record {
    /// The tag object.
    pub object: ObjectId,
    /// The commit that it points to. Its tree is the one that the content names.
    pub commit: ObjectId,
    /// The content that was signed.
    pub statement: Statement,
    /// The signer.
    pub approver: Approver,
}

/// Why a tag under `refs/approvals/` is not a statement of anyone. Displays as a sentence about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotGenuine {
    /// The object is not what `portcullis approve` makes.
    #[error("it is not a signed tag as `portcullis approve` creates it: {0}")]
    Object(String),
    /// The name inside the tag.
    #[error("the tag calls itself `{0}` and not `{1}`")]
    Name(String, &'static str),
    /// The text.
    #[error("its text is not a statement: {0}")]
    Text(#[from] StatementError),
    /// The ref.
    #[error("it belongs at {0}")]
    Place(String),
    /// The commit beside the text.
    #[error("it points to a commit with tree {found}, but its text names tree {stated}")]
    Tree {
        /// The tree of the commit.
        found: ObjectId,
        /// The tree of the text.
        stated: ObjectId,
    },
    /// No one signed it.
    #[error("it is not signed")]
    Unsigned,
    /// The signature.
    #[error("its signature {0}")]
    Untrusted(String),
    /// A trusted key of no one.
    #[error("its key {0} does not belong to a person in `people` of the policy")]
    Nobody(String),
    /// A trusted key of a program.
    #[error("it was signed by {0}, which is a program (`bot: true`) and cannot approve")]
    Program(String),
    /// A review that a person states who is not asked to.
    #[error("it states a review, and {0} is not among the policy's `approvals.issuers`")]
    Issuer(String),
    /// A review by a program, or by an account that several people claim.
    #[error("it states a review by {0}, an account that no person in the policy has")]
    Reviewer(String),
}

impl Record {
    /// Reads a tag.
    /// `issuers` are those who may state the reviews of others.
    pub fn of(tag: SignedTag<'_>, people: &[PersonEntry], issuers: &[String]) -> Result<Self, NotGenuine> {
        let statement = Statement::parse(tag.message)?;
        let name = statement.purpose.tag_name();
        if tag.name != name {
            return Err(NotGenuine::Name(tag.name.to_owned(), name));
        }
        let place = statement.stored_as(&tag.id);
        if tag.ref_name != place {
            return Err(NotGenuine::Place(place));
        }
        if tag.tree != statement.tree {
            return Err(NotGenuine::Tree { found: tag.tree, stated: statement.tree });
        }
        let approver = match statement.purpose {
            Purpose::Approval | Purpose::Override => signer(&tag.signature, people)?,
            Purpose::Review => reviewer(&tag.signature, &statement, people, issuers)?,
        };
        Ok(Self { object: tag.id, commit: tag.commit, statement, approver })
    }
}

/// The reviewer, as stated by a person that `approvals.issuers` allows to state reviews.
fn reviewer(
    signature: &SignatureStatus,
    statement: &Statement,
    people: &[PersonEntry],
    issuers: &[String],
) -> Result<Approver, NotGenuine> {
    let issuer = signed_by(signature, people)?;
    if !issuers.contains(&issuer.name) {
        return Err(NotGenuine::Issuer(issuer.name.clone()));
    }
    let account = statement.reviewer.first().cloned().unwrap_or_default();
    let reviewer = approver_of_account(people, &account, &statement.reviewer);
    reviewer.ok_or(NotGenuine::Reviewer(account))
}

fn signer(signature: &SignatureStatus, people: &[PersonEntry]) -> Result<Approver, NotGenuine> {
    let person = signed_by(signature, people)?;
    if person.bot { Err(NotGenuine::Program(person.name.clone())) } else { Ok(approver_of_person(person)) }
}

fn signed_by<'a>(
    signature: &SignatureStatus,
    people: &'a [PersonEntry],
) -> Result<&'a PersonEntry, NotGenuine> {
    match signature {
        SignatureStatus::Unsigned => Err(NotGenuine::Unsigned),
        SignatureStatus::Untrusted { reason, .. } => Err(NotGenuine::Untrusted(reason.clone())),
        SignatureStatus::Forge { key } => Err(NotGenuine::Untrusted(format!(
            "was made by the forge's own key {key}, which does not identify a person"
        ))),
        SignatureStatus::Trusted { key, .. } => {
            policy::signer(people, signature).ok_or_else(|| NotGenuine::Nobody(key.to_string()))
        }
    }
}

//! Statements that nobody made: forged, reworded, or signed twice.

use crate::common::git::Failure;
use crate::common::keys::{TODAY, person};
use crate::hooks::approvals::{approve, clone_of, proposal, push_text, server, text};
use crate::hooks::checkout::{Checkout, Push};
use crate::hooks::manifests::{NODE_PORT, SERVICE_PATH, SETTINGS};
use crate::hooks::server::Server;

pub(super) const SETTINGS_PATH: &str = "prod/settings.yaml";
pub(super) const APPROVAL: &str = "portcullis-approval";

/// Mallory has proposed a change of what Alice owns.
pub(super) fn proposed(more: &str) -> Result<(Server, Checkout, Checkout), Failure> {
    let server = server(1, more)?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    alice.git.run(&["fetch", "--quiet", "origin"], b"")?;
    Ok((server, alice, mallory))
}

/// A tag object made byte by byte, with the signatures of the named people one behind the other.
fn tag(
    clone: &Checkout,
    (kind, target): (&str, &str),
    text: &str,
    signers: &[&str],
) -> Result<String, Failure> {
    let headers = format!("object {target}\ntype {kind}\ntag {APPROVAL}\n");
    let payload = format!("{headers}tagger alice <alice@example.com> {TODAY} +0000\n\n{text}").into_bytes();
    let signatures = signers.iter().map(|name| person(name)?.sign(&payload));
    let signatures = signatures.collect::<Result<Vec<_>, _>>()?.concat();
    clone.git.store("tag", &[payload, signatures].concat())
}

/// Pushes a tag object to where a statement about the proposal belongs.
fn push_tag(clone: &Checkout, object: &str) -> Result<Push, Failure> {
    let tree = clone.git.run(&["rev-parse", "origin/proposal^{tree}"], b"")?;
    clone.push(&[&format!("{object}:refs/approvals/heads/main/{tree}/{object}")])
}

/// The text asks for an override and the name inside the tag for an approval, in the hope that each is
/// read by another part of the gate.
#[test]
fn an_override_that_calls_itself_an_approval() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("override: {people: [alice]}\n")?;
    let text = text(&alice)?.replace("portcullis approval", "portcullis override");
    let text = text.replace("reason: \n", "reason: incident\n");
    push_text(&alice, APPROVAL, &text, None)?
        .rejected(&["calls itself `portcullis-approval`", "portcullis-override"]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

/// An approval of a change with findings is taken for an override of them.
#[test]
fn an_approval_forces_nothing() -> Result<(), Failure> {
    let server = server(1, "override: {people: [alice]}\n")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SERVICE_PATH, NODE_PORT)])?;
    approve(&alice, &["--reason", "only the owner's word"])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[node-port]"]);
    push.not_told("FORCED");
    Ok(())
}

/// An override takes the place of an owner's approval of another finding: it approves nothing.
#[test]
fn an_override_by_one_of_two_is_no_approval_either() -> Result<(), Failure> {
    let server = server(1, "override: {people: [alice, bob], count: 2}\n")?;
    let (alice, mallory) = (clone_of(&server, "alice")?, clone_of(&server, "mallory")?);
    proposal(&mallory, &[(SETTINGS_PATH, SETTINGS)])?;
    approve(&alice, &["--override", "--reason", "one"])?;
    approve(&alice, &["--override", "--reason", "another"])?;
    let push = mallory.push_main()?;
    push.rejected(&["error[missing-approval]"]);
    push.not_told("FORCED");
    Ok(())
}

/// A genuine text in a tag that points to a commit with other files.
#[test]
fn a_statement_beside_another_commit() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let main = alice.git.run(&["rev-parse", "origin/main"], b"")?;
    let object = tag(&alice, ("commit", &main), &text(&alice)?, &["alice"])?;
    push_tag(&alice, &object)?.rejected(&["it points to a commit with tree", "its text names tree"]);
    Ok(())
}

/// A statement that points to another tag, which could lead anywhere.
#[test]
fn a_statement_about_a_tag() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let commit = alice.git.run(&["rev-parse", "origin/proposal"], b"")?;
    let inner = tag(&alice, ("commit", &commit), "inner\n", &[])?;
    let object = tag(&alice, ("tag", &inner), &text(&alice)?, &["alice"])?;
    push_tag(&alice, &object)?.rejected(&["not a signed tag", "does not point to a commit"]);
    Ok(())
}

/// One tag with the signatures of two people, to be counted twice or to hide a bad one behind a good one.
#[test]
fn a_statement_with_two_signatures() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let commit = alice.git.run(&["rev-parse", "origin/proposal"], b"")?;
    for signers in [["alice", "bob"], ["mallory", "alice"]] {
        let object = tag(&alice, ("commit", &commit), &text(&alice)?, &signers)?;
        push_tag(&alice, &object)?.rejected(&["not a signed tag", "2 signature blocks"]);
    }
    Ok(())
}

/// Words behind the signature, or between text and signature, that were never signed.
#[test]
fn a_statement_with_words_behind_the_signature() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let commit = alice.git.run(&["rev-parse", "origin/proposal"], b"")?;
    let signed = tag(&alice, ("commit", &commit), &text(&alice)?, &["alice"])?;
    let bytes = alice.git.run(&["cat-file", "tag", &signed], b"")?;
    let object = alice.git.store("tag", format!("{bytes}\nreason: more\n").as_bytes())?;
    push_tag(&alice, &object)?.rejected(&["must not be pushed"]);
    Ok(())
}

/// The signature of one statement below the text of another, whose expiry is later.
#[test]
fn the_signature_of_another_statement() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let commit = alice.git.run(&["rev-parse", "origin/proposal"], b"")?;
    let signed = tag(&alice, ("commit", &commit), &text(&alice)?, &["alice"])?;
    let bytes = alice.git.run(&["cat-file", "tag", &signed], b"")?;
    let later = bytes.replacen("not-after: 20", "not-after: 21", 1);
    assert_ne!(bytes, later);
    let object = alice.git.store("tag", format!("{later}\n").as_bytes())?;
    push_tag(&alice, &object)?.rejected(&["its signature"]);
    Ok(())
}

/// A statement in a note about the commit: notes are refs that everybody may write.
#[test]
fn a_statement_in_a_note() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    let text = text(&alice)?;
    mallory.git.run(&["notes", "--ref=refs/notes/approvals", "add", "-m", &text, "HEAD"], b"")?;
    let push = mallory.push(&["refs/notes/approvals", "HEAD:refs/heads/main"])?;
    push.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// A statement in the message of the commit that it is about.
#[test]
fn a_statement_in_a_commit_message() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("")?;
    let message = format!("Propose\n\n{}\nApproved-by: alice <alice@example.com>", text(&alice)?);
    mallory.git.run(&["commit", "--quiet", "--amend", "--message", &message], b"")?;
    mallory.push_main()?.rejected(&["error[missing-approval]", "1 more approval"]);
    Ok(())
}

/// The repository's name in another case, or with a space behind it.
#[test]
fn a_statement_for_a_repository_of_nearly_the_same_name() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let text = text(&alice)?;
    for name in ["ACME/prod", "acme/prod ", "acme/prod\u{200b}"] {
        let other = text.replace("repository: acme/prod\n", &format!("repository: {name}\n"));
        push_text(&alice, APPROVAL, &other, None)?.rejected(&["was given in repository"]);
    }
    Ok(())
}

/// The same words in other bytes: a byte order mark, CRLF, a second header, thousands of letters.
#[test]
fn a_statement_in_other_bytes() -> Result<(), Failure> {
    let (_server, alice, _mallory) = proposed("")?;
    let text = text(&alice)?;
    let twice = text.replace("reason: ", &format!("reason: {}", "x".repeat(9_000)));
    for (other, told) in [
        (format!("\u{feff}{text}"), "does not begin with"),
        (text.replace('\n', "\r\n"), "does not begin with"),
        (format!("{text}{text}"), "not written the way portcullis writes"),
        (twice, "larger than 8192 bytes"),
    ] {
        push_text(&alice, APPROVAL, &other, None)?.rejected(&["must not be pushed", told]);
    }
    Ok(())
}

/// A statement that would hold for longer than the policy lets any hold.
#[test]
fn a_statement_that_never_ends() -> Result<(), Failure> {
    let (_server, alice, mallory) = proposed("approvals: {maxAge: 7d}\n")?;
    let text = text(&alice)?;
    let year = text.split("not-after: ").nth(1).and_then(|rest| rest.get(..4)).ok_or("no year")?;
    let endless = text.replace(&format!("not-after: {year}"), "not-after: 9999");
    push_text(&alice, APPROVAL, &endless, None)?.rejected(&["expires later than", "approvals.maxAge"]);
    mallory.push_main()?.rejected(&["error[missing-approval]"]);
    Ok(())
}

//! Flux image automation, whose account of the host may move tags forward unsigned and without owners.

use crate::common::git::Failure;
use crate::hooks::checkout::Push;
use crate::hooks::lanes::{DEPLOYMENT, PUSH, program, push_as, push_ref_as, server};

const POLICY: &str = "flux-image-automation.yaml";
const PATH: &str = "clusters/staging/web.yaml";

fn newer() -> String {
    DEPLOYMENT.replace("shop", "staging").replace("1.8.0", "1.9.0")
}

/// What comes of one commit of Flux.
fn attempt(path: &str, text: &str) -> Result<Push, Failure> {
    let server = server(POLICY, &[])?;
    let flux = program(&server, "fluxcdbot", None)?;
    flux.commit("Update from image update automation", &[(path, text)])?;
    push_as(&flux, "fluxcdbot")
}

/// The comment that tells Flux which images may come here.
#[test]
fn a_marker_of_another_image_policy() -> Result<(), Failure> {
    let push = attempt(PATH, &newer().replace("flux-system:web", "evil:web"))?;
    push.rejected(&[
        "error[missing-approval]",
        "error[unsigned-commit]",
        "a comment, the layout or the quotes",
    ]);
    Ok(())
}

/// The same commit, pushed by somebody else.
#[test]
fn an_automatic_commit_pushed_by_somebody_else() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let mallory = program(&server, "fluxcdbot", None)?;
    mallory.commit("Update from image update automation", &[(PATH, &newer())])?;
    let push = push_as(&mallory, "mallory")?;
    push.rejected(&[
        "error[missing-approval]",
        "account mallory took part, which is not one of the `handles` of Flux",
    ]);
    Ok(())
}

/// An account that is called like the entry of the program.
#[test]
fn an_account_with_the_name_of_the_entry() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let mallory = program(&server, "flux", None)?;
    mallory.commit("Update from image update automation", &[(PATH, &newer())])?;
    push_as(&mallory, "flux")?.rejected(&["error[missing-approval]", "account flux took part"]);
    Ok(())
}

/// A page of the host, behind which a person may be.
#[test]
fn an_automatic_commit_by_a_page_of_the_host() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let flux = program(&server, "fluxcdbot", None)?;
    flux.commit("Update from image update automation", &[(PATH, &newer())])?;
    let web = [
        ("GL_ID", "user-4"),
        ("GL_USERNAME", "fluxcdbot"),
        ("GL_REPOSITORY", "project-7"),
        ("GL_PROTOCOL", "web"),
    ];
    let push = flux.run_push(&PUSH, &web)?;
    push.rejected(&["error[missing-approval]", "the host does not name the account of a `git push`"]);
    Ok(())
}

/// A server that knows no accounts, and a pusher who sets the variables of one that does.
#[test]
fn the_variables_of_a_host_that_is_not_there() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    server.guard("pre-receive", "pre-receive --host git")?;
    let mallory = program(&server, "fluxcdbot", None)?;
    mallory.commit("Update from image update automation", &[(PATH, &newer())])?;
    let push = push_as(&mallory, "fluxcdbot")?;
    push.rejected(&["error[unsigned-commit]", "the host does not name the account of a `git push`"]);
    Ok(())
}

/// A commit that somebody signed, pushed by the account of Flux.
#[test]
fn a_signed_commit_pushed_by_the_account() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let flux = program(&server, "fluxcdbot", Some("mallory"))?;
    flux.commit("Update from image update automation", &[(PATH, &newer())])?;
    let push = push_as(&flux, "fluxcdbot")?;
    push.rejected(&["error[missing-approval]", "is signed by a key that is not one of Flux"]);
    Ok(())
}

/// A commit whose author is a person, pushed by the account of Flux.
#[test]
fn a_persons_commit_pushed_by_the_account() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let flux = program(&server, "fluxcdbot", None)?;
    flux.write(PATH, newer().as_bytes())?;
    let author = "--author=Alice <alice@example.com>";
    flux.git.run(&["commit", "--quiet", "--all", author, "--message", "Update"], b"")?;
    push_as(&flux, "fluxcdbot")?
        .rejected(&["error[missing-approval]", "names alice, who is not the program"]);
    Ok(())
}

/// The image of production, which is not among the paths.
#[test]
fn an_automatic_commit_to_production() -> Result<(), Failure> {
    let text = DEPLOYMENT.replace("shop", "prod").replace("1.8.0", "1.9.0");
    let push = attempt("clusters/prod/web.yaml", &text)?;
    push.rejected(&[
        "error[missing-approval]",
        "clusters/prod/web.yaml:13: the file is not among its `paths`",
    ]);
    Ok(())
}

/// Another guarded branch, which the entry does not list.
#[test]
fn an_automatic_commit_to_another_branch() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    server.force("refs/heads/release/1", &server.tip("refs/heads/main")?)?;
    let flux = program(&server, "fluxcdbot", None)?;
    flux.commit("Update from image update automation", &[(PATH, &newer())])?;
    let push = push_ref_as(&flux, "fluxcdbot", "HEAD:refs/heads/release/1")?;
    push.rejected(&["error[missing-approval]", "error[unsigned-commit]"]);
    push_as(&flux, "fluxcdbot")?.accepted(&[]);
    Ok(())
}

/// A commit that throws away what came in between.
#[test]
fn an_automatic_commit_that_rewrites_the_branch() -> Result<(), Failure> {
    let server = server(POLICY, &[])?;
    let flux = program(&server, "fluxcdbot", None)?;
    flux.commit("Update from image update automation", &[(PATH, &newer())])?;
    push_as(&flux, "fluxcdbot")?.accepted(&[]);
    flux.git.run(&["commit", "--quiet", "--amend", "--message", "Again"], b"")?;
    push_as(&flux, "fluxcdbot")?.rejected(&["error[history-rewrite]", "error[unsigned-commit]"]);
    Ok(())
}

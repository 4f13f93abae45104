//! Trust files that became unusable without the gate: their owners repair them by push, and only them.

use crate::common::git::Failure;
use crate::hooks::approvals::{CODEOWNERS, clone_of, key_files, server, trusting_policy};
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, POLICY_PATH, SERVICE, SERVICE_PATH};
use crate::hooks::server::{File, Server};

const DAMAGED: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nbroken\n-----END PGP PUBLIC KEY BLOCK-----\n";

/// A server that accepted a push, and whose trust files an administrator changed afterwards without the gate.
struct Scene {
    server: Server,
    /// The last commit that the gate accepted.
    usable: String,
    alice: Checkout,
}

impl Scene {
    fn damaged_by(files: &[File<'_>]) -> Result<Self, Failure> {
        let (server, alice) = begin()?;
        alice.commit("Accepted", &[("notes.txt", "notes\n")])?;
        alice.push_main()?.accepted(&[]);
        let usable = server.tip("refs/heads/main")?;
        let scene = Self { server, usable, alice };
        scene.change_without_gate(files)?;
        Ok(scene)
    }

    fn change_without_gate(&self, files: &[File<'_>]) -> Result<(), Failure> {
        self.server.guard("pre-receive", "--version")?;
        self.alice.commit("Damage", files)?;
        self.alice.push_main()?.accepted(&[]);
        self.server.guard("pre-receive", "pre-receive")
    }

    fn propose(&self, files: &[File<'_>]) -> Result<(), Failure> {
        self.alice.commit("Repair", files)?;
        self.alice.push(&["--force", "HEAD:refs/heads/proposal"])?.accepted(&[]);
        Ok(())
    }

    /// A person signs a statement about the proposal, by the policy of the last usable state.
    fn approve_as(&self, person: &str) -> Result<(), Failure> {
        let clone = clone_of(&self.server, person)?;
        let arguments = ["approve", "main", "origin/proposal", "--governing", &self.usable];
        let said = clone.portcullis(&arguments)?;
        let name = said.lines().find_map(|line| line.strip_prefix("signed "));
        let name = name.ok_or_else(|| format!("nothing was signed: {said}"))?;
        clone.push(&[name])?.accepted(&[]);
        Ok(())
    }
}

/// A server on which owners are known for keys as well, and a clone of Alice.
fn begin() -> Result<(Server, Checkout), Failure> {
    let server = server(1, "")?;
    let alice = clone_of(&server, "alice")?;
    let owners = format!("{CODEOWNERS}/keys/ @alice @bob\n");
    server.guard("pre-receive", "--version")?;
    alice.commit("Owners of keys", &[(".github/CODEOWNERS", &owners)])?;
    alice.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    Ok((server, alice))
}

/// What was damaged, and what it is repaired with.
fn repaired(damage: &[File<'_>], repair: &[File<'_>]) -> Result<(), Failure> {
    let scene = Scene::damaged_by(damage)?;
    scene.propose(repair)?;
    scene.alice.push_main()?.rejected(&[
        "error[weakened-policy]",
        "judged as their repair",
        &format!("--governing {}", scene.usable),
    ]);
    scene.approve_as("bob")?;
    scene.alice.push_main()?.accepted(&["judged as their repair"]);
    scene.alice.commit("Honest", &[("notes.txt", "more notes\n")])?;
    scene.alice.push_main()?.accepted(&[]);
    Ok(())
}

/// An approved repair that is more than a repair.
fn refused(damage: &[File<'_>], repair: &[File<'_>], told: &[&str]) -> Result<(), Failure> {
    let scene = Scene::damaged_by(damage)?;
    scene.propose(repair)?;
    scene.approve_as("bob")?;
    scene.alice.push_main()?.rejected(told);
    Ok(())
}

/// A policy that cannot be read comes back as it was without anyone's approval: the owners of the last usable state approve it, and then it passes.
#[test]
fn a_policy_that_cannot_be_read_is_repaired() -> Result<(), Failure> {
    repaired(&[(POLICY_PATH, "kind: [\n")], &[(POLICY_PATH, &trusting_policy(1, "")?)])
}

/// A policy comes back with a stricter rule without approval, then with it.
#[test]
fn a_policy_is_repaired_by_a_stricter_one() -> Result<(), Failure> {
    let stricter = trusting_policy(2, "")?;
    repaired(&[(POLICY_PATH, "kind: [\n")], &[(POLICY_PATH, &stricter)])
}

/// A key that was cut off comes back without approval, then with it.
#[test]
fn a_damaged_key_is_repaired() -> Result<(), Failure> {
    let keys = key_files()?;
    let carol = keys.iter().find(|(path, _)| path == "keys/alice.asc").ok_or("no key")?;
    repaired(&[("keys/alice.asc", DAMAGED)], &[("keys/alice.asc", &carol.1)])
}

/// A list of signers with half a line comes back without approval, then with it.
#[test]
fn a_list_of_signers_that_was_damaged_is_repaired() -> Result<(), Failure> {
    let keys = key_files()?;
    let signers = keys.iter().find(|(path, _)| path == "keys/allowed_signers").ok_or("no list")?;
    repaired(&[("keys/allowed_signers", "carol\n")], &[("keys/allowed_signers", &signers.1)])
}

/// A CODEOWNERS with an invalid line comes back without approval, then with it.
#[test]
fn owners_that_cannot_be_read_are_repaired() -> Result<(), Failure> {
    let owners = format!("{CODEOWNERS}/keys/ @alice @bob\n/docs/ alice and friends\n");
    repaired(
        &[(".github/CODEOWNERS", &owners)],
        &[(".github/CODEOWNERS", &format!("{CODEOWNERS}/keys/ @alice @bob\n"))],
    )
}

/// A service becomes reachable from outside beside an approved repair.
#[test]
fn a_repair_that_changes_another_file_is_refused() -> Result<(), Failure> {
    refused(
        &[(POLICY_PATH, "kind: [\n")],
        &[(POLICY_PATH, &trusting_policy(1, "")?), (SERVICE_PATH, NODE_PORT)],
        &["error[weakened-policy]", SERVICE_PATH, "damaged trust files only"],
    )
}

/// An approved repair also trusts keys in every folder.
#[test]
fn a_repair_that_weakens_a_rule_is_refused() -> Result<(), Failure> {
    let weaker = trusting_policy(1, "")?.replace("keyring: ['keys/*.asc']", "keyring: ['**/*.asc']");
    refused(
        &[(POLICY_PATH, "kind: [\n")],
        &[(POLICY_PATH, &weaker)],
        &["error[weakened-policy]", "compared with the last usable state"],
    )
}

/// An approved repair also brings a key.
#[test]
fn a_repair_that_brings_a_key_is_refused() -> Result<(), Failure> {
    let keys = key_files()?;
    let alice = keys.iter().find(|(path, _)| path == "keys/alice.asc").ok_or("no key")?;
    refused(
        &[("keys/alice.asc", DAMAGED)],
        &[("keys/alice.asc", &alice.1), ("keys/new.asc", &alice.1)],
        &["error[weakened-policy]", "keys/new.asc", "it is not damaged"],
    )
}

/// Bob approves the repair. The administrator who damaged the file removed him from the policy.
#[test]
fn a_person_who_was_removed_since_does_not_approve() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[("keys/alice.asc", DAMAGED)])?;
    let policy = trusting_policy(1, "")?;
    let without: Vec<&str> = policy.lines().filter(|line| !line.contains("name: bob")).collect();
    scene.change_without_gate(&[(POLICY_PATH, &format!("{}\n", without.join("\n")))])?;
    let keys = key_files()?;
    let alice = keys.iter().find(|(path, _)| path == "keys/alice.asc").ok_or("no key")?;
    scene.propose(&[("keys/alice.asc", &alice.1)])?;
    let refused = scene.approve_as("bob").expect_err("a person who was removed signed").to_string();
    assert!(refused.contains("nothing was signed"), "{refused}");
    scene.alice.push_main()?.rejected(&["error[weakened-policy]"]);
    scene.approve_as("mallory")?;
    scene.alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

/// An approved change that repairs nothing.
#[test]
fn another_change_waits_for_the_repair() -> Result<(), Failure> {
    refused(
        &[(POLICY_PATH, "kind: [\n")],
        &[("prod/another.yaml", &SERVICE.replace("name: frontend\n", "name: another\n"))],
        &["until this is fixed"],
    )
}

/// Before the damage, the gate rejected a push and accepted none: the state that it found is repaired to.
#[test]
fn the_state_that_the_gate_found_is_remembered() -> Result<(), Failure> {
    let (server, alice) = begin()?;
    let usable = server.tip("refs/heads/main")?;
    alice.commit("Not approved", &[(SERVICE_PATH, NODE_PORT)])?;
    alice.push_main()?.rejected(&[]);
    alice.git.run(&["reset", "--quiet", "--hard", "HEAD~1"], b"")?;
    let scene = Scene { server, usable, alice };
    scene.change_without_gate(&[(POLICY_PATH, "kind: [\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.approve_as("bob")?;
    scene.alice.push_main()?.accepted(&["judged as their repair"]);
    Ok(())
}

/// The files were damaged before the gate ever ran, so there is no state to judge a repair by.
#[test]
fn without_a_usable_state_there_is_no_repair() -> Result<(), Failure> {
    let (server, alice) = begin()?;
    let usable = server.tip("refs/heads/main")?;
    let scene = Scene { server, usable, alice };
    scene.change_without_gate(&[(POLICY_PATH, "kind: [\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.approve_as("bob")?;
    scene.alice.push_main()?.rejected(&["portcullis rescue"]);
    Ok(())
}

/// Bob approves the repair. The administrator who damaged another file deleted his key.
#[test]
fn a_key_that_was_deleted_since_does_not_approve() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    scene.alice.git.run(&["rm", "--quiet", "keys/bob.asc"], b"")?;
    scene.change_without_gate(&[("notes.txt", "Bob left\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    let refused = scene.approve_as("bob").expect_err("a key that was deleted signed").to_string();
    assert!(refused.contains("nothing was signed"), "{refused}");
    scene.alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

/// Alice made the repair and approves it herself.
#[test]
fn the_author_of_a_repair_does_not_approve_it() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.alice.git.run(&["fetch", "--quiet", "origin"], b"")?;
    let arguments = ["approve", "main", "origin/proposal", "--governing", &scene.usable];
    let said = scene.alice.portcullis(&arguments)?;
    let name = said.lines().find_map(|line| line.strip_prefix("signed ")).ok_or("nothing was signed")?;
    scene.alice.push(&[name])?.accepted(&[]);
    scene.alice.push_main()?.rejected(&["error[weakened-policy]", "alice does not count"]);
    Ok(())
}

/// Bob approves one repair, and another one is pushed.
#[test]
fn an_approval_of_another_repair_does_not_count() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(2, "")?)])?;
    scene.approve_as("bob")?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.alice.push_main()?.rejected(&["error[weakened-policy]"]);
    Ok(())
}

/// The list of waivers changes beside an approved repair: it was not damaged.
#[test]
fn a_waiver_that_comes_with_a_repair() -> Result<(), Failure> {
    let waiver = "waivers: []\n";
    refused(
        &[(POLICY_PATH, "kind: [\n")],
        &[(POLICY_PATH, &trusting_policy(1, "")?), (".portcullis-waivers.yaml", waiver)],
        &["error[weakened-policy]", "it is not damaged"],
    )
}

/// A push writes a ref in the place where the gate keeps its own.
#[test]
fn a_ref_in_the_gates_own_place() -> Result<(), Failure> {
    let (_server, alice) = begin()?;
    alice.push(&["HEAD:refs/portcullis/accepted-tips"])?.rejected(&["error[forbidden-ref]"]);
    Ok(())
}

/// The repair of the governing branch is pushed to another protected branch.
#[test]
fn a_repair_on_another_branch() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.approve_as("bob")?;
    scene.alice.push(&["HEAD:refs/heads/release/1"])?.rejected(&["until this is fixed"]);
    Ok(())
}

/// The commit that damages the file is pushed again with its repair, from before the damage.
#[test]
fn a_repair_that_rewrites_the_branch() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    scene.alice.git.run(&["reset", "--quiet", "--hard", &scene.usable], b"")?;
    scene.alice.push(&["--force", "HEAD:refs/heads/main"])?.rejected(&["error[history-rewrite]"]);
    Ok(())
}

/// Every key has expired in the meantime, and the policy goes back to what it was beside an approved repair of them.
#[test]
fn a_policy_that_is_not_damaged_does_not_go_back() -> Result<(), Failure> {
    let keys = key_files()?;
    let alice = keys.iter().find(|(path, _)| path == "keys/alice.asc").ok_or("no key")?;
    let stricter = trusting_policy(2, "")?;
    refused(
        &[("keys/alice.asc", DAMAGED), (POLICY_PATH, &stricter)],
        &[("keys/alice.asc", &alice.1), (POLICY_PATH, &trusting_policy(1, "")?)],
        &["error[weakened-policy]", ".portcullis.yaml", "it is not damaged"],
    )
}

/// Carol's key is taken out of a list that can be read, another file is damaged, and the repair brings hers back.
#[test]
fn a_key_that_was_taken_out_does_not_come_back() -> Result<(), Failure> {
    let keys = key_files()?;
    let text = |wanted: &str| keys.iter().find(|(path, _)| path == wanted).map(|(_, text)| text.clone());
    let (signers, alice) = (text("keys/allowed_signers"), text("keys/alice.asc"));
    let (signers, alice) = (signers.ok_or("no list")?, alice.ok_or("no key")?);
    let without: Vec<&str> = signers.lines().filter(|line| !line.starts_with("carol")).collect();
    let without = format!("{}\n", without.join("\n"));
    refused(
        &[("keys/alice.asc", DAMAGED), ("keys/allowed_signers", &without)],
        &[("keys/alice.asc", &alice), ("keys/allowed_signers", &signers)],
        &["error[weakened-policy]", "keys/allowed_signers", "it is not damaged"],
    )
}

/// Bob owns the files no more, in a CODEOWNERS that can be read: his approval of the repair is not enough.
#[test]
fn an_owner_who_lost_the_files_does_not_approve() -> Result<(), Failure> {
    let scene = Scene::damaged_by(&[(POLICY_PATH, "kind: [\n")])?;
    let owners = format!("{CODEOWNERS}/keys/ @alice @bob\n")
        .replace("/.portcullis.yaml @alice @bob", "/.portcullis.yaml @mallory");
    scene.change_without_gate(&[(".github/CODEOWNERS", &owners)])?;
    scene.propose(&[(POLICY_PATH, &trusting_policy(1, "")?)])?;
    scene.approve_as("bob")?;
    scene.alice.push_main()?.rejected(&["error[weakened-policy]", "@mallory"]);
    Ok(())
}

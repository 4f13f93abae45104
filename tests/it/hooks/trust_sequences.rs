//! Random changes of trust files, with and without approvals: whatever the gate accepts leaves a state in which an
//! ordinary push and a repair pass, and nothing becomes weaker without the owners.
//!
//! `PORTCULLIS_SEQUENCES` is the number of random repositories (3 by default), `PORTCULLIS_SEED` the first seed.

#![expect(clippy::indexing_slicing, reason = "indices come from the lengths of the lists")]

use std::fmt::Write as _;

use portcullis::finding::CheckId;
use portcullis::gate::known_checks;
use portcullis::policy::{Author, Layer, weakenings};

use super::approvals::{CODEOWNERS, clone_of, server, sign, trusting_policy};
use super::checkout::Checkout;
use super::manifests::{POLICY_PATH, SERVICE};
use super::server::Server;
use crate::common::git::Failure;

const OWNERS_PATH: &str = ".github/CODEOWNERS";
const NAMES: [&str; 3] = ["alice", "bob", "mallory"];

/// Words that random edits put in the place of others.
const WORDS: [&str; 16] = [
    "@alice",
    "@bob",
    "@mallory",
    "@ghost",
    "off",
    "warn",
    "deny",
    "0",
    "2",
    "9",
    "keys/*.asc",
    "keys/none.asc",
    "main",
    "refs/heads/x",
    "[]",
    "true",
];

/// Lines that random edits add to the policy.
const LINES: [&str; 10] = [
    "checks: {rbac-escalation: {enforce: off}}\n",
    "override: {people: [mallory]}\n",
    "approvals: {issuers: [robot], maxAge: 7d}\n",
    "limits: {manifestMebibytes: 1}\n",
    "waiversMaxAge: 30d\n",
    "manifests: {exclude: ['**']}\n",
    "clusters: [{name: prod, paths: ['prod/**'], kubernetes: '1.36'}]\n",
    "profile: audit\n",
    "profile: strict\n",
    "unknownKey: true\n",
];

/// SplitMix64: the same sequence for the same seed on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound.max(1)).unwrap_or(1)).unwrap_or(0)
    }

    fn of<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }
}

/// A random edit of a text: a line goes, comes twice, or has another word.
fn edit(text: &str, random: &mut Random) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let at = random.below(lines.len());
    match random.below(4) {
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        _ => {
            let words: Vec<&str> = lines[at].split(' ').collect();
            let replaced = random.below(words.len());
            let word = random.of(&WORDS);
            let changed =
                words.iter().enumerate().map(|(index, old)| if index == replaced { word } else { old });
            lines[at] = changed.collect::<Vec<_>>().join(" ");
        }
    }
    lines.join("\n") + "\n"
}

/// The trust files after a random change.
fn change(policy: &str, random: &mut Random) -> (String, String) {
    match random.below(6) {
        0 => (POLICY_PATH.to_owned(), format!("{policy}{}", random.of(&LINES))),
        1 | 2 => (POLICY_PATH.to_owned(), edit(policy, random)),
        3 => (OWNERS_PATH.to_owned(), edit(CODEOWNERS, random)),
        4 => (format!("keys/{}.asc", random.of(&NAMES)), "-----BEGIN PGP PUBLIC KEY BLOCK-----\n".to_owned()),
        _ => ("keys/allowed_signers".to_owned(), format!("{} ssh-ed25519 AAAA\n", random.of(&NAMES))),
    }
}

/// One repository and its people.
struct Company {
    server: Server,
    people: Vec<Checkout>,
    pushes: usize,
    history: String,
}

impl Company {
    fn found() -> Result<Self, Failure> {
        let server = server(1, "")?;
        let people = NAMES.iter().map(|name| clone_of(&server, name)).collect::<Result<_, _>>()?;
        Ok(Self { server, people, pushes: 0, history: String::new() })
    }

    fn held(&self, path: &str) -> String {
        self.server.git.run(&["show", &format!("main:{path}")], b"").unwrap_or_default() + "\n"
    }

    /// Proposes files as one person, lets others approve as far as they can, and pushes. Whether the gate accepted it.
    fn propose(
        &mut self,
        author: usize,
        files: &[(&str, &str)],
        approvers: &[usize],
    ) -> Result<bool, Failure> {
        self.pushes += 1;
        let before = self.server.tip("main")?;
        let clone = &self.people[author];
        clone.git.run(&["fetch", "--quiet", "origin"], b"")?;
        clone.git.run(&["checkout", "--quiet", "--force", "-B", "work", "origin/main"], b"")?;
        clone.commit(&format!("Change {}", self.pushes), files)?;
        clone.push(&["--force", "HEAD:refs/heads/proposal"])?.accepted(&[]);
        for approver in approvers {
            let approver = &self.people[*approver];
            if let Ok(name) = sign(approver, &[]) {
                approver.push(&[&name])?;
            }
        }
        let push = self.people[author].push_main()?;
        let accepted = self.server.tip("main")? != before;
        let _ = writeln!(
            self.history,
            "{} by {author}, approved by {approvers:?}: {accepted}\n{}",
            files[0].0,
            push.said()
        );
        Ok(accepted)
    }

    /// Whether any of three people can bring files if both others approve.
    fn passes(&mut self, files: &[(&str, &str)]) -> Result<bool, Failure> {
        for (author, approvers) in [(2, [0, 1]), (0, [1, 2]), (1, [0, 2])] {
            if self.propose(author, files, &approvers)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn ordinary_push_passes(&mut self) -> Result<bool, Failure> {
        let service = SERVICE.replace("name: frontend\n", &format!("name: service-{}\n", self.pushes));
        self.passes(&[(&format!("prod/service-{}.yaml", self.pushes), &service)])
    }

    /// An administrator damages the policy without the gate, and its owners repair it by push.
    fn damage_is_repaired(&mut self) -> Result<bool, Failure> {
        let (usable, policy) = (self.server.tip("main")?, self.held(POLICY_PATH));
        self.server.guard("pre-receive", "--version")?;
        let clone = &self.people[0];
        clone.git.run(&["fetch", "--quiet", "origin"], b"")?;
        clone.git.run(&["checkout", "--quiet", "--force", "-B", "work", "origin/main"], b"")?;
        clone.commit("Damage", &[(POLICY_PATH, "kind: [\n")])?;
        clone.push_main()?.accepted(&[]);
        self.server.guard("pre-receive", "pre-receive")?;
        assert!(!self.propose(0, &[(POLICY_PATH, &policy)], &[])?, "nobody approved:\n{}", self.history);
        for approver in [1, 2] {
            if let Ok(name) = sign(&self.people[approver], &["--governing", &usable]) {
                self.people[approver].push(&[&name])?;
            }
        }
        self.people[0].push_main()?;
        Ok(self.held(POLICY_PATH) == policy)
    }

    /// Brings the owners and the policy of the beginning back, one after the other.
    fn repair_passes(&mut self, round: usize) -> Result<bool, Failure> {
        let owners = format!("{CODEOWNERS}# repaired {round}\n");
        let policy = format!("{}# repaired {round}\n", trusting_policy(1, "")?);
        Ok(self.passes(&[(OWNERS_PATH, &owners)])? && self.passes(&[(POLICY_PATH, &policy)])?)
    }
}

/// The sentences about what a policy weakens; both have been accepted, so both can be read.
fn weakened(old: &str, new: &str) -> Vec<String> {
    let layer = |text: &str| Layer::parse(POLICY_PATH, text.as_bytes(), known_checks(), Author::Repository);
    let known: &[CheckId] = known_checks().ids();
    match (layer(old), layer(new)) {
        (Ok(old), Ok(new)) => weakenings(&old, &new, known),
        (Err(_), _) | (_, Err(_)) => vec!["it cannot be read".to_owned()],
    }
}

fn play(seed: u64) -> Result<usize, Failure> {
    let mut random = Random(seed);
    let mut company = Company::found()?;
    let mut accepted = 0;
    for round in 0..6 {
        let policy = company.held(POLICY_PATH);
        let trusted =
            [OWNERS_PATH, "keys/allowed_signers", "keys/alice.asc", "keys/bob.asc", "keys/mallory.asc"];
        let before: Vec<String> = trusted.iter().map(|path| company.held(path)).collect();
        let (path, text) = change(&policy, &mut random);
        let approvers: &[usize] = [&[][..], &[0], &[0, 1], &[0, 1]][random.below(4)];
        let passed = company.propose(2, &[(&path, &text)], approvers)?;
        if !passed {
            continue;
        }
        accepted += 1;
        let after: Vec<String> = trusted.iter().map(|path| company.held(path)).collect();
        let weaker = weakened(&policy, &company.held(POLICY_PATH));
        if approvers.is_empty() {
            assert!(weaker.is_empty() && before == after, "seed {seed}: {weaker:?}\n{}", company.history);
        }
        assert!(company.ordinary_push_passes()?, "seed {seed}: no ordinary push passes\n{}", company.history);
        assert!(company.repair_passes(round)?, "seed {seed}: no repair passes\n{}", company.history);
    }
    assert!(company.damage_is_repaired()?, "seed {seed}: damage stays\n{}", company.history);
    Ok(accepted)
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn whatever_is_accepted_can_be_lived_with_and_repaired() -> Result<(), Failure> {
    let (first, count) = (number("PORTCULLIS_SEED", 1), number("PORTCULLIS_SEQUENCES", 3));
    let mut accepted = 0;
    for seed in first..first + count {
        accepted += play(seed)?;
    }
    assert!(accepted > 0, "no change was accepted, so nothing was tried");
    Ok(())
}

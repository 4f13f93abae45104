//! What is judged: the merge, by the policy of the default branch.

use super::scene::{OWNERS, POLICY, SERVICE, SETTINGS, Scene};
use crate::common::git::Failure;

const QUIET: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\n";

fn quiet() -> Result<Scene, Failure> {
    Scene::with(&[(".portcullis.yaml", QUIET), ("settings.yaml", SETTINGS)])
}

#[test]
fn a_branch_behind_its_target_is_judged_as_its_merge() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("note.txt", "text")])?;
    // What the branch lacks is no deletion, and what only the target has is not the author's.
    scene.commit("main", &["main"], &[("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(0, &["0 objects changed"]);
    Ok(())
}

#[test]
fn a_conflict_is_undecided_and_says_what_to_do() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    scene.commit("main", &["main"], &[("settings.yaml", &SETTINGS.replace("blue", "green"))])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(3, &["it conflicts with main", "merge main into its branch"]);
    assert_eq!(scene.status().ok_or("no status")?.1, "error");
    Ok(())
}

#[test]
fn a_pull_request_does_not_choose_its_policy() -> Result<(), Failure> {
    let mut scene = quiet()?;
    let off = format!("{QUIET}profile: audit\n");
    scene.commit("change", &["main"], &[(".portcullis.yaml", &off), ("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(1, &["error[public-load-balancer]", "error[weakened-policy]"]);
    Ok(())
}

/// Two edits that no merge would call a conflict, and the forge's own merge has something else in it.
#[test]
fn what_the_forge_would_merge_otherwise_is_undecided() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("note.txt", "text")])?;
    let target = scene.commit("main", &["main"], &[("other.txt", "text")])?;
    let head = scene.open(7, "change")?;
    let honest = scene.commit("scratch", &[&target, &head], &[("note.txt", "text")])?;
    scene.git.set_ref("refs/pull/7/merge", &honest)?;
    scene.run(7, &[])?.ended(0, &[]);
    let other = scene.commit("scratch", &[&target, &head], &[("note.txt", "text"), ("web.yaml", SERVICE)])?;
    scene.git.set_ref("refs/pull/7/merge", &other)?;
    scene.run(7, &[])?.ended(3, &["the forge would merge it to tree"]);
    // A merge that the forge prepared before the branch moved says nothing.
    let newer = scene.commit("change", &[&head], &[("note.txt", "more")])?;
    scene.pushed("change", &head, &newer, "ann");
    scene.show(7, "change")?;
    scene.run(7, &[])?.ended(0, &[]);
    Ok(())
}

/// The forge lists at most 3,000 files and 250 commits; what comes after them counts all the same.
#[test]
fn nothing_hides_behind_many_files_and_commits() -> Result<(), Failure> {
    let mut scene = quiet()?;
    let names: Vec<String> = (0..3100).map(|number| format!("bulk/{number:04}.txt")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "text")).collect();
    let mut tip = scene.commit("change", &["main"], &many)?;
    for number in 0..260 {
        let note = format!("{number}");
        tip = scene.commit("change", &[&tip], &[("note.txt", &note)])?;
    }
    scene.commit("change", &[&tip], &[("zz.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    scene.run(7, &[])?.ended(1, &["error[public-load-balancer]", "zz.yaml"]);
    Ok(())
}

/// The owners of another branch are those of the default branch.
#[test]
fn the_default_branch_governs_other_targets() -> Result<(), Failure> {
    let policy = format!("{POLICY}protected: [refs/heads/release/*]\n");
    let mut scene =
        Scene::with(&[(".portcullis.yaml", &policy), ("CODEOWNERS", OWNERS), ("settings.yaml", SETTINGS)])?;
    scene.commit("release/1", &["main"], &[(".portcullis.yaml", ""), ("CODEOWNERS", "")])?;
    let release = scene.tip("release/1")?;
    scene.commit("change", &[&release], &[("settings.yaml", &SETTINGS.replace("blue", "red"))])?;
    scene.open(7, "change")?;
    if let Some(pull) = scene.fake.state().pulls.get_mut(&7) {
        pull["base"]["ref"] = "release/1".into();
    }
    scene.run(7, &[])?.ended(
        1,
        &["pull request 7 into release/1", "settings.yaml needs 1 more approval by any of @ann, @bob"],
    );
    Ok(())
}

#[test]
fn the_user_s_own_repository_is_not_touched() -> Result<(), Failure> {
    let mut scene = quiet()?;
    scene.commit("change", &["main"], &[("web.yaml", SERVICE)])?;
    scene.open(7, "change")?;
    let clone = scene.path("clone");
    scene.git.run(&["clone", "--quiet", ".", &clone.display().to_string()], b"")?;
    let list = || -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let mut folders = vec![clone.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder)? {
                let path = entry?.path();
                found.push(path.display().to_string());
                folders.extend(path.is_dir().then_some(path));
            }
        }
        found.sort();
        Ok(found)
    };
    let before = list()?;
    scene.run(7, &["--repo", &clone.display().to_string()])?.ended(1, &["public-load-balancer"]);
    assert_eq!(list()?, before);
    Ok(())
}

/// `MEASURED_PROGRAM=target/release/portcullis cargo test --test it pull_requests:: -- --ignored --nocapture`
#[test]
#[ignore = "prints how long the program takes, which depends on the machine"]
#[expect(clippy::print_stdout, reason = "the times are what it is run for")]
fn three_hundred_files_among_ten_thousand() -> Result<(), Failure> {
    let text = |number: usize, colour: &str| {
        SETTINGS.replace("name: settings", &format!("name: settings-{number}")).replace("blue", colour)
    };
    let files = |numbers: std::ops::Range<usize>, colour: &str| -> Vec<(String, String)> {
        numbers.map(|number| (format!("apps/{number:05}.yaml"), text(number, colour))).collect()
    };
    let before = files(0..10_000, "blue");
    let mut all: Vec<(&str, &str)> =
        before.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    all.extend([(".portcullis.yaml", POLICY), ("CODEOWNERS", OWNERS)]);
    let mut scene = Scene::with(&all)?;
    let after = files(0..300, "red");
    let changed: Vec<(&str, &str)> =
        after.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let main = scene.tip("main")?;
    scene.commit("change", &[&main], &changed)?;
    scene.commit("main", &[&main], &[("note.txt", "text")])?;
    let head = scene.open(7, "change")?;
    scene.review(7, "bob", "APPROVED", &head);
    for _ in 0..5 {
        let begin = std::time::Instant::now();
        let ran = scene.run(7, &["--comment", "always"])?;
        let first = ran.ended(0, &["300 objects changed"]).text.lines().next().unwrap_or_default().to_owned();
        println!("{} ms in all; {first}", begin.elapsed().as_millis());
    }
    Ok(())
}

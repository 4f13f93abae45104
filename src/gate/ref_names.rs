//! Finds the ref that another one is taken for. In: the full name of a ref and a question of which refs are guarded.
//! Out: the guarded branch that git or a deployment tool may take it for. Never: reads the repository or the policy.

use std::collections::BTreeSet;

/// How git completes a short name `X` (`gitrevisions`, and `RefRevParseRules` of go-git), as what comes before and
/// after it.
const RULES: [(&str, &str); 5] = [
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// Refs that no one may push, with the reason, whatever they point to.
const FORBIDDEN: [(&str, &str); 5] = [
    ("refs/portcullis/", "the gate keeps its own records there"),
    ("refs/replace/", "replace refs make git show one object in place of another"),
    ("refs/namespaces/", "namespaces hide whole repositories of refs under names that no policy covers"),
    ("refs/remotes/", "deployment tools take `refs/remotes/X` for the branch `X`"),
    ("refs/heads/refs/", "deployment tools take `refs/heads/refs/heads/X` for the branch `X`"),
];

/// Refs that may not be deleted by push either: what git shows for other objects, or what was done to the trust files,
/// depends on them.
const FIXED: [&str; 3] = ["refs/portcullis/", "refs/replace/", "refs/namespaces/"];

/// The operation on a ref.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// It is created or moved.
    Written,
    /// It is deleted.
    Deleted,
}

/// Why a ref may not be pushed, whatever the policy says.
pub(super) fn forbidden(ref_name: &str, done: Done) -> Option<&'static str> {
    let (_, reason) = FORBIDDEN.iter().find(|(folder, _)| ref_name.starts_with(folder))?;
    let fixed = FIXED.iter().any(|folder| ref_name.starts_with(folder));
    match done {
        Done::Written => Some(reason),
        Done::Deleted => fixed.then_some(reason),
    }
}

/// The texts that may mean a ref: its full name, and what each rule completes to it.
fn short_names(ref_name: &str) -> BTreeSet<&str> {
    let of_rule = |(before, after): &(&str, &str)| ref_name.strip_prefix(before)?.strip_suffix(after);
    let short = RULES.iter().filter_map(of_rule).filter(|name| !name.is_empty());
    short.chain([ref_name]).collect()
}

/// Every other ref that a text may mean if it may mean this one.
pub(super) fn namesakes(ref_name: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for text in short_names(ref_name) {
        found.extend(RULES.iter().map(|(before, after)| format!("{before}{text}{after}")));
        found.insert(text.to_owned());
    }
    found.retain(|name| name != ref_name);
    found
}

/// The guarded branch that a ref may be taken for.
pub fn taken_for(ref_name: &str, is_guarded_branch: impl Fn(&str) -> bool) -> Option<String> {
    if short_names(ref_name).contains("HEAD") {
        return Some("HEAD".to_owned());
    }
    let branches = namesakes(ref_name).into_iter().filter(|name| name.starts_with("refs/heads/"));
    branches.into_iter().find(|name| is_guarded_branch(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_main(ref_name: &str) -> bool {
        taken_for(ref_name, |name| name == "refs/heads/main").is_some()
    }

    #[test]
    fn every_rule_of_git_is_known() {
        for name in [
            "refs/main",
            "refs/tags/main",
            "refs/remotes/main",
            "refs/remotes/main/HEAD",
            "refs/heads/heads/main",
            "refs/tags/heads/main",
            "refs/heads/refs/heads/main",
            "refs/tags/refs/heads/main",
            "refs/remotes/heads/main/HEAD",
            "refs/refs/heads/main",
        ] {
            assert!(of_main(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_taken_for_it() {
        for name in
            ["refs/heads/main", "refs/heads/main/x", "refs/heads/x/main", "refs/tags/v1", "refs/notes/main"]
        {
            assert!(!of_main(name), "{name}");
        }
    }

    #[test]
    fn head_is_a_name_of_the_deployed_branch() {
        assert!(of_main("refs/heads/HEAD") && of_main("refs/tags/HEAD"));
    }

    #[test]
    fn what_shadows_a_branch_can_be_deleted() {
        assert_eq!(forbidden("refs/remotes/main", Done::Deleted), None);
        assert!(forbidden("refs/remotes/main", Done::Written).is_some());
        assert!(forbidden("refs/replace/1", Done::Deleted).is_some());
    }
}

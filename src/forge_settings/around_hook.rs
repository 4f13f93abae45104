//! Changes of refs that a forge makes without running any hook.
//!
//! In: the policy, the rules of tags and the branches. Out: lines about the protected refs that no rule covers. Never:
//! takes a rule that covers a part of a pattern for one that covers all of it.

use super::{ForgeSettings, one_line};
use crate::gate::known_checks;
use crate::host::Topic;
use crate::host::api::{AroundHook, KnownBranch, Setting, TagRule};
use crate::policy::{Author, Layer, POLICY_PATH, ProtectedRefs, full_name_meant};
use crate::report::DoctorLine;

/// The number of names that one line lists.
const LISTED: usize = 5;
/// The folder of tags.
const TAGS: &str = "refs/tags/";
/// Patterns that match every tag.
const EVERY_TAG: [&str; 4] = ["*", "**", "/.*/", "/^.*$/"];

/// The refs that the policy protects.
struct Protected {
    refs: ProtectedRefs,
    /// The patterns of tags, without `refs/tags/`.
    tags: Vec<String>,
}

pub(super) fn examine(settings: &ForgeSettings) -> Vec<DoctorLine> {
    let Some(around) = &settings.facts.around_hook else { return Vec::new() };
    let protected = match find_protected(around) {
        Ok(protected) => protected,
        Err(reason) => {
            let text = format!("could not determine which refs the policy protects: {reason}");
            return vec![DoctorLine::unknown(
                Topic::Tags.as_str(),
                text,
                "run again with a token that can read it",
            )];
        }
    };
    let mut lines: Vec<DoctorLine> =
        protected.tags.iter().map(|pattern| judge_tags(settings, around, pattern)).collect();
    lines.push(judge_branches(settings, around, &protected.refs));
    lines
}

fn find_protected(around: &AroundHook) -> Result<Protected, String> {
    let text = match &around.policy {
        Setting::Hidden(reason) => return Err(one_line(reason)),
        // Without a policy every branch and tag is protected.
        Setting::Known(None) => {
            return Ok(Protected { refs: ProtectedRefs::Everything, tags: vec!["*".into()] });
        }
        Setting::Known(Some(text)) => text,
    };
    let layer = Layer::parse(POLICY_PATH, text.as_bytes(), known_checks(), Author::Repository)
        .map_err(|error| one_line(&error.to_string()))?;
    let patterns = layer.document().and_then(|document| document.protected.as_ref());
    let tags = match patterns {
        None => vec!["*".to_owned()],
        Some(patterns) => patterns.iter().filter_map(|pattern| tag_pattern(pattern)).collect(),
    };
    Ok(Protected { refs: ProtectedRefs::by(&layer), tags })
}

/// The part of a pattern that is about tags; `None` if it matches none. A pattern with a wildcard before its folder may
/// match any tag, and one without `refs/` means the branch and the tag of that name.
fn tag_pattern(pattern: &str) -> Option<String> {
    if let Some(full) = full_name_meant(pattern) {
        let name = full.strip_prefix(TAGS).or_else(|| full.strip_prefix("refs/heads/"));
        return name.map(str::to_owned);
    }
    if let Some(tags) = pattern.strip_prefix(TAGS) {
        return Some(tags.to_owned());
    }
    let fixed = pattern.split(['*', '?', '[', '{']).next().unwrap_or_default();
    TAGS.starts_with(fixed).then(|| "*".to_owned())
}

fn judge_tags(settings: &ForgeSettings, around: &AroundHook, pattern: &str) -> DoctorLine {
    let (topic, help) = (Topic::Tags.as_str(), settings.help(Topic::Tags));
    let rules = match &around.tags {
        Setting::Known(rules) => rules,
        Setting::Hidden(reason) => {
            let text =
                format!("could not determine who can change tags without any hook: {}", one_line(reason));
            return DoctorLine::unknown(topic, text, "run again with a token that can read it");
        }
    };
    let covers = |rule: &TagRule| rule.pattern == pattern || EVERY_TAG.contains(&rule.pattern.as_str());
    if !rules.iter().any(covers) {
        let text = format!(
            "anyone with write access can create, move and delete tags of `refs/tags/{pattern}` by the API or a \
             release, which runs no hook"
        );
        return DoctorLine::problem(topic, text, help);
    }
    // Any rule that matches a tag allows those that it lists.
    let mut allowed: Vec<&str> = rules.iter().flat_map(|rule| &rule.allowed).map(String::as_str).collect();
    allowed.sort_unstable();
    allowed.dedup();
    if allowed.is_empty() {
        return DoctorLine::ok(topic, format!("no one can change tags of `refs/tags/{pattern}`"));
    }
    let text = format!("these can change tags of `refs/tags/{pattern}` without any hook: {}", list(&allowed));
    DoctorLine::weak(topic, text, help)
}

fn judge_branches(settings: &ForgeSettings, around: &AroundHook, protected: &ProtectedRefs) -> DoctorLine {
    let (topic, help) = (Topic::OtherBranches.as_str(), settings.help(Topic::OtherBranches));
    let branches = match &around.branches {
        Setting::Known(branches) => branches,
        Setting::Hidden(reason) => {
            let text = format!("could not determine which branches have a rule: {}", one_line(reason));
            return DoctorLine::unknown(topic, text, "run again with a token that can read it");
        }
    };
    let head = format!("refs/heads/{}", settings.facts.default_branch);
    let mut open = Vec::new();
    for branch in branches {
        match branch {
            KnownBranch::Unprotected(name)
                if protected.guards(&format!("refs/heads/{name}"), Some(&head)) =>
            {
                open.push(name.as_str());
            }
            KnownBranch::Unprotected(_) | KnownBranch::Protected(_) => {}
        }
    }
    if open.is_empty() {
        return DoctorLine::ok(topic, "every branch that the policy protects has a rule");
    }
    let text = format!(
        "the policy protects these and no rule of the forge does, so anyone with write access can delete them or put \
         another branch in their place by renaming, which runs no hook: {}",
        list(&open)
    );
    DoctorLine::problem(topic, text, help)
}

fn list(names: &[&str]) -> String {
    let shown = names.iter().take(LISTED).copied().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

//! One result of SARIF: a finding with its places, of which GitHub shows the first beside a line that exists.

use serde_json::{Value, json};
use source_files::bytes_of_text;

use super::entry::{Anchor, Consequence, ReportEntry};
use super::length::cut;
use crate::finding::{Location, Side, Suggestion};
use crate::policy::{Acceptance, POLICY_PATH};

/// The most places besides the anchor. GitHub accepts 1,000 in all.
const PLACES: usize = 999;
/// The most characters of a message and of a label, so that one name cannot fill the file.
const MESSAGE: usize = 8_000;
const LABEL: usize = 500;

/// Writes a result. `occurrence` counts findings with one fingerprint, because GitHub takes results that share one for
/// the same.
pub(super) fn write_result(entry: &ReportEntry<'_>, occurrence: usize, rule: Option<usize>) -> Value {
    let (finding, decision) = (&entry.judged.finding, &entry.judged.decision);
    let fingerprint = finding.fingerprint();
    let mut result = json!({
        "ruleId": finding.check,
        "level": level_of(entry.consequence),
        "message": {"text": write_message(entry)},
        "locations": [choose_primary(entry)],
        "relatedLocations": finding.related.iter().take(PLACES).enumerate().map(write_related).collect::<Vec<_>>(),
        "partialFingerprints": {
            "primaryLocationLineHash": format!("{fingerprint}:{occurrence}"),
            "portcullis/v1": finding.former_fingerprint().as_str(),
            "portcullis/v2": fingerprint.as_str(),
        },
        "suppressions": write_suppressions(entry),
        "properties": {
            "severity": finding.severity.as_str(),
            "enforcement": decision.enforcement.as_str(),
            "standing": entry.consequence.as_str(),
            "ref": entry.section.title,
            "policy": format!("{}:{}", decision.origin.path, decision.origin.line),
        },
    });
    let fixes = entry.suggestion().map(|suggestion| ("fixes", json!([write_fix(suggestion)])));
    let flows = (!finding.related.is_empty()).then(|| ("codeFlows", json!([write_flow(entry)])));
    let index = rule.map(|index| ("ruleIndex", json!(index)));
    if let Some(fields) = result.as_object_mut() {
        fields.extend(
            flows.into_iter().chain(index).chain(fixes).map(|(name, value)| (name.to_owned(), value)),
        );
    }
    result
}

fn write_fix(suggestion: &Suggestion) -> Value {
    let Suggestion { path, start, end, replacement } = suggestion;
    let deleted = json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    });
    json!({
        "description": {"text": format!("Change to: {}.", suggestion.excerpt())},
        "artifactChanges": [{
            "artifactLocation": write_artifact(path.as_str()),
            "replacements": [{"deletedRegion": deleted, "insertedContent": {"text": replacement}}],
        }],
    })
}

fn level_of(consequence: Consequence) -> &'static str {
    match consequence {
        Consequence::Blocks => "error",
        Consequence::Forced | Consequence::Warns => "warning",
        Consequence::Approved | Consequence::Waived => "note",
    }
}

/// Describes the problem, its former place if that is gone, and the remedy.
fn write_message(entry: &ReportEntry<'_>) -> String {
    let before = entry.judged.finding.location.as_ref().filter(|at| at.side == Side::Old);
    let before = before.map(|at| format!("\nbefore the change: {}:{}", at.path, at.start.line));
    let more = entry.judged.finding.related.len().saturating_sub(PLACES);
    let more = (more > 0).then(|| format!("\n{more} more locations are not included."));
    let text = cut(&entry.text(), MESSAGE);
    std::iter::once(text).chain(before).chain(more).collect()
}

/// Chooses a place in the pushed revision if there is one, because only such lines can be shown beside the change. For
/// a removed line that is its file, and for a finding without a file the policy, which every reader can open.
fn choose_primary(entry: &ReportEntry<'_>) -> Value {
    let first = json!({"startLine": 1});
    let physical = match entry.anchor() {
        Anchor::Line(at) => write_physical(at),
        Anchor::File(path) => json!({"artifactLocation": write_artifact(path.as_str()), "region": first}),
        Anchor::Nowhere => json!({"artifactLocation": write_artifact(POLICY_PATH), "region": first}),
    };
    let name = cut(&entry.judged.finding.subject_text(), LABEL);
    json!({
        "physicalLocation": physical,
        "logicalLocations": [{"fullyQualifiedName": name, "kind": "resource"}],
    })
}

fn write_artifact(path: &str) -> Value {
    json!({"uri": encode_path(path), "uriBaseId": "%SRCROOT%"})
}

/// Writes a place. A line of the old revision would be read as one of the new, so it is named in words instead.
fn write_physical(location: &Location) -> Value {
    let Location { path, start, end, side, .. } = location;
    let artifact = write_artifact(path.as_str());
    match side {
        Side::Old => json!({"artifactLocation": artifact}),
        Side::New => json!({
            "artifactLocation": artifact,
            "region": {
                "startLine": start.line,
                "startColumn": start.column,
                "endLine": end.line,
                "endColumn": end.column,
            },
        }),
    }
}

fn write_related((index, location): (usize, &Location)) -> Value {
    let text = label_of(location, "Related location");
    json!({"id": index, "physicalLocation": write_physical(location), "message": {"text": text}})
}

fn label_of(location: &Location, default: &str) -> String {
    let label = cut(location.label.as_deref().unwrap_or(default), LABEL);
    match location.side {
        Side::Old => format!("{label} (line {} before the change)", location.start.line),
        Side::New => label,
    }
}

/// Writes the places in their order, such as the grant and the object that it grants.
fn write_flow(entry: &ReportEntry<'_>) -> Value {
    let finding = &entry.judged.finding;
    let step = |location: &Location| {
        let text = label_of(location, &finding.message);
        json!({"location": {"physicalLocation": write_physical(location), "message": {"text": text}}})
    };
    let places = finding.location.iter().chain(finding.related.iter().take(PLACES));
    json!({"threadFlows": [{"locations": places.map(step).collect::<Vec<_>>()}]})
}

fn write_suppressions(entry: &ReportEntry<'_>) -> Vec<Value> {
    let accepted = entry.judged.decision.waived.iter().map(|accepted| {
        let (kind, terms) = match accepted {
            Acceptance::Waiver(waiver) => ("external", format!("{}, until {}", waiver.owner, waiver.expires)),
            Acceptance::Annotation { .. } => ("inSource", accepted.terms()),
        };
        let text = format!("{} ({terms})", accepted.reason());
        json!({"kind": kind, "status": "accepted", "justification": text})
    });
    accepted.collect()
}

/// Writes a path as a relative URI (RFC 3986): everything but unreserved characters and `/` is escaped.
fn encode_path(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    bytes_of_text(path)
        .into_iter()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::encode_path;
    use source_files::RepoPath;

    #[test]
    fn paths_are_relative_uris() {
        assert_eq!(encode_path(RepoPath::from_bytes(b"r\xe9.yaml").as_str()), "r%E9.yaml");
        assert_eq!(encode_path("apps/my app/ü#1.yaml"), "apps/my%20app/%C3%BC%231.yaml");
    }
}

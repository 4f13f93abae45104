//! The file of waivers beside the policy. A mistake in an entry makes that entry cover nothing, and stops no push:
//! unlike the policy, the file only ever takes rules away.

use std::sync::Arc;

use super::document::WaiverEntry;
use super::error::did_you_mean;
use super::waiver::{EntryError, Waiver, WaiverPlace};
use crate::finding::CheckId;
use kube_manifest::{Entry, Limits, Node, Value, documents};
use source_files::{SourceText, Span};

/// The one name under which a repository's waivers are looked for, at the root.
pub const WAIVERS_PATH: &str = ".portcullis-waivers.yaml";
/// The keys of the file.
const KEYS: [&str; 3] = ["apiVersion", "kind", "waivers"];
/// The keys of an entry.
const ENTRY_KEYS: [&str; 7] = ["check", "cluster", "object", "fingerprint", "reason", "owner", "expires"];

/// A file of waivers: what can be used of it, and what is wrong with the rest.
#[derive(Clone, Debug, Default)]
pub struct WaiversFile {
    /// The entries that are waivers.
    pub waivers: Vec<Waiver>,
    /// The entries that cover nothing, and why.
    pub mistakes: Vec<WaiverMistake>,
}

/// An entry, or a whole file, that covers nothing.
#[derive(Clone, Debug)]
pub struct WaiverMistake {
    /// The problem, as a sentence.
    pub message: String,
    /// The text that the author probably meant.
    pub suggestion: Option<String>,
    /// Where.
    pub place: WaiverPlace,
}

impl WaiversFile {
    /// A file without a usable entry, for a reason.
    pub fn unusable(path: &str, reason: &str) -> Self {
        let place = WaiverPlace { path: path.to_owned(), source: Arc::default(), span: Span::default() };
        let mistake = WaiverMistake { message: reason.to_owned(), suggestion: None, place };
        Self { waivers: Vec::new(), mistakes: vec![mistake] }
    }

    /// Reads a file. `known` lists the ids of all checks. One parser reads it, so that nothing in it can mean
    /// two things, and what tools do not all read alike is a mistake.
    pub fn parse(path: &str, bytes: &[u8], known: &[CheckId]) -> Self {
        let (source, mut roots, problems) = documents(bytes.to_vec(), &Limits::default());
        let mut reader = Reader { path, source, known, file: Self::default() };
        if let Some(problem) = problems.first() {
            reader.mistake(problem.span, problem.reason.clone(), None);
        } else if let (Some(root), true) = (roots.pop(), roots.is_empty()) {
            reader.file(&root);
        } else {
            reader.mistake(Span::default(), "a waivers file must be exactly one YAML document", None);
        }
        reader.file
    }
}

/// One sentence for everything that a new file may accept and an old one does not. Mistakes count, too: what
/// covers nothing today may do so for a later version of the gate.
pub fn new_waivers(old: &WaiversFile, new: &WaiversFile) -> Vec<String> {
    let is_new = |waiver: &&Waiver| !old.waivers.iter().any(|before| before.says_the_same(waiver));
    let waived = new.waivers.iter().filter(is_new).map(|waiver| {
        let Waiver { check, cluster, object, expires, owner, reason, .. } = waiver;
        format!("`{check}` is waived for {object} of cluster {cluster} until {expires}, by {owner}: {reason}")
    });
    let line = |mistake: &WaiverMistake| mistake.place.source.line(mistake.place.line()).trim().to_owned();
    let is_new = |mistake: &&WaiverMistake| {
        !old.mistakes.iter().any(|before| before.message == mistake.message && line(before) == line(mistake))
    };
    let unusable = new.mistakes.iter().filter(is_new).map(|mistake| {
        format!("line {} covers nothing now, but might later: {}", mistake.place.line(), mistake.message)
    });
    waived.chain(unusable).collect()
}

struct Reader<'a> {
    path: &'a str,
    source: Arc<SourceText>,
    known: &'a [CheckId],
    file: WaiversFile,
}

impl Reader<'_> {
    fn locate(&self, span: Span) -> WaiverPlace {
        WaiverPlace { path: self.path.to_owned(), source: Arc::clone(&self.source), span }
    }

    fn mistake(&mut self, span: Span, message: impl Into<String>, suggestion: Option<String>) {
        let place = self.locate(span);
        self.file.mistakes.push(WaiverMistake { message: message.into(), suggestion, place });
    }

    fn file(&mut self, root: &Node) {
        for (key, expected) in [("apiVersion", "portcullis.dev/v1"), ("kind", "GateWaivers")] {
            if root.get(key).and_then(Node::as_str) != Some(expected) {
                let at = root.entry(key).map_or(root.span(), |entry| entry.key_span);
                return self.mistake(at, format!("the {key} of a waivers file must be `{expected}`"), None);
            }
        }
        for entry in root.entries() {
            self.check_key(entry, &KEYS);
        }
        let Some(list) = root.entry("waivers").filter(|list| !list.value.is_null()) else { return };
        match &list.value.value {
            Value::Sequence(items) => items.iter().for_each(|item| self.entry(item)),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Unknown(_)
            | Value::Mapping(_) => self.mistake(list.key_span, "`waivers` must be a list", None),
        }
    }

    /// Whether a key is one that means something.
    fn check_key(&mut self, entry: &Entry, keys: &[&str]) -> bool {
        let is_known = keys.contains(&&*entry.key);
        if !is_known {
            let meant = did_you_mean(&entry.key, keys.iter().copied());
            self.mistake(entry.key_span, format!("there is no key `{}` here", entry.key), meant);
        }
        is_known
    }

    fn entry(&mut self, node: &Node) {
        let understood = node.entries().iter().all(|entry| self.check_key(entry, &ENTRY_KEYS));
        if !understood {
            return;
        }
        let waiver = match read_entry(node) {
            Ok(entry) => Waiver::of(&entry, self.locate(span_of(node, "check"))),
            Err(error) => Err(error),
        };
        match waiver {
            Err(EntryError { key, message }) => self.mistake(span_of(node, key), message, None),
            Ok(waiver) => self.accept(node, waiver),
        }
    }

    fn accept(&mut self, node: &Node, waiver: Waiver) {
        if self.known.iter().all(|known| *known != *waiver.check) {
            let meant = did_you_mean(&waiver.check, self.known.iter().map(|known| known.as_str()));
            let message = format!("there is no check `{}`", waiver.check);
            return self.mistake(span_of(node, "check"), message, meant);
        }
        if let Some(first) = self.file.waivers.iter().find(|first| first.names_the_same(&waiver)) {
            let message = format!("the entry of line {} accepts the same finding", first.place.line());
            return self.mistake(span_of(node, "check"), message, None);
        }
        self.file.waivers.push(waiver);
    }
}

/// The place of a key of an entry, or of the entry if it has no such key.
fn span_of(node: &Node, key: &str) -> Span {
    node.entry(key).or(node.entries().first()).map_or(node.span(), |entry| entry.key_span)
}

fn read_entry(node: &Node) -> Result<WaiverEntry, EntryError> {
    let given = |key: &'static str| match node.get(key).map(|value| &value.value) {
        Some(Value::String(text)) if text.trim().is_empty() => Err(wrong(key, format!("`{key}` is empty"))),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(Value::Null) | None => Ok(None),
        Some(
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Unknown(_)
            | Value::Sequence(_)
            | Value::Mapping(_),
        ) => Err(wrong(key, format!("`{key}` must be text: write it in quotes"))),
    };
    let text = |key: &'static str| {
        given(key)?.ok_or_else(|| wrong(key, format!("a waiver needs `{key}`, which is missing here")))
    };
    Ok(WaiverEntry {
        check: text("check")?,
        cluster: given("cluster")?.unwrap_or_else(|| "default".to_owned()),
        object: text("object")?,
        fingerprint: text("fingerprint")?,
        reason: text("reason")?,
        owner: text("owner")?,
        expires: text("expires")?,
    })
}

fn wrong(key: &'static str, message: String) -> EntryError {
    EntryError { key, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "apiVersion: portcullis.dev/v1\nkind: GateWaivers\n";
    const ENTRY: &str = "check: node-port, object: Service/a/b, fingerprint: '5f1c', reason: old, \
                         owner: '@alice', expires: 2027-01-01";

    fn parse(text: &str) -> WaiversFile {
        WaiversFile::parse(
            WAIVERS_PATH,
            text.as_bytes(),
            &[CheckId::new("node-port"), CheckId::new("image-downgrade")],
        )
    }

    fn said(text: &str) -> Vec<String> {
        let mistakes = parse(text).mistakes.into_iter();
        mistakes
            .map(|mistake| {
                let at = mistake.place.source.position(mistake.place.span.start);
                let meant = mistake.suggestion.map(|meant| format!(" ({meant}?)")).unwrap_or_default();
                format!("{}:{}: {}{meant}", at.line, at.column, mistake.message)
            })
            .collect()
    }

    #[test]
    fn the_schema_for_editors_knows_the_same_keys() {
        let schema = schemars::schema_for!(crate::policy::WaiversDocument).to_value();
        for (pointer, keys) in [("/properties", &KEYS[..]), ("/$defs/WaiverEntry/properties", &ENTRY_KEYS)] {
            let properties = schema.pointer(pointer).and_then(serde_json::Value::as_object).unwrap();
            let known: std::collections::BTreeSet<&str> = keys.iter().copied().collect();
            assert_eq!(
                properties.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
                known
            );
        }
    }

    #[test]
    fn entries_are_those_of_the_policy_file() {
        let file = parse(&format!("{HEADER}waivers:\n- {{{ENTRY}}}\n"));
        assert!(file.mistakes.is_empty(), "{:?}", file.mistakes);
        assert_eq!(file.waivers.len(), 1);
        assert_eq!(file.waivers[0].cluster, "default");
        assert_eq!(file.waivers[0].expires.to_string(), "2027-01-01");
        assert_eq!(file.waivers[0].place.line(), 4);
        for empty in ["", "waivers:\n", "waivers: []\n"] {
            let file = parse(&format!("{HEADER}{empty}"));
            assert!(file.waivers.is_empty() && file.mistakes.is_empty());
        }
    }

    #[test]
    fn a_mistake_in_one_entry_leaves_the_others_alone() {
        for (replaced, by, said_of_it) in [
            ("node-port", "node-prt", "4:4: there is no check `node-prt` (node-port?)"),
            ("owner:", "owner_:", "4:77: there is no key `owner_` here (owner?)"),
            ("'5f1c'", "5110", "4:43: `fingerprint` must be text: write it in quotes"),
            ("2027-01-01", "soon", "4:94: `soon` is not a date; write YYYY-MM-DD"),
            ("2027-01-01", "2027-02-30", "4:94: `2027-02-30` is not a date; write YYYY-MM-DD"),
            (", expires: 2027-01-01", "", "4:4: a waiver needs `expires`, which is missing here"),
            ("reason: old", "reason: ' '", "4:64: `reason` is empty"),
        ] {
            let wrong = ENTRY.replace(replaced, by);
            let good = ENTRY.replace("5f1c", "77aa");
            let text = format!("{HEADER}waivers:\n- {{{wrong}}}\n- {{{good}}}\n");
            assert_eq!(said(&text), [said_of_it], "{wrong}");
            assert_eq!(parse(&text).waivers.len(), 1, "{wrong}");
        }
    }

    #[test]
    fn the_second_entry_for_a_finding_does_not_count() {
        let longer = ENTRY.replace("2027", "2028");
        let text = format!("{HEADER}waivers:\n- {{{ENTRY}}}\n- {{{longer}}}\n");
        assert_eq!(said(&text), ["5:4: the entry of line 4 accepts the same finding"]);
        assert_eq!(parse(&text).waivers[0].expires.to_string(), "2027-01-01");
    }

    #[test]
    fn a_file_of_another_kind_waives_nothing() {
        let entry = format!("waivers: [{{{ENTRY}}}]\n");
        for (text, said_of_it) in [
            (entry.clone(), "1:1: the apiVersion of a waivers file must be `portcullis.dev/v1`"),
            (
                format!("apiVersion: portcullis.dev/v1\nkind: GatePolicy\n{entry}"),
                "2:1: the kind of a waivers file must be `GateWaivers`",
            ),
            (format!("{HEADER}waivers: yes\n"), "3:1: `waivers` must be a list"),
            (format!("{HEADER}waiver: []\n"), "3:1: there is no key `waiver` here (waivers?)"),
            (
                format!("{HEADER}{entry}---\n{HEADER}{entry}"),
                "1:1: a waivers file must be exactly one YAML document",
            ),
        ] {
            assert_eq!(said(&text), [said_of_it], "{text}");
            assert!(parse(&text).waivers.is_empty());
        }
        assert_eq!(said(&format!("{HEADER}waivers: [{{")).len(), 1);
        assert_eq!(said(&format!("{HEADER}waivers: []\nwaivers: [{{{ENTRY}}}]\n")).len(), 1);
    }
}

//! The file of waivers as text: sorted, one block an entry, every word of others in quotes.

use std::fmt::Write as _;

use super::waiver::Waiver;

/// The text above the entries of a new file.
const HEADING: &str = "\
# Findings that are accepted until a day, with their reason and the responsible owner. `portcullis baseline` writes
# them, removes fixed ones, and adds entries only with `--extend`.
";

/// The text of a file with these waivers. `heading` are the comment lines above the entries, where the file
/// had some.
pub fn waivers_text(heading: &str, waivers: &[Waiver]) -> String {
    let mut sorted: Vec<&Waiver> = waivers.iter().collect();
    sorted.sort_by(|one, other| key(one).cmp(&key(other)));
    let heading = if heading.is_empty() { HEADING } else { heading };
    let mut text = format!("{heading}apiVersion: portcullis.dev/v1\nkind: GateWaivers\nwaivers:");
    if sorted.is_empty() {
        text.push_str(" []");
    }
    text.push('\n');
    for waiver in sorted {
        let Waiver { check, cluster, object, fingerprint, reason, owner, expires, place: _ } = waiver;
        let _ = writeln!(text, "- check: {check}");
        for (name, value) in [("cluster", cluster), ("object", object), ("fingerprint", fingerprint)] {
            let _ = writeln!(text, "  {name}: {}", quoted(value));
        }
        for (name, value) in [("reason", reason), ("owner", owner)] {
            let _ = writeln!(text, "  {name}: {}", quoted(value));
        }
        let _ = writeln!(text, "  expires: {expires}");
    }
    text
}

fn key(waiver: &Waiver) -> [&str; 4] {
    [&waiver.check, &waiver.cluster, &waiver.object, &waiver.fingerprint]
}

/// A text in double quotes as YAML has them. Whatever is not plainly printable is escaped: names come from
/// manifests, and readers of YAML do not agree on which characters end a line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            ' '..='~' => quoted.push(character),
            _ if character.is_alphanumeric() => quoted.push(character),
            _ => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(character));
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{ProptestConfig, proptest};

    use super::super::waivers_file::{WAIVERS_PATH, WaiversFile};
    use super::*;
    use crate::finding::CheckId;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(500))]

        #[test]
        fn what_is_written_is_read_again(object in "\\PC{1,20}", reason in "(?s)[a-z].{0,20}", owner in "@[a-z\"\\\\\n\u{85}\u{2028}]{1,9}") {
            let place = WaiversFile::unusable("", "").mistakes.remove(0).place;
            let expires = chrono::NaiveDate::from_ymd_opt(2027, 3, 31).expect("a day");
            let waiver = Waiver {
                check: "node-port".to_owned(), cluster: "prod".to_owned(), object: format!("x{object}"),
                fingerprint: "110000000000000000000000".to_owned(), reason, owner, expires, place,
            };
            let text = waivers_text("", std::slice::from_ref(&waiver));
            let file = WaiversFile::parse(WAIVERS_PATH, text.as_bytes(), &[CheckId::new("node-port")]);
            assert!(file.mistakes.is_empty(), "{text}{:?}", file.mistakes);
            assert!(file.waivers[0].says_the_same(&waiver), "{text}");
        }
    }
}

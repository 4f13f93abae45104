//! Commits that are almost what git writes.
//!
//! In: numbers and a key. Out: the bytes of a commit; about half of them are signed after they were
//! changed, so that the signature is good and only the object is odd.

#![expect(clippy::indexing_slicing, reason = "a test that cuts in the wrong place fails")]

use git_trust::ThrowAwayKey;

use crate::common::git::Failure;

const TREE: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
const PARENT: &str = "e83c5163316f89bfbde7d9ab23ca2e25604af290";
const WHO: &str = "Alice <alice@example.com> 1700000000 +0100";

/// Reproducible numbers (xorshift64).
pub(crate) struct Numbers(u64);

impl Numbers {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap_or_default() % limit.max(1)
    }

    fn chance(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn pick<'a, Item>(&mut self, items: &'a [Item]) -> Option<&'a Item> {
        items.get(self.below(items.len()))
    }
}

/// Headers with their continuation lines, and a message.
struct Draft {
    headers: Vec<String>,
    message: String,
}

impl Draft {
    fn new(numbers: &mut Numbers) -> Self {
        let mut headers = vec![format!("tree {TREE}")];
        headers.extend((0..numbers.below(3)).map(|_| format!("parent {PARENT}")));
        headers.extend([format!("author {WHO}"), format!("committer {WHO}")]);
        if numbers.chance(4) {
            headers.push("encoding ISO-8859-1".to_owned());
        }
        if numbers.chance(4) {
            let tag = format!("object {PARENT}\ntype commit\ntag v1\ntagger {WHO}\n\nRelease");
            headers.push(format!("mergetag {}", tag.replace('\n', "\n ")));
        }
        let messages =
            ["Raise replicas\n", "", "Title\n\nBody\n", "\n\nlate\n", "no line feed", "gpgsig x\n y\n"];
        Self { headers, message: (*numbers.pick(&messages).unwrap_or(&"")).to_owned() }
    }

    fn bytes(&self) -> Vec<u8> {
        format!("{}\n\n{}", self.headers.join("\n"), self.message).into_bytes()
    }

    /// What git hands to gpg: everything but the headers that begin like a signature.
    fn payload(&self) -> Vec<u8> {
        let kept = self.headers.iter().filter(|header| !header.starts_with("gpgsig"));
        let kept: Vec<&str> = kept.map(String::as_str).collect();
        format!("{}\n\n{}", kept.join("\n"), self.message).into_bytes()
    }

    /// Signs what git would sign, in a header of this name.
    fn sign(&mut self, key: &ThrowAwayKey, name: &str) -> Result<(), Failure> {
        let signature = String::from_utf8(key.sign(&self.payload(), std::time::SystemTime::now())?)?;
        self.headers.push(format!("{name} {}", signature.trim_end().replace('\n', "\n ")));
        Ok(())
    }

    fn signature(&self) -> Option<usize> {
        self.headers.iter().position(|header| header.starts_with("gpgsig "))
    }
}

/// A commit and a few changes.
pub(crate) fn mutated(numbers: &mut Numbers, key: &ThrowAwayKey) -> Result<Vec<u8>, Failure> {
    let mut draft = Draft::new(numbers);
    let signed_last = numbers.chance(2);
    if !signed_last {
        draft.sign(key, "gpgsig")?;
    }
    for _ in 0..numbers.below(3) {
        change(&mut draft, numbers, key)?;
    }
    if signed_last {
        draft.sign(key, "gpgsig")?;
        if numbers.chance(8) {
            draft.sign(key, "gpgsig-sha256")?;
        }
    }
    let mut bytes = draft.bytes();
    if numbers.chance(4) {
        for _ in 0..=numbers.below(3) {
            edit(&mut bytes, numbers);
        }
    }
    Ok(bytes)
}

/// One change of headers or message.
fn change(draft: &mut Draft, numbers: &mut Numbers, key: &ThrowAwayKey) -> Result<(), Failure> {
    let place = numbers.below(draft.headers.len());
    let other = numbers.below(draft.headers.len());
    match numbers.below(15) {
        0 => draft.headers.insert(other, draft.headers[place].clone()),
        1 => draft.headers.swap(place, other),
        2 => drop(draft.headers.remove(place)),
        3 => prefix(&mut draft.headers[place], numbers),
        4 => fold(&mut draft.headers[place], numbers),
        5 => draft.headers.insert(place, odd_header(numbers).to_owned()),
        6 => draft.sign(key, "gpgsig-sha256")?,
        7 => draft.sign(key, "gpgsig")?,
        8 => second_block(draft, numbers),
        9 => into_message(draft, numbers),
        10 => draft.message.push_str("more\n"),
        11 => draft.headers[place].push(*numbers.pick(&['\r', ' ', '\t', '\0']).unwrap_or(&' ')),
        12 => draft.headers[place] = draft.headers[place].to_uppercase(),
        13 => draft.message.insert(0, *numbers.pick(&['\0', ' ', '\n', '\t']).unwrap_or(&' ')),
        _ => draft.headers[place] = draft.headers[place].replacen(' ', "  ", 1),
    }
    if draft.headers.is_empty() {
        draft.headers.push(format!("tree {TREE}"));
    }
    Ok(())
}

/// Headers that begin like a signature, which some programs leave out of what is signed.
fn prefix(header: &mut String, numbers: &mut Numbers) {
    let prefix = numbers.pick(&["gpgsig", "gpgsig-", "gpgsig-sha256", "x", "GPGSIG", "gpgsig "]);
    header.insert_str(0, prefix.unwrap_or(&""));
}

fn fold(header: &mut String, numbers: &mut Numbers) {
    let places: Vec<usize> = header.char_indices().map(|(place, _)| place).collect();
    if let Some(place) = numbers.pick(&places) {
        header.insert_str(*place, "\n ");
    }
}

fn odd_header(numbers: &mut Numbers) -> &'static str {
    let headers = [
        "change-id kxyz",
        "HG:extra a:b",
        "word",
        "",
        " continued",
        "gpgsigparent e83c5163316f89bfbde7d9ab23ca2e25604af290",
        "parent 0000000000000000000000000000000000000000",
        "encoding ",
        "tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904",
        "mergetag object x",
        "author Mallory <mallory@example.com> 1 +0000",
    ];
    numbers.pick(&headers).unwrap_or(&"word")
}

/// Another block, or text, in the header of the signature.
fn second_block(draft: &mut Draft, numbers: &mut Numbers) {
    let Some(place) = draft.signature() else { return };
    let block = draft.headers[place].trim_start_matches("gpgsig ").to_owned();
    let added = match numbers.below(4) {
        0 => format!("\n {block}"),
        1 => "\n text".to_owned(),
        2 => "\n ".to_owned(),
        _ => "\n -----BEGIN PGP SIGNATURE-----\n \n AAAA\n -----END PGP SIGNATURE-----".to_owned(),
    };
    draft.headers[place].push_str(&added);
}

/// The signature moves, or is copied, into the message.
fn into_message(draft: &mut Draft, numbers: &mut Numbers) {
    let Some(place) = draft.signature() else { return };
    let header = draft.headers[place].clone();
    draft.message.push_str(&header.replace("\n ", "\n"));
    draft.message.push('\n');
    if numbers.chance(2) {
        draft.headers.remove(place);
    }
}

/// Changes, removes, inserts or cuts bytes.
fn edit(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    let place = numbers.below(bytes.len());
    let value = u8::try_from(numbers.below(256)).unwrap_or_default();
    match numbers.below(6) {
        0 | 1 => bytes[place] = value,
        2 => drop(bytes.remove(place)),
        3 => bytes.insert(place, value),
        4 => bytes.insert(place, b'\n'),
        _ => bytes.push(value),
    }
}

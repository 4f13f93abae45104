//! Names that are the same every time, in place of those that throw-away keys make different.
//!
//! In: ids and fingerprints of a case repository. Out: text in which they are replaced. Never:
//! touches anything else.

use super::git::Failure;
use super::keys::people;

/// What is replaced by what.
#[derive(Clone, Debug, Default)]
pub(crate) struct StandIns {
    pairs: Vec<(String, String)>,
}

impl StandIns {
    /// Those of the keys of all people.
    pub(crate) fn of_keys() -> Result<Self, Failure> {
        let mut stand_ins = Self::default();
        for (number, person) in people()?.iter().enumerate() {
            let [whole, signing] = ["A", "B"].map(|letter| format!("{letter}{number}{}", "0".repeat(38)));
            stand_ins.pairs.push((person.key.fingerprint().to_string(), whole));
            stand_ins.pairs.push((person.key.signing_fingerprint()?.to_string(), signing));
        }
        Ok(stand_ins)
    }

    /// Names the next commit or tag `c0ffee0…`, `c0ffee1…`.
    pub(crate) fn add_commit(&mut self, id: &str) {
        let number = self.count("c0ffee");
        self.add_id(id, &format!("c0ffee{number:x}"));
    }

    /// Names the next blob with a key `b10b000…`, `b10b001…`.
    pub(crate) fn add_key_file(&mut self, id: &str) {
        let number = self.count("b10b");
        self.add_id(id, &format!("b10b{number:03x}"));
    }

    /// The text with every name replaced.
    pub(crate) fn apply(&self, text: &str) -> String {
        let replace = |text: String, (from, to): &(String, String)| text.replace(from, to);
        self.pairs.iter().fold(text.to_owned(), replace)
    }

    /// The full id before the short one, so that the short one does not cut it.
    fn add_id(&mut self, id: &str, short: &str) {
        self.pairs.push((id.to_owned(), format!("{short:0<40}")));
        self.pairs.extend(id.get(..7).map(|prefix| (prefix.to_owned(), short.to_owned())));
    }

    fn count(&self, prefix: &str) -> usize {
        self.pairs.iter().filter(|(_, to)| to.starts_with(prefix)).count() / 2
    }
}

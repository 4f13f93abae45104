//! Errors of a policy file, each with its place and, if there is one, what was probably meant.

/// The reason why a policy cannot be used. A gate without a usable policy rejects.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {message}{}", self.hint())]
pub struct PolicyError {
    /// The file, as people know it.
    pub path: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
    /// The problem, as a sentence.
    pub message: String,
    /// The text that the author probably meant.
    pub suggestion: Option<String>,
}

impl PolicyError {
    fn hint(&self) -> String {
        self.suggestion.as_ref().map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"))
    }
}

/// The longest word, in bytes, that is compared: the person who pushes chooses it.
const LONGEST_WORD: usize = 100;

/// The candidate that a misspelt word most resembles, if any is close.
pub fn did_you_mean<'a>(word: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let scored = candidates.map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate));
    let best = scored.min()?;
    (best.0 <= 2.max(word.len() / 3)).then(|| best.1.to_owned())
}

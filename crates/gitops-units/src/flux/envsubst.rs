//! Texts with variables, as `fluxcd/pkg/envsubst` evaluates them: `${name}` with operators, and `$$` for a dollar sign.
//!
//! In: a text and the variables. Out: the text, or why Flux stops. Never: takes longer than the text and its values are
//! long; values are not evaluated again.

use std::cell::Cell;

/// The answer to the name of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup {
    Set(Box<str>),
    Unset,
    /// It may be set, to any text.
    Unknown,
}

/// Why a text cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A variable is not known.
    Unknown,
    /// Flux stops.
    Refused(String),
}

/// The evaluation of one text.
pub(super) struct Evaluation<'v> {
    lookup: &'v dyn Fn(&str) -> Lookup,
    /// Bytes that may still be written.
    left: Cell<usize>,
}

/// Braces inside each other.
const DEEPEST: usize = 32;

impl<'v> Evaluation<'v> {
    pub(super) fn new(lookup: &'v dyn Fn(&str) -> Lookup, most_bytes: usize) -> Self {
        Self { lookup, left: Cell::new(most_bytes) }
    }

    /// The text with every variable filled in.
    pub(super) fn of(&self, text: &str) -> Result<String, Failure> {
        self.expand(text, 0)
    }

    fn expand(&self, text: &str, depth: usize) -> Result<String, Failure> {
        if depth > DEEPEST {
            return Err(refused("variables are too deep inside each other"));
        }
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            let (before, from) = rest.split_at(at);
            expanded.push_str(before);
            if let Some(after) = from.strip_prefix("$$") {
                expanded.push('$');
                rest = after;
                continue;
            }
            if !from.starts_with("${") {
                expanded.push('$');
                rest = from.get(1..).unwrap_or_default();
                continue;
            }
            let (inside, after) =
                braced(from).ok_or_else(|| refused("a brace of a variable is not closed"))?;
            let value = self.variable(inside, depth)?;
            self.spend(value.len())?;
            expanded.push_str(&value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    fn spend(&self, bytes: usize) -> Result<(), Failure> {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.ok_or_else(|| refused("variables write too much text"))?);
        Ok(())
    }

    fn variable(&self, inside: &str, depth: usize) -> Result<String, Failure> {
        if let Some(name) = inside.strip_prefix('#') {
            return Ok(self.value(name)?.chars().count().to_string());
        }
        let end = inside.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(inside.len());
        let (name, operator) = inside.split_at(end);
        if name.is_empty() {
            return Err(refused(&format!("`${{{inside}}}` names no variable")));
        }
        for mark in [":=", ":-", "=", "-"] {
            if let Some(default) = operator.strip_prefix(mark) {
                return self.with_default(name, default, depth);
            }
        }
        let value = self.value(name)?;
        self.changed(&value, operator, depth)
    }

    fn value(&self, name: &str) -> Result<String, Failure> {
        match (self.lookup)(name) {
            Lookup::Set(value) => Ok(value.into()),
            Lookup::Unset => Ok(String::new()),
            Lookup::Unknown => Err(Failure::Unknown),
        }
    }

    /// Every operator with a default takes it for an empty value too.
    fn with_default(&self, name: &str, default: &str, depth: usize) -> Result<String, Failure> {
        match (self.lookup)(name) {
            Lookup::Set(value) if !value.is_empty() => Ok(value.into()),
            Lookup::Set(_) | Lookup::Unset => self.expand(default, depth + 1),
            Lookup::Unknown => Err(Failure::Unknown),
        }
    }

    fn changed(&self, value: &str, operator: &str, depth: usize) -> Result<String, Failure> {
        let argument = |mark: &str| -> Result<Option<String>, Failure> {
            operator.strip_prefix(mark).map(|rest| self.expand(rest, depth + 1)).transpose()
        };
        match operator {
            "" => return Ok(value.to_owned()),
            "^^" => return Ok(value.to_uppercase()),
            ",," => return Ok(value.to_lowercase()),
            "^" => return Ok(first_changed(value, |first| first.to_uppercase().collect())),
            "," => return Ok(first_changed(value, |first| first.to_lowercase().collect())),
            _ => {}
        }
        for mark in ["##", "#", "%%", "%"] {
            if let Some(pattern) = argument(mark)? {
                return trimmed(value, mark, &pattern);
            }
        }
        if let Some(rest) = operator.strip_prefix('/') {
            return self.replaced(value, rest, depth);
        }
        match operator.strip_prefix(':') {
            Some(range) => part(value, &self.expand(range, depth + 1)?),
            None => Err(refused(&format!("the operator `{operator}` does not exist"))),
        }
    }

    fn replaced(&self, value: &str, rest: &str, depth: usize) -> Result<String, Failure> {
        let (mode, rest) = match rest.chars().next() {
            Some(mode @ ('/' | '#' | '%')) => (Some(mode), rest.get(1..).unwrap_or_default()),
            Some(_) | None => (None, rest),
        };
        let (old, new) = rest.split_once('/').unwrap_or((rest, ""));
        let (old, new) = (self.expand(old, depth + 1)?, self.expand(new, depth + 1)?);
        if old.is_empty() {
            return Ok(value.to_owned());
        }
        self.spend(value.matches(&*old).count().saturating_mul(new.len()))?;
        Ok(match mode {
            Some('/') => value.replace(&old, &new),
            Some('#') => value.strip_prefix(&*old).map_or(value.to_owned(), |rest| format!("{new}{rest}")),
            Some(_) => value.strip_suffix(&*old).map_or(value.to_owned(), |rest| format!("{rest}{new}")),
            None => value.replacen(&old, &new, 1),
        })
    }
}

fn refused(reason: &str) -> Failure {
    Failure::Refused(reason.to_owned())
}

fn first_changed(value: &str, change: impl Fn(char) -> String) -> String {
    let mut characters = value.chars();
    let Some(first) = characters.next() else { return String::new() };
    let mut changed = change(first);
    changed.push_str(characters.as_str());
    changed
}

/// A value without a text at its beginning or end. What a pattern with stars would remove is not known here.
fn trimmed(value: &str, mark: &str, pattern: &str) -> Result<String, Failure> {
    if pattern.contains(['*', '?', '[', '\\']) {
        return Err(Failure::Unknown);
    }
    let rest = if mark.starts_with('#') { value.strip_prefix(pattern) } else { value.strip_suffix(pattern) };
    Ok(rest.unwrap_or(value).to_owned())
}

/// `position` or `position:length` of a value.
fn part(value: &str, range: &str) -> Result<String, Failure> {
    let (start, length) =
        range.split_once(':').map_or((range, None), |(start, length)| (start, Some(length)));
    let number = |text: &str| text.trim().parse::<usize>().map_err(|_| Failure::Unknown);
    let start = number(start)?;
    let length = length.map(number).transpose()?;
    Ok(value.chars().skip(start).take(length.unwrap_or(usize::MAX)).collect())
}

/// The text between `${` and the brace that closes it, and the text after that brace.
fn braced(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_prefix("${")?;
    let mut depth = 1_usize;
    let mut previous = '{';
    for (at, character) in inside.char_indices() {
        match character {
            '{' if previous == '$' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((inside.get(..at)?, inside.get(at + 1..)?));
        }
        previous = character;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Evaluation, Failure, Lookup};

    fn lookup(name: &str) -> Lookup {
        match name {
            "a" => Lookup::Set("Alpha-1".into()),
            "empty" => Lookup::Set("".into()),
            "secret" => Lookup::Unknown,
            _ => Lookup::Unset,
        }
    }

    fn evaluate(text: &str) -> Result<String, Failure> {
        Evaluation::new(&lookup, 1_000).of(text)
    }

    #[test]
    fn every_operator_does_what_flux_does() {
        for (text, value) in [
            ("x${a}y", "xAlpha-1y"),
            ("${none}", ""),
            ("${none:=d}${none:-e}${none=f}${none-g}", "defg"),
            ("${empty:=d}${empty-e}", "de"),
            ("${none:=${a}}", "Alpha-1"),
            ("${a^^} ${a,,} ${a,}", "ALPHA-1 alpha-1 alpha-1"),
            ("${#a}", "7"),
            ("${a:1:3} ${a:6}", "lph 1"),
            ("${a/a/o} ${a//a/o} ${a/#Al/x} ${a/%1/2}", "Alpho-1 Alpho-1 xpha-1 Alpha-2"),
            ("${a#Al} ${a%-1}", "pha-1 Alpha"),
            ("$${a} $a $ {a}", "${a} $a $ {a}"),
        ] {
            assert_eq!(evaluate(text).as_deref(), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_or_not_closed_gives_nothing() {
        for text in ["${secret}", "${secret:=a}", "${a##*-}", "${none:=${secret}}"] {
            assert_eq!(evaluate(text), Err(Failure::Unknown), "{text}");
        }
        for text in ["${a", "${}", "${a!b}"] {
            assert!(matches!(evaluate(text), Err(Failure::Refused(_))), "{text}");
        }
    }

    #[test]
    fn values_that_grow_are_refused() {
        assert!(matches!(evaluate(&"${a}".repeat(200)), Err(Failure::Refused(_))));
        let deep = format!("{}{}", "${x:=".repeat(40), "}".repeat(40));
        assert!(matches!(evaluate(&deep), Err(Failure::Refused(_))));
    }
}

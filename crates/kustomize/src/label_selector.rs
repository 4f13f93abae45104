//! Label selectors in their text form, as apimachinery parses them (`k8s.io/apimachinery/pkg/labels`).
//!
//! In: a text such as `app=web,tier in (front,back),!old`. Out: whether a set of labels fits. Never: decides for a text
//! that does not parse.

use std::borrow::Cow;

use super::error::{Outcome, RefusalKind, RenderError};

/// A selector. One that does not parse is an error once it is used.
#[derive(Debug)]
pub(crate) struct LabelSelector {
    text: Box<str>,
    requirements: Option<Vec<Requirement>>,
}

#[derive(Debug)]
struct Requirement {
    key: Box<str>,
    operator: Operator,
    values: Vec<Box<str>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    GreaterThan,
    LessThan,
}

impl LabelSelector {
    pub(crate) fn parse(text: &str) -> Self {
        let requirements = Parser { tokens: tokens(text), place: 0 }.selector();
        Self { text: text.into(), requirements }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn matches(&self, labels: &[(&str, Cow<'_, str>)]) -> Outcome<bool> {
        let Some(requirements) = &self.requirements else {
            let reason = format!("`{}` is no label selector", self.text);
            return Err(RenderError::new(RefusalKind::InvalidInput, reason));
        };
        Ok(requirements.iter().all(|requirement| requirement.fits(labels)))
    }
}

impl Requirement {
    fn fits(&self, labels: &[(&str, Cow<'_, str>)]) -> bool {
        let own = labels.iter().rev().find(|(key, _)| **key == *self.key).map(|(_, value)| &**value);
        let is_listed = |value: &str| self.values.iter().any(|wanted| **wanted == *value);
        let compared = |value: &str| {
            let wanted: i64 = self.values.first()?.parse().ok()?;
            Some(value.parse::<i64>().ok()?.cmp(&wanted))
        };
        match self.operator {
            Operator::In => own.is_some_and(is_listed),
            Operator::NotIn => !own.is_some_and(is_listed),
            Operator::Exists => own.is_some(),
            Operator::DoesNotExist => own.is_none(),
            Operator::GreaterThan => own.and_then(compared) == Some(std::cmp::Ordering::Greater),
            Operator::LessThan => own.and_then(compared) == Some(std::cmp::Ordering::Less),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Symbol(&'t str),
}

const SYMBOLS: [&str; 9] = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let symbol = SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol));
        let is_end = |character: char| character.is_whitespace() || "=!(),><".contains(character);
        let length = symbol.map_or_else(|| rest.find(is_end).unwrap_or(rest.len()), |symbol| symbol.len());
        let Some((token, after)) = rest.split_at_checked(length) else { break };
        found.push(if symbol.is_some() { Token::Symbol(token) } else { Token::Word(token) });
        rest = after.trim_start();
    }
    found
}

struct Parser<'t> {
    tokens: Vec<Token<'t>>,
    place: usize,
}

impl<'t> Parser<'t> {
    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.place).copied();
        self.place += 1;
        token
    }

    fn peek(&self) -> Option<Token<'t>> {
        self.tokens.get(self.place).copied()
    }

    fn selector(mut self) -> Option<Vec<Requirement>> {
        let mut requirements = Vec::new();
        if self.tokens.is_empty() {
            return Some(requirements);
        }
        loop {
            requirements.push(self.requirement()?);
            match self.next() {
                None => return Some(requirements),
                Some(Token::Symbol(",")) if self.peek().is_some() => {}
                Some(_) => return None,
            }
        }
    }

    fn requirement(&mut self) -> Option<Requirement> {
        let is_negated = self.peek() == Some(Token::Symbol("!"));
        if is_negated {
            self.next();
        }
        let Some(Token::Word(key)) = self.next() else { return None };
        if !is_key(key) {
            return None;
        }
        let made = |operator, values| Some(Requirement { key: key.into(), operator, values });
        if is_negated {
            return made(Operator::DoesNotExist, Vec::new());
        }
        match self.peek() {
            None | Some(Token::Symbol(",")) => made(Operator::Exists, Vec::new()),
            Some(Token::Symbol("=" | "==")) => made(Operator::In, self.one_value()?),
            Some(Token::Symbol("!=")) => made(Operator::NotIn, self.one_value()?),
            Some(Token::Symbol(">")) => made(Operator::GreaterThan, self.number()?),
            Some(Token::Symbol("<")) => made(Operator::LessThan, self.number()?),
            Some(Token::Word("in")) => made(Operator::In, self.set()?),
            Some(Token::Word("notin")) => made(Operator::NotIn, self.set()?),
            Some(_) => None,
        }
    }

    fn one_value(&mut self) -> Option<Vec<Box<str>>> {
        self.next();
        match self.peek() {
            Some(Token::Word(value)) if is_value(value) => {
                self.next();
                Some(vec![value.into()])
            }
            None | Some(Token::Symbol(",")) => Some(vec![Box::default()]),
            Some(_) => None,
        }
    }

    fn number(&mut self) -> Option<Vec<Box<str>>> {
        let values = self.one_value()?;
        values.iter().all(|value| value.parse::<i64>().is_ok()).then_some(values)
    }

    fn set(&mut self) -> Option<Vec<Box<str>>> {
        self.next();
        if self.next() != Some(Token::Symbol("(")) {
            return None;
        }
        let mut values = Vec::new();
        let mut awaits_value = true;
        loop {
            match self.next()? {
                Token::Word(value) if awaits_value && is_value(value) => {
                    values.push(value.into());
                    awaits_value = false;
                }
                Token::Symbol(",") => {
                    if awaits_value {
                        values.push(Box::default());
                    }
                    awaits_value = true;
                }
                Token::Symbol(")") => {
                    if awaits_value {
                        values.push(Box::default());
                    }
                    return Some(values);
                }
                Token::Word(_) | Token::Symbol(_) => return None,
            }
        }
    }
}

/// A qualified name: an optional DNS prefix and a name of at most 63 characters.
fn is_key(text: &str) -> bool {
    let (prefix, name) = text.split_once('/').map_or((None, text), |(prefix, name)| (Some(prefix), name));
    let is_dns = |prefix: &str| {
        let is_part = |part: &str| {
            let is_character = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !part.is_empty()
                && part.bytes().all(is_character)
                && !part.starts_with('-')
                && !part.ends_with('-')
        };
        prefix.len() <= 253 && prefix.split('.').all(is_part)
    };
    !name.is_empty() && is_value(name) && prefix.is_none_or(is_dns)
}

/// The value of a label.
fn is_value(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_outer = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    bytes.len() <= 63
        && bytes.iter().all(|byte| is_inner(*byte))
        && is_outer(bytes.first())
        && is_outer(bytes.last())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(selector: &str) -> Option<bool> {
        let labels = [("app", Cow::Borrowed("web")), ("weight", Cow::Borrowed("7"))];
        LabelSelector::parse(selector).matches(&labels).ok()
    }

    #[test]
    fn selectors_are_read_as_kubernetes_reads_them() {
        for selector in [
            "",
            "app",
            "app=web",
            "app == web,weight>6",
            "app in (db, web)",
            "!old",
            "app!=db",
            "x notin (a)",
        ] {
            assert_eq!(fits(selector), Some(true), "{selector}");
        }
        for selector in ["old", "app=db", "app notin (web)", "!app", "weight<7", "app=", "app in ()"] {
            assert_eq!(fits(selector), Some(false), "{selector}");
        }
        for selector in ["=web", "app=web,", "app in web", "a b", "app=web=db", "-a=b", "weight>x"] {
            assert_eq!(fits(selector), None, "{selector}");
        }
    }
}

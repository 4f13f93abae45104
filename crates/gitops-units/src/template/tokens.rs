//! The words of an action of a template (`text/template/parse/lex.go`).

use super::{Outcome, fail};

/// One word.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name: a function, a keyword, `true`, `nil`.
    Word(String),
    /// `.a`, with or without a value before it.
    Field(String),
    /// `.` alone.
    Dot,
    /// `$` or `$a`.
    Variable(String),
    Text(String),
    Integer(i64),
    Float(f64),
    Open,
    Close,
    Pipe,
    Comma,
    Declare,
    Assign,
    /// Between words: `(a).b` is another thing than `(a) .b`.
    Space,
}

/// Splits the inside of an action.
pub(super) fn tokens_of(action: &str) -> Outcome<Vec<Token>> {
    let mut scanner = Scanner { rest: action };
    let mut tokens = Vec::new();
    while let Some(next) = scanner.rest.chars().next() {
        tokens.push(scanner.token(next)?);
    }
    Ok(tokens)
}

struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    fn token(&mut self, next: char) -> Outcome<Token> {
        match next {
            _ if next.is_whitespace() => {
                self.rest = self.rest.trim_start();
                Ok(Token::Space)
            }
            '(' => Ok(self.single(Token::Open)),
            ')' => Ok(self.single(Token::Close)),
            '|' => Ok(self.single(Token::Pipe)),
            ',' => Ok(self.single(Token::Comma)),
            '=' => Ok(self.single(Token::Assign)),
            ':' if self.rest.starts_with(":=") => {
                self.skip(2);
                Ok(Token::Declare)
            }
            '"' => self.quoted(),
            '`' => self.raw(),
            '\'' => self.character(),
            '.' if self.rest.chars().nth(1).is_some_and(is_of_a_word) && !self.is_number() => {
                self.skip(1);
                Ok(Token::Field(self.word()))
            }
            '.' if !self.is_number() => Ok(self.single(Token::Dot)),
            '$' => {
                self.skip(1);
                Ok(Token::Variable(self.word()))
            }
            '0'..='9' | '+' | '-' | '.' => self.number(),
            _ if is_of_a_word(next) => Ok(Token::Word(self.word())),
            _ => fail(format!("the character `{next}` is not expected")),
        }
    }

    fn is_number(&self) -> bool {
        self.rest.chars().nth(1).is_some_and(|next| next.is_ascii_digit())
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn single(&mut self, token: Token) -> Token {
        self.skip(1);
        token
    }

    fn word(&mut self) -> String {
        let end = self.rest.find(|next: char| !is_of_a_word(next)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn quoted(&mut self) -> Outcome<Token> {
        let mut escaped = false;
        let inside = self.rest.get(1..).unwrap_or_default();
        let end = inside.char_indices().find(|(_, next)| {
            let is_end = *next == '"' && !escaped;
            escaped = *next == '\\' && !escaped;
            is_end
        });
        let Some((end, _)) = end else { return fail("a text in quotes does not end") };
        let (text, rest) = inside.split_at(end);
        self.rest = rest.get(1..).unwrap_or_default();
        // The escapes of Go that are not those of JSON are rare.
        match serde_json::from_str::<String>(&format!("\"{text}\"")) {
            Ok(text) => Ok(Token::Text(text)),
            Err(_) => fail("a text in quotes has an escape that is not supported"),
        }
    }

    fn raw(&mut self) -> Outcome<Token> {
        let Some((text, rest)) = self.rest.get(1..).and_then(|inside| inside.split_once('`')) else {
            return fail("a raw text does not end");
        };
        self.rest = rest;
        Ok(Token::Text(text.to_owned()))
    }

    /// A character is its number.
    fn character(&mut self) -> Outcome<Token> {
        let mut inside = self.rest.chars().skip(1);
        match (inside.next(), inside.next()) {
            (Some(character), Some('\'')) if character != '\\' => {
                self.skip(2 + character.len_utf8());
                Ok(Token::Integer(u32::from(character).into()))
            }
            _ => fail("a character is not supported"),
        }
    }

    fn number(&mut self) -> Outcome<Token> {
        let is_part = |next: char| next.is_ascii_alphanumeric() || matches!(next, '.' | '_' | '+' | '-');
        let end = self.rest.find(|next| !is_part(next)).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        if let Ok(integer) = text.parse() {
            return Ok(Token::Integer(integer));
        }
        match text.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Token::Float(float)),
            Ok(_) | Err(_) => fail(format!("`{text}` is no number")),
        }
    }
}

fn is_of_a_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

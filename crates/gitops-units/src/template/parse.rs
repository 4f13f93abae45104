//! The structure of a template (`text/template/parse/parse.go`).

use std::iter::Peekable;
use std::vec::IntoIter;

use super::tokens::{Token, tokens_of};
use super::{Outcome, fail};

/// A part of a template.
#[derive(Debug)]
pub(super) enum Part {
    Text(String),
    Action(Pipeline),
    If { branches: Vec<Branch>, otherwise: Vec<Part> },
    With { branches: Vec<Branch>, otherwise: Vec<Part> },
    Range { pipeline: Pipeline, body: Vec<Part>, otherwise: Vec<Part> },
}

/// A condition and what it leads to.
#[derive(Debug)]
pub(super) struct Branch {
    pub(super) condition: Pipeline,
    pub(super) body: Vec<Part>,
}

/// Commands, each of which takes the value of the one before as its last argument.
#[derive(Debug)]
pub(super) struct Pipeline {
    pub(super) setting: Setting,
    pub(super) commands: Vec<Vec<Operand>>,
}

/// What a pipeline does with its value beside giving it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Setting {
    None,
    Declare(Vec<String>),
    Assign(String),
}

/// A value, or the function that a command calls.
#[derive(Debug)]
pub(super) enum Operand {
    Function(String),
    Dot(Vec<String>),
    Variable(String, Vec<String>),
    Group(Box<Pipeline>, Vec<String>),
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Nil,
}

/// Blocks and parentheses inside each other.
const DEEPEST: usize = 48;

/// A text, or an action with its keyword.
enum Piece {
    Text(String),
    Action(Vec<Token>),
}

pub(super) fn parse(template: &str) -> Outcome<Vec<Part>> {
    let mut pieces = pieces_of(template)?.into_iter().peekable();
    let parts = parts(&mut pieces, 0)?;
    match pieces.next() {
        None => Ok(parts),
        Some(_) => fail("there is an `end` or `else` without a beginning"),
    }
}

/// Splits a template at `{{` and `}}`, and trims the text beside `{{-` and `-}}`.
fn pieces_of(template: &str) -> Outcome<Vec<Piece>> {
    let mut pieces = Vec::new();
    let (mut rest, mut trims) = (template, false);
    while let Some((text, after)) = rest.split_once("{{") {
        let starts_trimmed =
            after.strip_prefix('-').is_some_and(|next| next.starts_with(char::is_whitespace));
        let text = if trims { text.trim_start() } else { text };
        pieces.push(Piece::Text(if starts_trimmed { text.trim_end() } else { text }.to_owned()));
        let inside = if starts_trimmed { after.get(1..).unwrap_or_default() } else { after };
        let end = end_of_action(inside)?;
        let (action, behind) = inside.split_at(end);
        rest = behind.get(2..).unwrap_or_default();
        trims = action.strip_suffix('-').is_some_and(|before| before.ends_with(char::is_whitespace));
        let action = if trims { action.get(..action.len() - 1).unwrap_or_default() } else { action };
        if !action.trim().starts_with("/*") {
            pieces.push(Piece::Action(tokens_of(action.trim())?));
        }
    }
    pieces.push(Piece::Text(if trims { rest.trim_start() } else { rest }.to_owned()));
    Ok(pieces)
}

/// The place of the `}}` that is not in a text.
fn end_of_action(inside: &str) -> Outcome<usize> {
    if inside.trim_start().starts_with("/*") {
        let end = inside.find("*/").and_then(|end| Some(end + inside.get(end..)?.find("}}")?));
        return end.map_or_else(|| fail("a comment does not end"), Ok);
    }
    let (mut quote, mut escaped) = (None, false);
    for (at, next) in inside.char_indices() {
        match quote {
            Some(open) if next == open && !escaped => quote = None,
            Some(open) => escaped = next == '\\' && !escaped && open != '`',
            None if matches!(next, '"' | '`') => quote = Some(next),
            None if inside.get(at..).is_some_and(|rest| rest.starts_with("}}")) => return Ok(at),
            None => {}
        }
    }
    fail("an action does not end")
}

type Pieces = Peekable<IntoIter<Piece>>;

/// The parts up to an `end` or `else`.
fn parts(pieces: &mut Pieces, depth: usize) -> Outcome<Vec<Part>> {
    if depth > DEEPEST {
        return fail("blocks are too deep inside each other");
    }
    let mut found = Vec::new();
    while let Some(piece) = pieces.peek() {
        if let Piece::Action(tokens) = piece
            && matches!(keyword(tokens), Some("end" | "else"))
        {
            break;
        }
        match pieces.next() {
            Some(Piece::Text(text)) if text.is_empty() => {}
            Some(Piece::Text(text)) => found.push(Part::Text(text)),
            Some(Piece::Action(tokens)) => found.push(action(tokens, pieces, depth)?),
            None => {}
        }
    }
    Ok(found)
}

fn keyword(tokens: &[Token]) -> Option<&str> {
    match tokens.first() {
        Some(Token::Word(word)) => Some(word),
        _ => None,
    }
}

fn action(tokens: Vec<Token>, pieces: &mut Pieces, depth: usize) -> Outcome<Part> {
    match keyword(&tokens) {
        Some("if") => {
            let (branches, otherwise) = branches("if", tokens, pieces, depth)?;
            Ok(Part::If { branches, otherwise })
        }
        Some("with") => {
            let (branches, otherwise) = branches("with", tokens, pieces, depth)?;
            Ok(Part::With { branches, otherwise })
        }
        Some("range") => {
            let pipeline = pipeline_of(tokens.into_iter().skip(1).collect())?;
            let body = parts(pieces, depth + 1)?;
            let (_, otherwise) = rest_of_block("range", pieces, depth)?;
            Ok(Part::Range { pipeline, body, otherwise })
        }
        Some(word @ ("template" | "define" | "block" | "break" | "continue")) => {
            fail(format!("`{word}` is not supported"))
        }
        Some(_) | None => pipeline_of(tokens).map(Part::Action),
    }
}

/// The branches of `if` and `with`, and what is left for none of them.
fn branches(
    word: &str,
    tokens: Vec<Token>,
    pieces: &mut Pieces,
    depth: usize,
) -> Outcome<(Vec<Branch>, Vec<Part>)> {
    let mut found = Vec::new();
    let mut condition = pipeline_of(tokens.into_iter().skip(1).collect())?;
    loop {
        let body = parts(pieces, depth + 1)?;
        found.push(Branch { condition, body });
        match rest_of_block(word, pieces, depth)? {
            (Some(next), _) => condition = next,
            (None, otherwise) => return Ok((found, otherwise)),
        }
    }
}

/// What follows a body: `else if`, `else` and its parts, or `end`.
fn rest_of_block(word: &str, pieces: &mut Pieces, depth: usize) -> Outcome<(Option<Pipeline>, Vec<Part>)> {
    let Some(Piece::Action(tokens)) = pieces.next() else { return fail("a block does not end") };
    if keyword(&tokens) == Some("end") {
        return Ok((None, Vec::new()));
    }
    let behind: Vec<Token> = tokens.into_iter().skip(1).skip_while(|token| *token == Token::Space).collect();
    if behind.is_empty() {
        let otherwise = parts(pieces, depth + 1)?;
        return match pieces.next() {
            Some(Piece::Action(tokens)) if keyword(&tokens) == Some("end") => Ok((None, otherwise)),
            _ => fail("a block does not end"),
        };
    }
    if keyword(&behind) != Some(word) || word == "range" {
        return fail("what follows `else` is not expected");
    }
    Ok((Some(pipeline_of(behind.into_iter().skip(1).collect())?), Vec::new()))
}

fn pipeline_of(tokens: Vec<Token>) -> Outcome<Pipeline> {
    let mut parser = Parser { tokens: tokens.into_iter().peekable(), depth: 0 };
    let pipeline = parser.pipeline()?;
    match parser.tokens.next() {
        None => Ok(pipeline),
        Some(_) => fail("an action has more than one pipeline"),
    }
}

struct Parser {
    tokens: Peekable<IntoIter<Token>>,
    depth: usize,
}

impl Parser {
    fn skip_space(&mut self) {
        while self.tokens.next_if_eq(&Token::Space).is_some() {}
    }

    fn pipeline(&mut self) -> Outcome<Pipeline> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return fail("parentheses are too deep inside each other");
        }
        let setting = self.setting()?;
        let mut commands = Vec::new();
        loop {
            let command = self.command()?;
            if command.is_empty() {
                return fail("a command is empty");
            }
            commands.push(command);
            if self.tokens.next_if_eq(&Token::Pipe).is_none() {
                break;
            }
        }
        self.depth -= 1;
        Ok(Pipeline { setting, commands })
    }

    /// `$a :=`, `$a, $b :=` or `$a =`.
    fn setting(&mut self) -> Outcome<Setting> {
        self.skip_space();
        let mut ahead = self.tokens.clone();
        let mut names = Vec::new();
        while let Some(Token::Variable(name)) = ahead.next_if(|token| matches!(token, Token::Variable(_))) {
            names.push(name);
            while ahead.next_if_eq(&Token::Space).is_some() {}
            match ahead.next() {
                Some(Token::Comma) => while ahead.next_if_eq(&Token::Space).is_some() {},
                Some(Token::Declare) if names.len() <= 2 => {
                    self.tokens = ahead;
                    return Ok(Setting::Declare(names));
                }
                Some(Token::Assign) if names.len() == 1 => {
                    self.tokens = ahead;
                    return names
                        .pop()
                        .map_or_else(|| fail("nothing is assigned"), |name| Ok(Setting::Assign(name)));
                }
                _ => return Ok(Setting::None),
            }
        }
        Ok(Setting::None)
    }

    fn command(&mut self) -> Outcome<Vec<Operand>> {
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            match self.tokens.peek() {
                None | Some(Token::Pipe | Token::Close) => return Ok(operands),
                Some(_) => operands.push(self.operand()?),
            }
        }
    }

    fn operand(&mut self) -> Outcome<Operand> {
        match self.tokens.next() {
            Some(Token::Word(word)) => Ok(match &*word {
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                "nil" => Operand::Nil,
                _ => Operand::Function(word),
            }),
            Some(Token::Dot) => Ok(Operand::Dot(Vec::new())),
            Some(Token::Field(name)) => Ok(Operand::Dot(self.fields(vec![name]))),
            Some(Token::Variable(name)) => Ok(Operand::Variable(name, self.fields(Vec::new()))),
            Some(Token::Open) => {
                let inside = self.pipeline()?;
                match self.tokens.next() {
                    Some(Token::Close) => Ok(Operand::Group(Box::new(inside), self.fields(Vec::new()))),
                    _ => fail("a parenthesis is not closed"),
                }
            }
            Some(Token::Text(text)) => Ok(Operand::Text(text)),
            Some(Token::Integer(value)) => Ok(Operand::Integer(value)),
            Some(Token::Float(value)) => Ok(Operand::Float(value)),
            _ => fail("a word is not expected"),
        }
    }

    /// The fields right behind a value.
    fn fields(&mut self, mut names: Vec<String>) -> Vec<String> {
        while let Some(Token::Field(name)) = self.tokens.next_if(|token| matches!(token, Token::Field(_))) {
            names.push(name);
        }
        names
    }
}

//! A place in an object: its node, its JSON pointer, and its path as people write it.
//!
//! In: a node. Out: [`Place`]s below it, including those of absent fields. Never: a `null` as a present field, because
//! Kubernetes treats it as absent, and never a character that a terminal would act on.

use std::rc::Rc;

use kube_manifest::{Node, Value};
use source_files::Span;
use source_files::pointer::escaped;

/// The node of an absent value. Every rule takes it for an absent field.
static NOTHING: Node = Node::new(Span { start: 0, end: 0 }, Value::Null);

/// A node and its place. Nearly every place that a rule looks at is fine, so pointer and path are spelled out only for
/// those that are not.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// The node.
    pub(super) node: &'a Node,
    /// The last step to it. `None` for the object itself.
    step: Option<Rc<Step<'a>>>,
}

/// A step from a mapping or a list into it.
#[derive(Debug)]
struct Step<'a> {
    /// The mapping or list that the step starts from.
    holder: &'a Node,
    token: Token<'a>,
    before: Option<Rc<Step<'a>>>,
}

#[derive(Clone, Copy, Debug)]
enum Token<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    /// Returns the place of the object itself.
    pub(super) fn root(node: &'a Node) -> Self {
        Self { node, step: None }
    }

    /// Returns the JSON pointer.
    pub(super) fn pointer(&self) -> String {
        let mut pointer = String::new();
        for token in self.tokens() {
            pointer.push('/');
            match token {
                Token::Key(key) => pointer.push_str(&escaped(key)),
                Token::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }

    /// Returns the path for people, such as `spec.ports[0].name`.
    pub(super) fn path(&self) -> String {
        let mut path = String::new();
        for token in self.tokens() {
            match token {
                Token::Key(key) if is_plain(key) => {
                    path.push_str(if path.is_empty() { "" } else { "." });
                    path.push_str(key);
                }
                Token::Key(key) => path.extend(["[", &quote(key), "]"]),
                Token::Index(index) => path.extend(["[", &index.to_string(), "]"]),
            }
        }
        if path.is_empty() { "the object".to_owned() } else { path }
    }

    /// Returns the steps from the object down.
    fn tokens(&self) -> Vec<Token<'a>> {
        let steps = std::iter::successors(self.step.as_deref(), |step| step.before.as_deref());
        let mut tokens: Vec<Token<'a>> = steps.map(|step| step.token).collect();
        tokens.reverse();
        tokens
    }

    /// Returns a field that is there and not `null`.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let entry = self.node.entry(key).filter(|entry| !entry.value.is_null())?;
        Some(self.child(Token::Key(&entry.key), &entry.value))
    }

    /// Returns true if a field is there and not `null`.
    pub(super) fn has(&self, key: &str) -> bool {
        self.node.get(key).is_some_and(|node| !node.is_null())
    }

    /// Returns a field, whether it is there or not. Fields that are required below an absent one are missing too.
    pub(super) fn field(&self, key: &'a str) -> Self {
        self.get(key).unwrap_or_else(|| self.child(Token::Key(key), &NOTHING))
    }

    /// Returns the field at the end of a chain of keys, whether it is there or not.
    pub(super) fn reach(&self, keys: &[&'a str]) -> Self {
        keys.iter().fold(self.clone(), |place, key| place.field(key))
    }

    /// Returns true if a value exists here. An item of a list exists, even `null`: the API server reads it as the zero
    /// value of its type.
    pub(super) fn exists(&self) -> bool {
        !self.node.is_null() || self.step.as_ref().is_none_or(|step| matches!(step.token, Token::Index(_)))
    }

    /// Returns the nearest existing mapping above a missing or empty field, and the name of the field that it lacks.
    /// `None` for the object itself and for items of lists.
    pub(super) fn find_lacking(&self) -> Option<(Self, &'a str)> {
        let step = self.step.as_ref()?;
        let Token::Key(key) = step.token else { return None };
        let holder = Self { node: step.holder, step: step.before.clone() };
        if holder.exists() { Some((holder, key)) } else { holder.find_lacking() }
    }

    /// Returns the field at the end of a chain of keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self.clone(), |place, key| place.get(key))
    }

    /// Returns the items of the list that a field holds. Empty for anything else.
    pub(super) fn items(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|list| list.elements()).unwrap_or_default()
    }

    /// Returns the items of this list. Empty for anything else.
    pub(super) fn elements(&self) -> Vec<Self> {
        let items = self.node.items().iter().enumerate();
        items.map(|(index, node)| self.child(Token::Index(index), node)).collect()
    }

    /// Returns the entries of the mapping that a field holds, including `null` values.
    pub(super) fn entries(&self, key: &str) -> Vec<(&'a str, Self)> {
        let Some(mapping) = self.get(key) else { return Vec::new() };
        let entries = mapping.node.entries().iter();
        entries.map(|entry| (&*entry.key, mapping.child(Token::Key(&entry.key), &entry.value))).collect()
    }

    /// Returns every place that a path such as `spec/ports/*/protocol` names.
    pub(super) fn find(&self, path: &str) -> Vec<Self> {
        let mut found = Vec::new();
        self.collect(path, &mut found);
        found
    }

    /// Returns true if a field of this mapping is unknown.
    pub(super) fn has_unknown_field(&self) -> bool {
        self.node.is_unknown() || self.node.entries().iter().any(|entry| entry.value.is_unknown())
    }

    /// Returns true if a field or an item beside this one is unknown.
    pub(super) fn has_unknown_sibling(&self) -> bool {
        self.step.as_ref().is_some_and(|step| {
            let mut fields = step.holder.entries().iter().map(|entry| &entry.value);
            fields.any(Node::is_unknown) || step.holder.items().iter().any(Node::is_unknown)
        })
    }

    /// Returns the places that a path such as `spec>target/rules/*/name` names, including an absent last field. A step
    /// with `/` leads out of a value that must exist for a rule to apply. One with `>` leads out of a field that the
    /// API server always holds, so that a field that is required below is missing without it.
    pub(super) fn find_fields(&self, path: &'a str) -> Vec<Self> {
        let (step, rest) = path.split_once('/').map_or((path, None), |(step, rest)| (step, Some(rest)));
        let places = match (step, rest) {
            ("*", _) => self.elements(),
            // Nearly every optional field is absent.
            (key, Some(_)) if !key.contains('>') => self.get(key).into_iter().collect(),
            (keys, _) => vec![keys.split('>').fold(self.clone(), |place, key| place.field(key))],
        };
        let Some(rest) = rest else { return places };
        places.iter().filter(|place| place.exists()).flat_map(|place| place.find_fields(rest)).collect()
    }

    fn collect(&self, path: &str, found: &mut Vec<Self>) {
        let (token, rest) = path.split_once('/').map_or((path, None), |(token, rest)| (token, Some(rest)));
        let mut go_on = |place: Self| match rest {
            Some(rest) => place.collect(rest, found),
            None => found.push(place),
        };
        match token {
            "*" => self.elements().into_iter().for_each(go_on),
            key => {
                if let Some(place) = self.get(key) {
                    go_on(place);
                }
            }
        }
    }

    /// Returns the text as Kubernetes' own types hold it: `null` is the empty text. `None` for other values.
    pub(super) fn string(&self) -> Option<&'a str> {
        match &self.node.value {
            Value::Null => Some(""),
            Value::String(text) => Some(text),
            Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Unknown(_)
            | Value::Sequence(_)
            | Value::Mapping(_) => None,
        }
    }

    /// Returns the text of a field. An empty text counts as absent, as in Kubernetes' own types.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.node.get(key).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    /// Returns the whole number of a field.
    pub(super) fn integer(&self, key: &str) -> Option<i64> {
        self.node.get(key).and_then(Node::as_integer)
    }

    /// Returns the boolean of a field.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.node.get(key).and_then(Node::as_bool)
    }

    /// Returns true if a field holds something: a non-empty list, mapping or text, or any other value.
    pub(super) fn holds(&self, key: &str) -> bool {
        self.node.get(key).is_some_and(|node| !is_empty(node))
    }

    fn child(&self, token: Token<'a>, node: &'a Node) -> Self {
        Self { node, step: Some(Rc::new(Step { holder: self.node, token, before: self.step.clone() })) }
    }
}

fn is_plain(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|next| next.is_ascii_alphanumeric() || next == '-')
}

/// Returns true if a value is the zero value of Kubernetes' own types.
pub(super) fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Sequence(items) => items.is_empty(),
        Value::Mapping(entries) => entries.is_empty(),
        Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Unknown(_) => false,
    }
}

/// Quotes a text, short and harmless.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 60;
    let escaped = text.escape_debug().to_string();
    let mut characters = escaped.chars();
    let start: String = characters.by_ref().take(LONGEST).collect();
    let rest = if characters.next().is_some() { "…" } else { "" };
    format!("\"{start}{rest}\"")
}

/// Writes a scalar for people.
pub(super) fn show(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::String(text) | Value::Unknown(text) => quote(text),
        Value::Sequence(items) => format!("a list of {}", items.len()),
        Value::Mapping(entries) => format!("a mapping with {} keys", entries.len()),
    }
}

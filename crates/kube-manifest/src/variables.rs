//! Variables that Flux fills in after the build of a kustomization (`postBuild`).
//!
//! In: a text. Out: the text with the defaults of its variables, or that it is not known. Never: knows what
//! sets a variable. The syntax is that of `fluxcd/pkg/envsubst`: `${name}` with operators, and `$$` for a dollar sign. A
//! name is made of letters and digits of any script and of `_`.

/// The outcome of expanding a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expansion {
    /// It names no variable: it stays, with `$$` written as `$`.
    Constant(String),
    /// With every variable at its default.
    Default(String),
    /// A variable has no default, or an operator changes it.
    Unknown,
}

/// Whether a text names a variable. A quick look that every text is given.
pub fn may_name_a_variable(text: &str) -> bool {
    text.contains("${")
}

/// Expands a text.
pub fn expand(text: &str) -> Expansion {
    let mut expanded = String::with_capacity(text.len());
    let mut state = State::Constant;
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let (before, from) = rest.split_at(at);
        expanded.push_str(before);
        if let Some(after) = from.strip_prefix("$$") {
            expanded.push('$');
            rest = after;
            continue;
        }
        let Some((inside, after)) = braced(from) else {
            expanded.push('$');
            rest = from.get(1..).unwrap_or_default();
            continue;
        };
        match default_of(inside) {
            Variable::Default(default) => {
                state = state.and(State::Default);
                expanded.push_str(&default);
            }
            Variable::Unknown => state = State::Unknown,
            Variable::None => expanded.extend(["${", inside, "}"]),
        }
        rest = after;
    }
    expanded.push_str(rest);
    match state {
        State::Constant => Expansion::Constant(expanded),
        State::Default => Expansion::Default(expanded),
        State::Unknown => Expansion::Unknown,
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum State {
    Constant,
    Default,
    Unknown,
}

impl State {
    fn and(self, other: Self) -> Self {
        self.max(other)
    }
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

/// The content of braces.
enum Variable {
    Default(String),
    Unknown,
    /// No name of a variable: Flux refuses the file, or leaves the text.
    None,
}

fn default_of(inside: &str) -> Variable {
    let end = inside.find(|next: char| !is_of_a_name(next)).unwrap_or(inside.len());
    let (name, operator) = inside.split_at(end);
    if name.is_empty() {
        // `${#name}` is the length of a value.
        return if inside.starts_with('#') { Variable::Unknown } else { Variable::None };
    }
    let default = [":=", ":-", "=", "-"].iter().find_map(|mark| operator.strip_prefix(mark));
    match default.map(expand) {
        Some(Expansion::Constant(text) | Expansion::Default(text)) => Variable::Default(text),
        Some(Expansion::Unknown) | None => Variable::Unknown,
    }
}

fn is_of_a_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Whether a text opens a variable that it does not close. Flux fills in the text of a whole object at once, so that
/// the variable ends in another value, and whatever is between them is part of it.
pub fn leaves_a_variable_open(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let from = rest.get(at..).unwrap_or_default();
        if let Some(after) = from.strip_prefix("$$") {
            rest = after;
            continue;
        }
        if let Some((_, after)) = braced(from) {
            rest = after;
            continue;
        }
        if from.strip_prefix("${").is_some_and(|name| name.starts_with(is_of_a_name)) {
            return true;
        }
        rest = from.get(1..).unwrap_or_default();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Expansion, expand, leaves_a_variable_open};

    #[test]
    fn a_variable_may_end_in_another_value() {
        for text in ["cluster-${X:=admin", "a${b}${c", "${a:=${b}"] {
            assert!(leaves_a_variable_open(text), "{text}");
        }
        for text in ["${a}", "$${a", "${", "${-", "a}", "$(a"] {
            assert!(!leaves_a_variable_open(text), "{text}");
        }
    }

    #[test]
    fn defaults_are_filled_in_wherever_a_variable_is() {
        for (text, expanded) in [
            ("${k:=ClusterRole}", "ClusterRole"),
            ("LoadBal${x:=}ancer", "LoadBalancer"),
            ("a-${x:-b}-${y=c}", "a-b-c"),
            ("${a:=${b:=c}}d", "cd"),
            ("${a:=$${b}}", "${b}"),
            ("${1:=admin}", "admin"),
            ("${é:=admin}", "admin"),
        ] {
            assert_eq!(expand(text), Expansion::Default(expanded.into()), "{text}");
        }
    }

    #[test]
    fn without_a_default_nothing_is_known() {
        for text in ["${a}", "x${a}", "${a:=b}${c}", "${a:=${b}}", "${a^^}", "${a:0:3}", "${a/b/c}", "${#a}"]
        {
            assert_eq!(expand(text), Expansion::Unknown, "{text}");
        }
    }

    #[test]
    fn what_names_no_variable_stays() {
        for (text, same) in
            [("$${a}", "${a}"), ("$(A)", "$(A)"), ("${", "${"), ("${-a}", "${-a}"), ("5$", "5$")]
        {
            assert_eq!(expand(text), Expansion::Constant(same.into()), "{text}");
        }
    }
}

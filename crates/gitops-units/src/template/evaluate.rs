//! The evaluation of a template (`text/template/exec.go`).

use kube_manifest::{Node, Origin, Value};

use crate::limits::UnitLimits;

use super::data::{flag, integer, is_empty, made, text, to_text};
use super::functions;
use super::parse::{Branch, Operand, Part, Pipeline, Setting};
use super::{FilledText, MissingKey, Outcome, fail};

/// Places of parameters that are noted for one text.
const MOST_ORIGINS: usize = 16;

/// Evaluates the parts of a template.
pub(super) fn run(
    parts: &[Part],
    parameters: &Node,
    missing: MissingKey,
    limits: &UnitLimits,
) -> Outcome<FilledText> {
    let mut evaluator = Evaluator {
        root: parameters,
        missing,
        steps: limits.template_steps,
        bytes: limits.template_bytes,
        variables: Vec::new(),
        used: Vec::new(),
        written: String::new(),
    };
    evaluator.parts(parts, parameters)?;
    Ok(FilledText { text: evaluator.written, used: evaluator.used })
}

struct Evaluator<'p> {
    root: &'p Node,
    missing: MissingKey,
    steps: usize,
    bytes: usize,
    variables: Vec<(String, Node)>,
    used: Vec<Origin>,
    written: String,
}

impl Evaluator<'_> {
    fn step(&mut self) -> Outcome<()> {
        let Some(left) = self.steps.checked_sub(1) else { return fail("it takes too many steps") };
        self.steps = left;
        Ok(())
    }

    fn write(&mut self, text: &str) -> Outcome<()> {
        if self.written.len() + text.len() > self.bytes {
            return fail("it writes too much text");
        }
        self.written.push_str(text);
        Ok(())
    }

    fn parts(&mut self, parts: &[Part], dot: &Node) -> Outcome<()> {
        for part in parts {
            self.step()?;
            let known = self.variables.len();
            match part {
                Part::Text(text) => self.write(text)?,
                Part::Action(pipeline) => {
                    let value = self.pipeline(pipeline, dot)?;
                    if pipeline.setting == Setting::None {
                        self.write(&to_text(&value))?;
                    }
                    continue;
                }
                Part::If { branches, otherwise } => self.branches(branches, otherwise, dot, None)?,
                Part::With { branches, otherwise } => self.branches(branches, otherwise, dot, Some(()))?,
                Part::Range { pipeline, body, otherwise } => self.range(pipeline, body, otherwise, dot)?,
            }
            self.variables.truncate(known);
        }
        Ok(())
    }

    /// `if`, and with a subject `with`, which makes the value of the condition the dot.
    fn branches(
        &mut self,
        branches: &[Branch],
        otherwise: &[Part],
        dot: &Node,
        subject: Option<()>,
    ) -> Outcome<()> {
        for branch in branches {
            let value = self.pipeline(&branch.condition, dot)?;
            if !is_empty(&value) {
                let inner = if subject.is_some() { &value } else { dot };
                return self.parts(&branch.body, inner);
            }
        }
        self.parts(otherwise, dot)
    }

    fn range(&mut self, pipeline: &Pipeline, body: &[Part], otherwise: &[Part], dot: &Node) -> Outcome<()> {
        let known = self.variables.len();
        let value = self.commands(pipeline, dot)?;
        let pairs: Vec<(Node, Node)> = match &value.value {
            Value::Sequence(items) => (0_i64..).map(integer).zip(items.iter().cloned()).collect(),
            Value::Mapping(entries) => {
                let mut pairs: Vec<_> =
                    entries.iter().map(|entry| (text(entry.key.clone()), entry.value.clone())).collect();
                pairs.sort_by(|(one, _), (other, _)| one.as_str().cmp(&other.as_str()));
                pairs
            }
            Value::Null => Vec::new(),
            _ => return fail("`range` is over what is neither a list nor a map"),
        };
        if pairs.is_empty() {
            return self.parts(otherwise, dot);
        }
        for (key, item) in pairs {
            self.step()?;
            self.variables.truncate(known);
            match &pipeline.setting {
                Setting::None => {}
                Setting::Assign(_) => return fail("`range` with an assignment is not supported"),
                Setting::Declare(names) => match names.as_slice() {
                    [only] => self.variables.push((only.clone(), item.clone())),
                    [first, second] => {
                        self.variables.push((first.clone(), key));
                        self.variables.push((second.clone(), item.clone()));
                    }
                    _ => return fail("`range` declares too many variables"),
                },
            }
            self.parts(body, &item)?;
        }
        self.variables.truncate(known);
        Ok(())
    }

    /// The value of a pipeline, which may set a variable.
    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Node) -> Outcome<Node> {
        let value = self.commands(pipeline, dot)?;
        match &pipeline.setting {
            Setting::None => {}
            Setting::Declare(names) => match names.as_slice() {
                [name] => self.variables.push((name.clone(), value.clone())),
                _ => return fail("a pipeline declares more than one variable"),
            },
            Setting::Assign(name) => {
                let known = self.variables.iter_mut().rev().find(|(known, _)| known == name);
                let Some((_, old)) = known else {
                    return fail(format!("the variable `${name}` is not declared"));
                };
                *old = value.clone();
            }
        }
        Ok(value)
    }

    fn commands(&mut self, pipeline: &Pipeline, dot: &Node) -> Outcome<Node> {
        let mut last = None;
        for command in &pipeline.commands {
            last = Some(self.command(command, dot, last)?);
        }
        last.map_or_else(|| fail("a pipeline is empty"), Ok)
    }

    fn command(&mut self, command: &[Operand], dot: &Node, last: Option<Node>) -> Outcome<Node> {
        self.step()?;
        let Some((first, rest)) = command.split_first() else { return fail("a command is empty") };
        let Operand::Function(name) = first else {
            if !rest.is_empty() || last.is_some() {
                return fail("what is no function has arguments");
            }
            return self.operand(first, dot);
        };
        if matches!(&**name, "and" | "or") {
            return self.and_or(name, rest, dot, last);
        }
        let mut arguments = Vec::with_capacity(rest.len() + 1);
        for operand in rest {
            arguments.push(self.operand(operand, dot)?);
        }
        arguments.extend(last);
        let value = functions::call(name, &arguments, self.bytes)?;
        // A function may copy its arguments, so that values could double again and again.
        let weight = value.count() + to_text_length(&value) / 64;
        let Some(left) = self.steps.checked_sub(weight) else { return fail("it takes too many steps") };
        self.steps = left;
        Ok(value)
    }

    /// These stop at the first argument that decides.
    fn and_or(&mut self, name: &str, operands: &[Operand], dot: &Node, last: Option<Node>) -> Outcome<Node> {
        let mut value = None;
        for operand in operands {
            let next = self.operand(operand, dot)?;
            if is_empty(&next) == (name == "and") {
                return Ok(next);
            }
            value = Some(next);
        }
        last.or(value).map_or_else(|| fail(format!("`{name}` has no argument")), Ok)
    }

    fn operand(&mut self, operand: &Operand, dot: &Node) -> Outcome<Node> {
        match operand {
            Operand::Text(value) => Ok(text(value.as_str())),
            Operand::Integer(value) => Ok(integer(*value)),
            Operand::Float(value) => Ok(made(Value::Float(*value))),
            Operand::Bool(value) => Ok(flag(*value)),
            Operand::Nil => Ok(made(Value::Null)),
            Operand::Dot(fields) => self.fields(dot, fields),
            Operand::Group(pipeline, fields) => {
                let value = self.pipeline(pipeline, dot)?;
                self.fields(&value, fields)
            }
            Operand::Variable(name, fields) => {
                if name.is_empty() {
                    let root = self.root;
                    return self.fields(root, fields);
                }
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let Some((_, value)) = known.cloned() else {
                    return fail(format!("the variable `${name}` is not declared"));
                };
                self.fields(&value, fields)
            }
            Operand::Function(name) => functions::call(name, &[], self.bytes),
        }
    }

    fn fields(&mut self, value: &Node, fields: &[String]) -> Outcome<Node> {
        let mut value = value;
        let nothing = made(Value::Null);
        for field in fields {
            self.step()?;
            value = match &value.value {
                Value::Mapping(_) => match (value.get(field), self.missing) {
                    (Some(found), _) => found,
                    (None, MissingKey::NoValue) => &nothing,
                    (None, MissingKey::Fails) => return fail(format!("there is no `{field}`")),
                },
                Value::Null => return fail(format!("`{field}` is a field of nothing")),
                _ => return fail(format!("`{field}` is a field of what is no map")),
            };
        }
        let weight = value.count();
        let Some(left) = self.steps.checked_sub(weight) else { return fail("it takes too many steps") };
        self.steps = left;
        self.note(value.origin);
        Ok(value.clone())
    }

    fn note(&mut self, origin: Origin) {
        let is_new = origin != Origin::default() && !self.used.contains(&origin);
        if is_new && self.used.len() < MOST_ORIGINS {
            self.used.push(origin);
        }
    }
}

fn to_text_length(node: &Node) -> usize {
    let own = node.spelling().map_or(0, str::len);
    let entries: usize = node.entries().iter().map(|entry| to_text_length(&entry.value)).sum();
    own + entries + node.items().iter().map(to_text_length).sum::<usize>()
}

//! Numbers: arithmetic on integers, and comparisons.

use std::cmp::Ordering;

use kube_manifest::{Node, Value};

use super::data::{flag, integer, list, made};
use super::functions::argument;
use super::{Outcome, fail};

pub(super) fn call(name: &str, arguments: &[Node]) -> Option<Outcome<Node>> {
    Some(match name {
        "lt" | "le" | "gt" | "ge" => ordered(name, arguments),
        "int" | "int64" | "atoi" => argument(name, arguments, 0).map(|value| integer(whole(value))),
        "float64" => argument(name, arguments, 0).map(|value| made(Value::Float(float(value)))),
        "add" | "mul" | "sub" | "div" | "mod" | "max" | "min" | "add1" | "biggest" => {
            arithmetic(name, arguments)
        }
        "until" | "untilStep" => sequence(name, arguments),
        _ => return None,
    })
}

/// The order of two numbers or two texts.
pub(super) fn compare(one: &Node, other: &Node) -> Option<Ordering> {
    match (&one.value, &other.value) {
        (Value::Integer(one), Value::Integer(other)) => Some(one.cmp(other)),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Integer(_) | Value::Float(_), Value::Integer(_) | Value::Float(_)) => {
            float(one).partial_cmp(&float(other))
        }
        _ => None,
    }
}

fn ordered(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let order = compare(argument(name, arguments, 0)?, argument(name, arguments, 1)?);
    let Some(order) = order else { return fail(format!("`{name}` compares values of different types")) };
    Ok(flag(match name {
        "lt" => order.is_lt(),
        "le" => order.is_le(),
        "gt" => order.is_gt(),
        _ => order.is_ge(),
    }))
}

/// `cast.ToInt64`: 0 for what is no number.
#[expect(clippy::cast_possible_truncation, reason = "a conversion to an integer cuts")]
pub(super) fn whole(value: &Node) -> i64 {
    match &value.value {
        Value::Integer(value) => *value,
        Value::Float(value) => *value as i64,
        Value::String(text) => text.trim().parse().unwrap_or_default(),
        Value::Bool(value) => i64::from(*value),
        Value::Null | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "so does Go")]
fn float(value: &Node) -> f64 {
    match &value.value {
        Value::Integer(value) => *value as f64,
        Value::Float(value) => *value,
        Value::String(text) => text.trim().parse().unwrap_or_default(),
        Value::Bool(_) | Value::Null | Value::Unknown(_) | Value::Sequence(_) | Value::Mapping(_) => 0.0,
    }
}

fn arithmetic(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let mut numbers = arguments.iter().map(whole);
    let Some(mut value) = numbers.next() else { return fail(format!("`{name}` has no argument")) };
    if name == "add1" {
        return Ok(integer(value.wrapping_add(1)));
    }
    for next in numbers {
        value = match name {
            "add" => value.wrapping_add(next),
            "sub" => value.wrapping_sub(next),
            "mul" => value.wrapping_mul(next),
            "div" | "mod" if next == 0 => return fail("a number is divided by 0"),
            "div" => value.wrapping_div(next),
            "mod" => value.wrapping_rem(next),
            "min" => value.min(next),
            _ => value.max(next),
        };
    }
    Ok(integer(value))
}

/// Numbers of one list.
const MOST_NUMBERS: usize = 10_000;

fn sequence(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let number = |place| argument(name, arguments, place).map(whole);
    let (start, stop, step) = if name == "until" {
        let stop = number(0)?;
        (0, stop, if stop < 0 { -1 } else { 1 })
    } else {
        (number(0)?, number(1)?, number(2)?)
    };
    let mut numbers = Vec::new();
    let mut next = start;
    while (step > 0 && next < stop) || (step < 0 && next > stop) {
        if numbers.len() >= MOST_NUMBERS {
            return fail(format!("`{name}` gives more than {MOST_NUMBERS} numbers"));
        }
        numbers.push(integer(next));
        next = next.saturating_add(step);
    }
    Ok(list(numbers))
}

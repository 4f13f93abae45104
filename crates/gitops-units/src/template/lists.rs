//! Lists and maps.

use std::collections::BTreeSet;

use kube_manifest::{Entry, Node, Value};

use super::data::{entry, flag, is_empty, list, made, text, to_text};
use super::functions::{argument, text_argument};
use super::numbers::whole;
use super::{Outcome, fail};

pub(super) fn call(name: &str, arguments: &[Node]) -> Option<Outcome<Node>> {
    Some(match name {
        "list" | "tuple" => Ok(list(arguments.to_vec())),
        "first" | "last" | "rest" | "initial" | "reverse" | "uniq" | "compact" | "sortAlpha" => {
            of_one_list(name, arguments)
        }
        "append" | "push" | "prepend" | "has" | "without" => with_items(name, arguments),
        "concat" => arguments
            .iter()
            .map(|value| items(name, value))
            .collect::<Outcome<Vec<_>>>()
            .map(|lists| list(lists.into_iter().flatten().cloned().collect())),
        "slice" => slice(name, arguments),
        "index" => index(arguments),
        "join" => join(name, arguments),
        "splitList" | "split" => split(name, arguments),
        "dict" => Ok(dict(arguments)),
        "get" | "hasKey" | "pick" | "omit" | "keys" | "values" | "pluck" => of_map(name, arguments),
        "dig" => dig(arguments),
        "merge" | "mergeOverwrite" | "mustMerge" | "mustMergeOverwrite" => merged(name, arguments),
        "set" | "unset" => fail(format!("the function `{name}`, which changes a map, is not supported")),
        _ => return None,
    })
}

fn items<'n>(name: &str, value: &'n Node) -> Outcome<&'n [Node]> {
    match &value.value {
        Value::Sequence(items) => Ok(items),
        _ => fail(format!("an argument of `{name}` is no list")),
    }
}

fn entries<'n>(name: &str, value: &'n Node) -> Outcome<&'n [Entry]> {
    match &value.value {
        Value::Mapping(entries) => Ok(entries),
        _ => fail(format!("an argument of `{name}` is no map")),
    }
}

fn of_one_list(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let items = items(name, argument(name, arguments, 0)?)?;
    let nothing = || made(Value::Null);
    let without_last = items.split_last().map_or(&[][..], |(_, before)| before);
    Ok(match name {
        "first" => items.first().cloned().unwrap_or_else(nothing),
        "last" => items.last().cloned().unwrap_or_else(nothing),
        "rest" => list(items.iter().skip(1).cloned().collect()),
        "initial" => list(without_last.to_vec()),
        "reverse" => list(items.iter().rev().cloned().collect()),
        "compact" => list(items.iter().filter(|item| !is_empty(item)).cloned().collect()),
        "sortAlpha" => {
            let mut texts: Vec<String> = items.iter().map(to_text).collect();
            texts.sort();
            list(texts.into_iter().map(text).collect())
        }
        _ => {
            let mut seen = BTreeSet::new();
            list(items.iter().filter(|item| seen.insert(super::data::to_json(item))).cloned().collect())
        }
    })
}

fn with_items(name: &str, arguments: &[Node]) -> Outcome<Node> {
    if name == "has" {
        let (wanted, place) = (argument(name, arguments, 0)?, argument(name, arguments, 1)?);
        return Ok(flag(items(name, place)?.contains(wanted)));
    }
    let mut found = items(name, argument(name, arguments, 0)?)?.to_vec();
    let others = arguments.get(1..).unwrap_or_default();
    match name {
        "without" => found.retain(|item| !others.contains(item)),
        "prepend" => drop(found.splice(0..0, others.iter().cloned())),
        _ => found.extend(others.iter().cloned()),
    }
    Ok(list(found))
}

fn slice(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let value = argument(name, arguments, 0)?;
    let place =
        |index: usize| arguments.get(index).map(|place| usize::try_from(whole(place)).unwrap_or(usize::MAX));
    let start = place(1).unwrap_or(0);
    let out = || fail("`slice` is out of its range");
    if let Some(subject) = value.as_str() {
        let kept = subject.get(start..place(2).unwrap_or(subject.len()));
        return kept.map_or_else(out, |kept| Ok(text(kept)));
    }
    let items = items(name, value)?;
    let kept = items.get(start..place(2).unwrap_or(items.len()));
    kept.map_or_else(out, |kept| Ok(list(kept.to_vec())))
}

/// An item of a list or a map, and so on into it.
fn index(arguments: &[Node]) -> Outcome<Node> {
    let mut value = argument("index", arguments, 0)?.clone();
    for key in arguments.get(1..).unwrap_or_default() {
        let found = match &value.value {
            Value::Sequence(items) => {
                let place = usize::try_from(whole(key)).ok();
                let item = place.and_then(|place| items.get(place));
                let Some(item) = item.filter(|_| key.as_str().is_none()) else {
                    return fail("`index` is out of its range");
                };
                item.clone()
            }
            Value::Mapping(_) => match key.as_str() {
                Some(key) => value.get(key).cloned().unwrap_or_else(|| made(Value::Null)),
                None => return fail("a key of `index` is no text"),
            },
            _ => return fail("`index` is into what is neither a list nor a map"),
        };
        value = found;
    }
    Ok(value)
}

fn join(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let separator = text_argument(name, arguments, 0)?;
    let value = argument(name, arguments, 1)?;
    let Value::Sequence(items) = &value.value else { return Ok(text(to_text(value))) };
    let texts: Vec<String> =
        items.iter().filter(|item| !matches!(item.value, Value::Null)).map(to_text).collect();
    Ok(text(texts.join(separator)))
}

/// `split` gives a map with the keys `_0`, `_1` and so on.
fn split(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let (separator, subject) = (text_argument(name, arguments, 0)?, text_argument(name, arguments, 1)?);
    if separator.is_empty() {
        return fail(format!("the separator of `{name}` is empty"));
    }
    let parts = subject.split(separator).map(text);
    if name == "splitList" {
        return Ok(list(parts.collect()));
    }
    let entries = parts.enumerate().map(|(index, part)| entry(&format!("_{index}"), part)).collect();
    Ok(made(Value::Mapping(entries)))
}

fn dict(arguments: &[Node]) -> Node {
    let mut made_entries: Vec<Entry> = Vec::new();
    for pair in arguments.chunks(2) {
        let key = pair.first().map(to_text).unwrap_or_default();
        let value = pair.get(1).cloned().unwrap_or_else(|| text(""));
        made_entries.retain(|entry| *entry.key != *key);
        made_entries.push(entry(&key, value));
    }
    made(Value::Mapping(made_entries))
}

fn of_map(name: &str, arguments: &[Node]) -> Outcome<Node> {
    if name == "pluck" {
        let key = text_argument(name, arguments, 0)?;
        let maps = arguments.get(1..).unwrap_or_default();
        return Ok(list(maps.iter().filter_map(|map| map.get(key)).cloned().collect()));
    }
    let map = argument(name, arguments, 0)?;
    let found = entries(name, map)?;
    let named =
        |key: &str| arguments.get(1..).unwrap_or_default().iter().any(|named| named.as_str() == Some(key));
    let mut sorted: Vec<&Entry> = found.iter().collect();
    sorted.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(match name {
        "get" => map.get(text_argument(name, arguments, 1)?).cloned().unwrap_or_else(|| text("")),
        "hasKey" => flag(map.get(text_argument(name, arguments, 1)?).is_some()),
        "pick" => made(Value::Mapping(found.iter().filter(|entry| named(&entry.key)).cloned().collect())),
        "omit" => made(Value::Mapping(found.iter().filter(|entry| !named(&entry.key)).cloned().collect())),
        "keys" => list(sorted.into_iter().map(|entry| text(entry.key.clone())).collect()),
        _ => list(sorted.into_iter().map(|entry| entry.value.clone()).collect()),
    })
}

/// `dig "a" "b" default map`.
fn dig(arguments: &[Node]) -> Outcome<Node> {
    let Some((map, before)) = arguments.split_last() else { return fail("`dig` has too few arguments") };
    let Some((default, keys)) = before.split_last() else { return fail("`dig` has too few arguments") };
    let mut value = map;
    for key in keys {
        let Some(found) = key.as_str().and_then(|key| value.get(key)) else { return Ok(default.clone()) };
        value = found;
    }
    Ok(value.clone())
}

/// The first map with what the others add, or put in its place.
fn merged(name: &str, arguments: &[Node]) -> Outcome<Node> {
    let Some((first, rest)) = arguments.split_first() else {
        return fail(format!("`{name}` has no argument"));
    };
    let mut whole = first.clone();
    for other in rest {
        entries(name, other)?;
        if name.ends_with("Overwrite") {
            crate::maps::overlay(&mut whole, other);
        } else {
            let mut below = other.clone();
            crate::maps::overlay(&mut below, &whole);
            whole = below;
        }
    }
    entries(name, &whole)?;
    Ok(whole)
}

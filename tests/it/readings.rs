//! Both readings against what kubectl and kustomize really do: recorded answers always, fresh ones
//! where kubectl is installed.

#![expect(clippy::expect_used, reason = "clippy exempts test functions only, not what they call")]

mod generator;
mod kubectl;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use generator::Generator;
use kube_manifest::{Limits, Reading, parse};
use rayon::prelude::*;
use serde_json::Value;

use crate::common::documents::project;

const READINGS: [Reading; 2] = [Reading::Kubectl, Reading::Kustomize];

/// What a tool makes of a file: its objects as text that compares, sorted, or an error.
type Answer = Option<Vec<String>>;

fn comparable(objects: &[Value]) -> Vec<String> {
    let mut objects: Vec<String> = objects.iter().map(normal).collect();
    objects.sort();
    objects
}

/// The form that `tools/record-readings.py` writes.
fn normal(value: &Value) -> String {
    match value {
        Value::Number(number) => double(number.as_f64().expect("a number is a double")),
        Value::Array(items) => format!("[{}]", items.iter().map(normal).collect::<Vec<_>>().join(",")),
        Value::Object(fields) => {
            let entry =
                |(key, value): (&String, &Value)| format!("{}:{}", Value::from(key.as_str()), normal(value));
            let mut entries: Vec<String> = fields.iter().map(entry).collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.to_string(),
    }
}

fn double(number: f64) -> String {
    let whole = number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0;
    if whole { format!("{number:.0}").replace("-0", "0") } else { format!("bits:{:016x}", number.to_bits()) }
}

fn ours(input: &[u8], reading: Reading) -> Answer {
    let manifest = parse(input.to_vec(), &Limits::default());
    let stops = manifest.problems.iter().any(|problem| problem.refusal.includes(reading));
    let objects = || manifest.objects_of(reading).iter().map(|object| object.root.to_json());
    (!stops).then(|| comparable(&objects().map(without_empty_annotations).collect::<Vec<_>>()))
}

/// The recording takes empty annotations away.
fn without_empty_annotations(mut object: Value) -> Value {
    let metadata = object.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata
        && metadata.get("annotations").and_then(Value::as_object).is_some_and(serde_json::Map::is_empty)
    {
        metadata.remove("annotations");
    }
    object
}

/// A line for every reading that is not the tool's.
fn disagreements(name: &str, input: &[u8], answers: [Answer; 2]) -> Vec<String> {
    let pairs = READINGS.into_iter().zip(answers);
    let differing = pairs.filter_map(|(reading, answer)| {
        let found = ours(input, reading);
        let text = String::from_utf8_lossy(input);
        let report = || format!("{name}, {reading}:\n{text}\n  tool: {answer:?}\n  ours: {found:?}");
        (answer != found).then(report)
    });
    differing.collect()
}

fn recorded(answer: &Value) -> Answer {
    let text = |object: &Value| object.as_str().expect("an object is text").to_owned();
    answer.as_array().map(|objects| objects.iter().map(text).collect())
}

#[test]
fn recorded_answers_are_ours() {
    let path = project("tests/readings/cases.jsonl");
    let text = std::fs::read_to_string(path).expect("the recorded cases are there");
    let differing: Vec<String> = text
        .lines()
        .flat_map(|line| {
            let case: Value = serde_json::from_str(line).expect("a line is JSON");
            let input = STANDARD.decode(case["input"].as_str().expect("base64")).expect("base64");
            let answers = ["kubectl", "kustomize"].map(|tool| recorded(&case[tool]));
            disagreements(case["name"].as_str().unwrap_or_default(), &input, answers)
        })
        .collect();
    assert!(text.lines().count() >= 755, "cases are missing");
    assert!(differing.is_empty(), "{} readings differ:\n{}", differing.len(), differing.join("\n\n"));
}

#[test]
#[ignore = "asks kubectl 5,000 times, which takes many minutes"]
fn fresh_random_cases_are_ours() {
    let count: u64 = std::env::var("CASES").ok().and_then(|count| count.parse().ok()).unwrap_or(5000);
    let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()) << 20);
    let differing: Vec<String> = (seed..seed + count)
        .into_par_iter()
        .flat_map(|seed| {
            let input = Generator::new(seed).manifest();
            disagreements(
                &format!("SEED={seed}"),
                &input,
                kubectl::ask(&input).map(|found| found.map(|objects| comparable(&objects))),
            )
        })
        .collect();
    assert!(
        differing.is_empty(),
        "{} of {count} differ from seed {seed}:\n{}",
        differing.len(),
        differing.join("\n\n")
    );
}

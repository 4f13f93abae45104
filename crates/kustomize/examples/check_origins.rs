//! Checks the origins of random objects of a checkout: the text at the origin of a value is the value's text, or the
//! input of the step that wrote it.
//!
//! usage: check_origins FOLDER OBJECTS [SEED] < ROOTS
#![expect(clippy::print_stdout, clippy::expect_used, reason = "a program for developers")]

mod disk;

use std::io::Read;
use std::path::PathBuf;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kube_manifest::{Node, Value, kustomize_scalar};
use kustomize::{BuildStep, LoadRestrictor, RenderOptions, RenderedObject, Renderer, Rendering, Writings};
use source_files::RepoPath;

use disk::Disk;

/// What is found.
#[derive(Default)]
struct Tally {
    values: usize,
    changed: usize,
    wrong: Vec<String>,
}

/// The text without what quotes, blocks and line ends add.
fn bare(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).collect()
}

/// Whether a scalar of a file has this text: as it is, in quotes, or as a block.
fn says(written: &str, value: &str) -> bool {
    written == value || bare(written).contains(&bare(value))
}

fn check(writings: &Writings, node: &Node, tally: &mut Tally) {
    tally.values += 1;
    let fits = match (writings.writing(node.origin), writings.text(node.origin)) {
        (Some(writing), Some(text)) => is_true(node, without_anchor(text), writing.step),
        _ => false,
    };
    tally.changed +=
        usize::from(writings.writing(node.origin).is_some_and(|writing| writing.step != BuildStep::Manifest));
    if !fits {
        let text = writings.text(node.origin).unwrap_or("nowhere");
        let step = writings.writing(node.origin).map(|writing| writing.step);
        tally.wrong.push(format!("{:.120}: {step:?} at {text:.120}", node.to_json().to_string()));
    }
    node.entries().iter().for_each(|entry| check(writings, &entry.value, tally));
    node.items().iter().for_each(|item| check(writings, item, tally));
}

/// An anchor is a part of the place of a value.
fn without_anchor(text: &str) -> &str {
    text.strip_prefix('&')
        .and_then(|text| text.split_once([' ', '\n']))
        .map_or(text, |(_, rest)| rest.trim_start())
}

/// Whether a place says what a value is, or what made it.
fn is_true(node: &Node, text: &str, step: BuildStep) -> bool {
    let Value::String(value) = &node.value else {
        return match &node.value {
            // A list or mapping begins where its text begins.
            Value::Sequence(_) | Value::Mapping(_) => !text.is_empty(),
            Value::Null => matches!(text, "" | "~" | "null" | "Null" | "NULL"),
            _ if step == BuildStep::Generator => true,
            _ => kustomize_scalar(text.trim_matches(['"', '\''])).is_some_and(|value| value == node.value),
        };
    };
    match step {
        BuildStep::Manifest
        | BuildStep::StrategicMerge
        | BuildStep::JsonPatch
        | BuildStep::Namespace
        | BuildStep::Label
        | BuildStep::Annotation
        | BuildStep::ValueAdd => says(text, value) || text.parse::<f64>().is_ok(),
        BuildStep::NamePrefix | BuildStep::NameSuffix => says(value, text.trim_matches(['"', '\''])),
        BuildStep::NameHash => bare(value).starts_with(&bare(text)),
        BuildStep::Image | BuildStep::Replicas | BuildStep::Replacement | BuildStep::Variable => {
            !text.is_empty()
        }
        BuildStep::NameReference | BuildStep::BuildMetadata => !text.is_empty(),
        // A text, a file, or base64 of either; or what kustomize adds to a generated object.
        // Only the tools around a build write these.
        BuildStep::Template | BuildStep::Substitution => false,
        BuildStep::Generator => {
            let bytes = STANDARD.decode(value.replace('\n', "")).unwrap_or_default();
            let is_added = matches!(&**value, "v1" | "ConfigMap" | "Secret" | "Opaque");
            is_added || says(text, value) || says(text, &String::from_utf8_lossy(&bytes))
        }
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let tree = Disk(PathBuf::from(arguments.next().expect("a folder is named")));
    let wanted: usize =
        arguments.next().and_then(|text| text.parse().ok()).expect("a number of objects is named");
    let mut random: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(1);
    let mut roots = String::new();
    std::io::stdin().read_to_string(&mut roots).expect("standard input is text");
    let options = RenderOptions { restrictor: LoadRestrictor::None, ..RenderOptions::default() };
    let renderer = Renderer::new(&tree);
    let renderings: Vec<Rendering> = roots
        .lines()
        .filter_map(|root| renderer.render(&RepoPath::new(if root == "." { "" } else { root }), options).ok())
        .collect();
    let objects: Vec<(&Writings, &RenderedObject)> = renderings
        .iter()
        .flat_map(|rendering| rendering.objects.iter().map(|object| (&rendering.writings, object)))
        .collect();
    let mut tally = Tally::default();
    for _ in 0..wanted {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = usize::try_from(random >> 33).unwrap_or(0) % objects.len().max(1);
        if let Some((writings, object)) = objects.get(index) {
            check(writings, &object.node, &mut tally);
        }
    }
    println!(
        "{wanted} of {} objects: {} values, {} of them written by a step, {} without a true origin",
        objects.len(),
        tally.values,
        tally.changed,
        tally.wrong.len()
    );
    tally.wrong.iter().take(20).for_each(|line| println!("  {line}"));
    assert!(tally.wrong.is_empty(), "an origin is not true");
}

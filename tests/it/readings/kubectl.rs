//! Asks the kubectl of this machine, as `tools/record-readings.py` does.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Deserializer, Value};

const MARK: &str = "readings.portcullis.dev/mark";

/// The answers of kubectl and of kustomize.
pub fn ask(input: &[u8]) -> [Option<Vec<Value>>; 2] {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("in.yaml");
    std::fs::write(&path, input).expect("the input is written");
    [objects(&path), kustomized(folder.path())]
}

fn run(arguments: &[&str]) -> Option<Vec<u8>> {
    let mut command = Command::new("kubectl");
    command.args(arguments).env("HOME", "/nonexistent").stdin(Stdio::null()).stderr(Stdio::null());
    let output = command.output().expect("kubectl is installed");
    output.status.success().then_some(output.stdout)
}

fn objects(path: &Path) -> Option<Vec<Value>> {
    let path = path.to_str().expect("a temporary path is text");
    let mark = format!("{MARK}=1");
    let text = run(&["annotate", "--local", "--dry-run=client", "-o", "json", "-f", path, &mark])?;
    let text = String::from_utf8_lossy(&text);
    let values = Deserializer::from_str(&text).into_iter::<Value>();
    Some(values.map(|value| without_mark(value.expect("kubectl prints JSON"))).collect())
}

fn without_mark(mut object: Value) -> Value {
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.get_mut("annotations").and_then(Value::as_object_mut);
        let empty = annotations.is_some_and(|annotations| {
            annotations.remove(MARK);
            annotations.is_empty()
        });
        if empty {
            metadata.remove("annotations");
        }
    }
    object
}

fn kustomized(folder: &Path) -> Option<Vec<Value>> {
    std::fs::write(folder.join("kustomization.yaml"), "resources: [in.yaml]\n").expect("written");
    let built = run(&["kustomize", folder.to_str().expect("a temporary path is text")])?;
    if built.is_empty() {
        return Some(Vec::new());
    }
    let path = folder.join("built.yaml");
    std::fs::write(&path, built).expect("written");
    objects(&path)
}

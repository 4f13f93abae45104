//! The operator's record that the hook writes.
//!
//! In: the hook's `--log` option. Out: a line about the end of that file. Never: writes to it.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use serde_json::Value;

use super::hook::Hook;
use crate::report::{DoctorLine, terminal};

/// The number of bytes at the end of the file that are read: more than the line of one push.
const TAIL: u64 = 256 << 10;

/// Reads the last line of the record; `None` if the hook writes none.
pub(super) fn examine(hook: &Hook) -> Option<DoctorLine> {
    let topic = "record";
    let path = hook.option("--log")?;
    let shown = terminal(path);
    Some(match read_last(Path::new(path)) {
        Ok(Some(last)) => {
            let word =
                |key: &str| terminal(last.get(key).and_then(Value::as_str).unwrap_or("?")).into_owned();
            DoctorLine::ok(
                topic,
                format!("{shown} ends with a push at {}: {}", word("time"), word("verdict")),
            )
        }
        Ok(None) => DoctorLine::advice(
            topic,
            format!("{shown} ends with a line that is not of portcullis"),
            "rotate the file",
        ),
        Err(error) => {
            let help = "let the user of the hooks create and write the file";
            DoctorLine::problem(topic, format!("{shown}: {error}"), help)
        }
    })
}

fn read_last(path: &Path) -> std::io::Result<Option<Value>> {
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut bytes = Vec::new();
    file.take(TAIL).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().next_back().and_then(|line| serde_json::from_str(line).ok()))
}

//! The workflows of a default branch, as GitHub's and Gitea's APIs return files.

use base64::Engine as _;
use serde::Deserialize;

use super::enforcement::{Setting, WorkflowFile};
use super::http::Http;
use super::path::escape_segment;
use crate::host::HostKind;
use crate::host::forge_error::{ForgeError, Method};

/// The most files that are read.
const MOST_FILES: usize = 60;

#[derive(Deserialize)]
struct Entry {
    name: String,
    path: String,
    r#type: String,
}

#[derive(Deserialize)]
struct Content {
    content: Option<String>,
    encoding: Option<String>,
}

/// Reads the workflows of a repository, in every folder where its host looks for them.
pub(in crate::host) fn read(
    http: &Http,
    repository: &str,
    host: HostKind,
) -> Result<Setting<Vec<WorkflowFile>>, ForgeError> {
    let mut found = Vec::new();
    for folder in host.facts().workflows.folders {
        match read_folder(http, repository, folder.trim_end_matches('/'))? {
            Setting::Known(files) => found.extend(files),
            Setting::Hidden(reason) => return Ok(Setting::Hidden(reason)),
        }
    }
    Ok(Setting::Known(found))
}

/// Reads the workflows below one folder. Empty if there is no such folder.
fn read_folder(
    http: &Http,
    repository: &str,
    folder: &str,
) -> Result<Setting<Vec<WorkflowFile>>, ForgeError> {
    let entries: Vec<Entry> = match http.get(&format!("{repository}/contents/{folder}")) {
        Ok(entries) => entries,
        Err(error) if error.is_absent() => return Ok(Setting::Known(Vec::new())),
        Err(error) if error.is_forbidden() => return Ok(Setting::Hidden(error.to_string())),
        Err(error) => return Err(error),
    };
    let entries: Vec<Entry> = entries.into_iter().filter(Entry::is_workflow).collect();
    if entries.len() > MOST_FILES {
        return Ok(Setting::Hidden(format!("{folder} has more than {MOST_FILES} files")));
    }
    let files = entries.iter().map(|entry| read_file(http, repository, entry));
    files.collect::<Result<Vec<_>, _>>().map(Setting::Known)
}

/// Reads one file of the default branch. `None` if it does not exist.
pub(in crate::host) fn read_file_if_present(
    http: &Http,
    repository: &str,
    path: &str,
) -> Result<Setting<Option<String>>, ForgeError> {
    let address = format!("{repository}/contents/{path}");
    match http.get::<Content>(&address) {
        Ok(content) => content
            .decode_text()
            .map(|text| Setting::Known(Some(text)))
            .ok_or_else(|| ForgeError::malformed(Method::Get, &address, "it has no readable text")),
        Err(error) if error.is_absent() => Ok(Setting::Known(None)),
        Err(error) if error.is_forbidden() => Ok(Setting::Hidden(error.to_string())),
        Err(error) => Err(error),
    }
}

fn read_file(http: &Http, repository: &str, entry: &Entry) -> Result<WorkflowFile, ForgeError> {
    let words: Vec<String> = entry.path.split('/').map(escape_segment).collect();
    let path = format!("{repository}/contents/{}", words.join("/"));
    let content: Content = http.get(&path)?;
    let text = content
        .decode_text()
        .ok_or_else(|| ForgeError::malformed(Method::Get, &path, "it has no readable text"))?;
    Ok(WorkflowFile { path: entry.path.clone(), text })
}

impl Entry {
    fn is_workflow(&self) -> bool {
        let path = std::path::Path::new(&self.name);
        let extension = path.extension().and_then(|extension| extension.to_str());
        self.r#type == "file" && matches!(extension, Some("yml" | "yaml"))
    }
}

impl Content {
    /// Decodes the text. Forges break the lines of their base64.
    fn decode_text(&self) -> Option<String> {
        if self.encoding.as_deref() != Some("base64") {
            return None;
        }
        let packed: String = self.content.as_ref()?.split_whitespace().collect();
        String::from_utf8(base64::engine::general_purpose::STANDARD.decode(packed).ok()?).ok()
    }
}

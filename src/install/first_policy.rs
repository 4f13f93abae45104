//! The first policy of a repository, strict where the repository already has what strictness needs.
//!
//! In: a work tree. Out: the text of a policy. Never: replaces a policy.

use std::path::{Path, PathBuf};

use super::error::{InstallError, file_error};
use crate::git::{BLOB_LIMIT, Head, Repository};
use crate::policy::POLICY_PATH;
use codeowners::{Coverage, Dialect, KnownDialect, locate};
use source_files::{RepoPath, Snapshot};

/// The usual endings of files with certificates.
const KEY_ENDINGS: [&str; 3] = ["asc", "gpg", "pgp"];
/// The first line of a keyring file.
const ARMOR: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";

/// A policy that has not been written yet.
#[derive(Debug)]
pub struct FirstPolicy {
    /// The file.
    pub path: PathBuf,
    text: String,
}

impl FirstPolicy {
    /// Drafts a policy for the work tree of a repository.
    pub fn draft(folder: &Path) -> Result<Self, InstallError> {
        let repository = Repository::discover(folder, BLOB_LIMIT)?;
        let root = repository.work_tree().ok_or(InstallError::NoWorkTree)?;
        let path = root.join(POLICY_PATH);
        if path.exists() {
            return Err(InstallError::PolicyExists(path));
        }
        let snapshot = read_head(&repository)?;
        let located = locate(KnownDialect::default(), &snapshot, Coverage::Everything).ok();
        let dialect = located.filter(|located| !located.files.is_empty()).map(|located| located.dialect);
        let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let text = write_document(&name, &find_keyrings(&repository, &snapshot), dialect);
        Ok(Self { path, text })
    }

    /// Writes the file.
    pub fn write(&self) -> Result<(), InstallError> {
        std::fs::write(&self.path, &self.text).map_err(file_error(&self.path))
    }
}

fn read_head(repository: &Repository) -> Result<Snapshot, InstallError> {
    let tip = match repository.head()? {
        Head::Branch(name) => repository.tip(&name)?,
        Head::Detached(id) => Some(id),
    };
    Ok(match tip {
        Some(tip) => repository.snapshot(&repository.tree_of(&tip)?)?,
        None => Snapshot::empty(),
    })
}

fn find_keyrings(repository: &Repository, snapshot: &Snapshot) -> Vec<RepoPath> {
    let mut keyrings = Vec::new();
    for (path, file) in &snapshot.files {
        let ending = path.file_name().rsplit('.').next().unwrap_or_default();
        if !KEY_ENDINGS.contains(&ending) {
            continue;
        }
        if repository.blob(&file.id).is_ok_and(|bytes| bytes.starts_with(ARMOR)) {
            keyrings.push(path.clone());
        }
    }
    keyrings
}

/// Writes the policy of a repository with keyrings, and with owners in a dialect if there are any.
fn write_document(name: &str, keyrings: &[RepoPath], owners: Option<Dialect>) -> String {
    let names: Vec<String> = keyrings.iter().map(|path| format!("\"{path}\"")).collect();
    let signatures = match names.len() {
        0 => String::new(),
        _ => format!("signatures: {{require: trusted, keyring: [{}]}}\n", names.join(", ")),
    };
    let owners = owners.map_or_else(String::new, |dialect| {
        format!(
            "# Owners approve by signing once `signerCounts: true` is set here and `people:` maps keys to owners.\n\
             # Until then, owned paths can change only with approvals from another source.\n\
             owners: {{dialect: {}, approvals: 1}}\n",
            dialect.as_str()
        )
    });
    format!(
        "# What portcullis guards, and how. `portcullis policy schema` prints the schema for editors,\n\
         # `portcullis policy show` prints what each check does under this file.\n\
         apiVersion: portcullis.dev/v1\n\
         kind: GatePolicy\n\
         profile: baseline\n\
         # Approvals contain this name: an approval for another repository does not count here.\n\
         repository: {name:?}\n\
         {signatures}{owners}\
         # clusters:\n\
         # - {{name: prod, paths: [\"clusters/prod/**\"], kubernetes: \"1.36\", cloud: aws}}\n"
    )
}

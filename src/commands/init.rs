//! `init`: a policy for this repository, strict where it already has what strictness needs.

use super::error::{CommandError, Exit};
use super::output::print;
use crate::cli::InitArguments;
use crate::git::{BLOB_LIMIT, Head, Repository};
use crate::policy::POLICY_PATH;
use codeowners::{Coverage, Dialect, KnownDialect, locate};
use source_files::{RepoPath, Snapshot};

/// How the files of certificates usually end.
const KEY_ENDINGS: [&str; 3] = ["asc", "gpg", "pgp"];
/// What a keyring file is recognised by.
const ARMOR: &[u8] = b"-----BEGIN PGP PUBLIC KEY BLOCK-----";

pub(super) fn run(arguments: &InitArguments) -> Result<Exit, CommandError> {
    let repository = Repository::discover(&arguments.repo, BLOB_LIMIT)?;
    let root = repository.work_tree().ok_or_else(|| {
        CommandError::Argument("run `init` in a work tree: the policy is a file of the repository".into())
    })?;
    let path = root.join(POLICY_PATH);
    if path.exists() {
        return Err(CommandError::Argument(format!("{} exists already; edit it instead", path.display())));
    }
    let snapshot = head_snapshot(&repository)?;
    let located = locate(KnownDialect::default(), &snapshot, Coverage::Everything)
        .ok()
        .filter(|located| !located.files.is_empty());
    let owners = located.map_or(Ownership::Nobody, |located| Ownership::Declared(located.dialect));
    let name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let text = document(&name, &keyrings(&repository, &snapshot), &owners);
    std::fs::write(&path, text).map_err(|source| CommandError::File { path: path.clone(), source })?;
    print(&format!(
        "wrote {}\n  try it on the past: portcullis replay HEAD --policy {POLICY_PATH}\n  then commit and push it \
         to the protected branch\n",
        path.display()
    ))?;
    Ok(Exit::Accept)
}

fn head_snapshot(repository: &Repository) -> Result<Snapshot, CommandError> {
    let tip = match repository.head()? {
        Head::Branch(name) => repository.tip(&name)?,
        Head::Detached(id) => Some(id),
    };
    Ok(match tip {
        Some(tip) => repository.snapshot(&repository.tree_of(&tip)?)?,
        None => Snapshot::empty(),
    })
}

fn keyrings(repository: &Repository, snapshot: &Snapshot) -> Vec<RepoPath> {
    let named =
        |path: &&RepoPath| KEY_ENDINGS.contains(&path.file_name().rsplit('.').next().unwrap_or_default());
    let armored = |path: &&RepoPath| {
        let bytes = snapshot.files.get(*path).and_then(|file| repository.blob(&file.id).ok());
        bytes.is_some_and(|bytes| bytes.starts_with(ARMOR))
    };
    snapshot.files.keys().filter(named).filter(armored).cloned().collect()
}

fn document(name: &str, keyrings: &[RepoPath], owners: &Ownership) -> String {
    let names: Vec<String> = keyrings.iter().map(|path| format!("\"{path}\"")).collect();
    let signatures = match names.len() {
        0 => String::new(),
        _ => format!("signatures: {{require: trusted, keyring: [{}]}}\n", names.join(", ")),
    };
    let owners = match owners {
        Ownership::Declared(dialect) => format!(
            "# Owners approve by signing once `signerCounts: true` is set here and `people:` maps keys to owners.\n\
             # Until then, owned paths can change only with approvals from another source.\n\
             owners: {{dialect: {}, approvals: 1}}\n",
            dialect.as_str()
        ),
        Ownership::Nobody => String::new(),
    };
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

/// Whether the repository says who owns what.
enum Ownership {
    Declared(Dialect),
    Nobody,
}

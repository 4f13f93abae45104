//! The first policy of a repository, strict where the repository already has what strictness needs.
//!
//! In: a work tree. Out: the text of a policy. Never: replaces a policy.

use std::collections::BTreeSet;
use std::fmt::Write as _;
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
    /// A file of owners and its text.
    owners: Option<(PathBuf, String)>,
    has_owners: bool,
}

impl FirstPolicy {
    /// Drafts a policy for the work tree of a repository, and a file of owners if one is named and none exists.
    pub fn draft(folder: &Path, owner: Option<&str>) -> Result<Self, InstallError> {
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
        let owners = match owner {
            Some(_) if dialect.is_some() => return Err(InstallError::OwnersExist),
            Some(owner) => Some((root.join(OWNERS_PATH), write_owners(owner)?)),
            None => None,
        };
        let found = FoundFiles {
            repository: name,
            keyrings: find_keyrings(&repository, &snapshot),
            signers: snapshot.files.keys().find(|path| path.is_named("allowed_signers")).cloned(),
            owners: dialect,
            clusters: find_clusters(&snapshot),
        };
        let has_owners = dialect.is_some() || owners.is_some();
        Ok(Self { path, text: write_document(&found), owners, has_owners })
    }

    /// Writes the files, and returns their paths.
    pub fn write(&self) -> Result<Vec<&Path>, InstallError> {
        let mut written = vec![self.path.as_path()];
        std::fs::write(&self.path, &self.text).map_err(file_error(&self.path))?;
        if let Some((path, text)) = &self.owners {
            std::fs::write(path, text).map_err(file_error(path))?;
            written.push(path);
        }
        Ok(written)
    }

    /// Whether a file names owners, so that the policy can change by push again.
    pub fn has_owners(&self) -> bool {
        self.has_owners
    }
}

/// The file of owners that every host reads.
const OWNERS_PATH: &str = "CODEOWNERS";

fn write_owners(owner: &str) -> Result<String, InstallError> {
    let is_owner = owner.contains('@') && !owner.contains(char::is_whitespace);
    if !is_owner {
        return Err(InstallError::Owner(owner.to_owned()));
    }
    Ok(format!("# The owners of everything, the policy included, approve its changes.\n* {owner}\n"))
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

/// What a repository has that its policy can use.
struct FoundFiles {
    /// The name in approvals.
    repository: String,
    /// Files of certificates.
    keyrings: Vec<RepoPath>,
    /// A list of SSH keys.
    signers: Option<RepoPath>,
    /// The dialect of the file that names owners, if there is one.
    owners: Option<Dialect>,
    /// Folders of clusters, such as `clusters/prod`.
    clusters: Vec<ClusterFolder>,
}

/// A folder that looks like that of one cluster.
struct ClusterFolder {
    name: String,
    folder: String,
}

/// Folders that usually have one folder for each cluster.
const PARENTS: [&str; 4] = ["clusters", "environments", "envs", "overlays"];
/// The most clusters that are written.
const CLUSTERS: usize = 20;

fn find_clusters(snapshot: &Snapshot) -> Vec<ClusterFolder> {
    let mut names = BTreeSet::new();
    for path in snapshot.files.keys() {
        let mut parts = path.as_str().split('/');
        let (Some(parent), Some(name), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let is_plain = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || character == '-'
        };
        if PARENTS.contains(&parent) && name.chars().all(is_plain) {
            names.insert((name.to_owned(), format!("{parent}/{name}")));
        }
    }
    let mut clusters: Vec<ClusterFolder> = Vec::new();
    for (name, folder) in names {
        // Reports could not distinguish two clusters of one name.
        if clusters.len() < CLUSTERS && clusters.iter().all(|known| known.name != name) {
            clusters.push(ClusterFolder { name, folder });
        }
    }
    clusters
}

/// Writes the policy. It requires nothing that the next change could not have: owners count once `people:` says whose
/// signature is an owner's.
fn write_document(found: &FoundFiles) -> String {
    let FoundFiles { repository, keyrings, signers, owners, clusters } = found;
    let mut text = format!(
        "# What portcullis guards, and how. `portcullis policy schema` prints the schema for editors,\n\
         # `portcullis policy show` prints what each check does under this file.\n\
         apiVersion: portcullis.dev/v1\n\
         kind: GatePolicy\n\
         profile: baseline\n\
         # Approvals contain this name: an approval for another repository does not count here.\n\
         repository: {repository:?}\n"
    );
    let keys: Vec<String> = keyrings.iter().map(|path| format!("\"{path}\"")).collect();
    let signers = signers.as_ref().map(|path| format!("allowedSigners: \"{path}\""));
    let keyring = (!keys.is_empty()).then(|| format!("keyring: [{}]", keys.join(", ")));
    let sources: Vec<String> = keyring.into_iter().chain(signers).collect();
    if !sources.is_empty() {
        let _ = writeln!(text, "signatures: {{require: trusted, {}}}", sources.join(", "));
    }
    let dialect = owners.map_or_else(String::new, |dialect| format!("dialect: {}, ", dialect.as_str()));
    let _ = write!(
        text,
        "# Owners in CODEOWNERS approve changes by signed statements, once `people:` says whose key is whose:\n\
         # owners: {{{dialect}approvals: 1}}\n\
         # people:\n\
         # - {{name: Alice, keys: [\"SHA256:…\"], handles: [\"@alice\", alice@example.com]}}\n"
    );
    if clusters.is_empty() {
        text.push_str("# clusters:\n# - {name: prod, paths: [\"clusters/prod/**\"], kubernetes: \"1.36\", cloud: aws}\n");
        return text;
    }
    text.push_str("# Add the Kubernetes version of each cluster, and its cloud: `kubernetes: \"1.36\", cloud: aws`.\nclusters:\n");
    for ClusterFolder { name, folder } in clusters {
        let _ = writeln!(text, "- {{name: {name:?}, paths: [\"{folder}/**\"]}}");
    }
    text
}

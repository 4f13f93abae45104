//! An existing repository that comes behind the gate.
//!
//! In: the bare repository on the server, and where the existing one is. Out: its branches and tags, taken as the base
//! that later pushes are compared with, and a ref that records it. Never: touches a ref that exists: what passed the
//! gate is not replaced by what did not.

use std::path::{Path, PathBuf};

use crate::git_program::{GitProgram, GitProgramError};
use crate::server_place::{PlaceError, check_server_place};

/// The refs that record imports, each under the id of its commit. No push may touch them.
pub const IMPORTS: &str = "refs/portcullis/imports/";

/// An import, as a command line asks for it.
#[derive(Debug)]
pub struct AskedImport {
    /// The bare repository.
    pub folder: PathBuf,
    /// The path or URL of the existing repository.
    pub source: String,
}

/// What was imported.
#[derive(Debug)]
pub struct Imported {
    /// The refs that came, in git's order.
    pub refs: Vec<String>,
    /// The branch that HEAD points to, and its commit.
    pub head: Option<(String, String)>,
}

/// A reason why nothing is imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This is another place.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Git fails.
    #[error(transparent)]
    GitProgram(#[from] GitProgramError),
    /// The source has no branch.
    #[error("{0} has no branch: there is nothing to import")]
    Empty(String),
    /// A ref exists.
    #[error(
        "{0} exists on this server already: what passed the gate is not replaced; push the change, or import into an \
         empty repository"
    )]
    Exists(String),
}

/// Fetches every branch and tag of a repository, none of which may exist here.
///
/// # Errors
///
/// If this is not the server, if a ref exists already, or if git fails.
pub fn import(asked: &AskedImport) -> Result<Imported, ImportError> {
    check_server_place(&asked.folder)?;
    let git = GitProgram::in_folder(&asked.folder);
    let source = SourceRefs::list(&git, &absolute_source(&asked.source))?;
    if !source.refs.iter().any(|name| name.starts_with("refs/heads/")) {
        return Err(ImportError::Empty(asked.source.clone()));
    }
    let known = git.read(&["for-each-ref", "--format=%(refname)"])?;
    if let Some(name) = source.refs.iter().find(|name| known.lines().any(|known| known == *name)) {
        return Err(ImportError::Exists(name.clone()));
    }
    let specifications = ["refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*"];
    let fetch = ["fetch", "--quiet", "--no-write-fetch-head", "--no-tags", "--", &source.place];
    git.run_as_user(&[fetch.as_slice(), &specifications].concat(), "")?;
    let head = point_head(&git, &source)?;
    if let Some((_, tip)) = &head {
        git.read(&["update-ref", &format!("{IMPORTS}{tip}"), tip])?;
    }
    Ok(Imported { refs: source.refs, head })
}

/// Git runs in the server's folder, so a path is made absolute.
fn absolute_source(source: &str) -> String {
    if !Path::new(source).exists() {
        return source.to_owned();
    }
    std::path::absolute(source).map_or_else(|_| source.to_owned(), |path| path.display().to_string())
}

/// The branches and tags of the existing repository.
struct SourceRefs {
    place: String,
    refs: Vec<String>,
    /// The branch that its HEAD points to.
    head: Option<String>,
}

impl SourceRefs {
    fn list(git: &GitProgram<'_>, place: &str) -> Result<Self, ImportError> {
        let listed = git.run_as_user(&["ls-remote", "--symref", "--", place], "")?;
        let mut found = Self { place: place.to_owned(), refs: Vec::new(), head: None };
        for line in listed.lines() {
            let Some((id, name)) = line.split_once('\t') else { continue };
            if let Some(branch) = id.strip_prefix("ref: ").filter(|_| name == "HEAD") {
                found.head = Some(branch.to_owned());
            }
            let is_wanted = name.starts_with("refs/heads/") || name.starts_with("refs/tags/");
            if is_wanted && !name.ends_with("^{}") {
                found.refs.push(name.to_owned());
            }
        }
        Ok(found)
    }
}

/// Points HEAD to the source's branch if it points to one that does not exist, and returns its branch and commit.
fn point_head(git: &GitProgram<'_>, source: &SourceRefs) -> Result<Option<(String, String)>, ImportError> {
    let mut branch = git.read(&["symbolic-ref", "HEAD"])?;
    let exists = source.refs.contains(&branch);
    if let (false, Some(head)) = (exists, &source.head)
        && source.refs.contains(head)
    {
        git.read(&["symbolic-ref", "HEAD", head])?;
        branch.clone_from(head);
    }
    if !source.refs.contains(&branch) {
        return Ok(None);
    }
    let tip = git.read(&["rev-parse", "--verify", &format!("{branch}^{{commit}}")])?;
    Ok(Some((branch, tip)))
}

//! A bare repository of our own with the part of the forge's repository that a pull request needs.
//!
//! In: refs of the forge. Out: a repository whose HEAD is the forge's default branch, and merges that are on no
//! ref. Never: checks anything out, runs anything, writes into the user's repository, or lets configuration or
//! attributes of a repository change how two trees are merged.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::error::{PullRequestError, file_error};
use super::settings::Settings;
use crate::git_program::{Answer, GitProgram, GitProgramError, Outcome};
use crate::host::ForgeError;
use crate::host::api::PullNumber;
use source_files::ObjectId;

/// The repository, gone when it is dropped.
pub(super) struct Stage {
    folder: TempDir,
    address: String,
    access: Vec<(String, String)>,
}

/// The result of merging two commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// A tree.
    Tree(ObjectId),
    /// Nothing, because a person has to decide.
    Conflict,
}

/// Variables that keep out configuration: the merge must be the one that the forge makes.
const ISOLATED: [(&str, &str); 3] =
    [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_ATTR_NOSYSTEM", "1")];

impl Stage {
    /// Creates an empty repository with the default branch as HEAD, in the format of an object. Objects of a known clone
    /// need not be fetched again.
    pub(super) fn create(
        settings: &Settings,
        default_branch: &str,
        format: &ObjectId,
    ) -> Result<Self, PullRequestError> {
        let workspace = settings.workspace.path();
        let folder = TempDir::new_in(workspace).map_err(file_error(workspace))?;
        let format =
            if format.as_str().len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        let git = GitProgram::in_folder(folder.path());
        git.read(&["init", "--quiet", "--bare", "--template=", format])?;
        git.read(&["symbolic-ref", "HEAD", &format!("refs/heads/{default_branch}")])?;
        if let Some(objects) = find_reusable_objects(&settings.options.known_objects) {
            let path = folder.path().join("objects/info/alternates");
            let _ = std::fs::create_dir_all(folder.path().join("objects/info"));
            std::fs::write(&path, format!("{}\n", objects.display())).map_err(file_error(&path))?;
        }
        Ok(Self { folder, address: settings.repository(), access: token_environment(settings) })
    }

    /// The folder.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Fetches branches as they are on the forge, the statements about the first of them, and pull requests.
    pub(super) fn fetch(
        &self,
        settings: &Settings,
        branches: &[&str],
        pulls: &[PullNumber],
    ) -> Result<(), PullRequestError> {
        let mut wanted = Vec::new();
        for branch in branches {
            check_branch(branch)?;
            wanted.push(format!("+refs/heads/{branch}:refs/heads/{branch}"));
            wanted.push(format!("+refs/approvals/heads/{branch}/*:refs/approvals/heads/{branch}/*"));
        }
        for number in pulls {
            let (folder, own) = (settings.pull_refs(*number), own_refs(*number));
            wanted.push(format!("+{folder}/head:{own}/head"));
            // The forge need not have made a merge of its own, and a pattern may match nothing.
            wanted.push(format!("+{folder}/mer*:{own}/mer*"));
        }
        wanted.sort();
        wanted.dedup();
        self.fetch_refs(&wanted.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Fetches a commit that may be on no branch any more. Forges keep those that a pull request once had.
    pub(super) fn fetch_commit(&self, commit: &ObjectId) -> Result<(), PullRequestError> {
        self.fetch_refs(&[commit.as_str()])
    }

    fn fetch_refs(&self, wanted: &[&str]) -> Result<(), PullRequestError> {
        let mut arguments = vec![
            // Git would carry the token to wherever the forge leads it.
            "-c",
            "http.followRedirects=false",
            "fetch",
            "--quiet",
            "--no-tags",
            "--no-write-fetch-head",
            "--no-auto-maintenance",
            "--no-recurse-submodules",
        ];
        arguments.extend(["--end-of-options", &self.address]);
        arguments.extend(wanted);
        GitProgram::in_folder(self.folder()).with_environment(&self.environment()).read(&arguments)?;
        Ok(())
    }

    /// The commit of a pull request that was fetched.
    pub(super) fn head_of(&self, number: PullNumber) -> Result<ObjectId, PullRequestError> {
        self.commit(&format!("{}/head", own_refs(number)))
    }

    /// The tree of the merge that the forge itself prepared, if it merged these two commits.
    pub(super) fn forge_merge(
        &self,
        number: PullNumber,
        [ours, theirs]: [&ObjectId; 2],
    ) -> Result<Option<ObjectId>, PullRequestError> {
        let merge = format!("{}/merge", own_refs(number));
        let parents = GitProgram::in_folder(self.folder()).attempt(&[
            "rev-parse",
            &format!("{merge}^1"),
            &format!("{merge}^2"),
        ])?;
        let wanted = format!("{ours}\n{theirs}");
        match (parents.outcome, parents.output == wanted) {
            (Outcome::Succeeded, true) => self.commit(&format!("{merge}^{{tree}}")).map(Some),
            (Outcome::Succeeded, false) | (Outcome::Failed, _) => Ok(None),
        }
    }

    /// The tip of a branch.
    pub(super) fn tip_of(&self, branch: &str) -> Result<ObjectId, PullRequestError> {
        self.commit(&format!("refs/heads/{branch}"))
    }

    fn commit(&self, name: &str) -> Result<ObjectId, PullRequestError> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let answer = GitProgram::in_folder(self.folder()).read(&arguments)?;
        ObjectId::parse(&answer).ok_or_else(|| PullRequestError::NotFetched(name.to_owned()))
    }

    /// Reports whether a commit is here.
    pub(super) fn has(&self, commit: &ObjectId) -> Result<bool, PullRequestError> {
        let object = format!("{commit}^{{commit}}");
        let answer = GitProgram::in_folder(self.folder()).attempt(&["cat-file", "-e", &object])?;
        Ok(answer.outcome == Outcome::Succeeded)
    }

    /// The best common ancestor of two commits, if they have one.
    pub(super) fn merge_base(
        &self,
        one: &ObjectId,
        other: &ObjectId,
    ) -> Result<Option<ObjectId>, PullRequestError> {
        let answer =
            GitProgram::in_folder(self.folder()).attempt(&["merge-base", one.as_str(), other.as_str()])?;
        Ok(ObjectId::parse(&answer.output))
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, PullRequestError> {
        self.commit(&format!("{commit}^{{tree}}"))
    }

    /// Finds a commit with a tree: the second one if it has that tree, otherwise a new one that merges both.
    pub(super) fn commit_with(
        &self,
        tree: &ObjectId,
        parents: [&ObjectId; 2],
    ) -> Result<ObjectId, PullRequestError> {
        let [base, tip] = parents;
        if self.tree_of(tip)? == *tree {
            return Ok(tip.clone());
        }
        let names = ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"];
        let environment = names.map(|name| (name, "portcullis"));
        let (base, tip) = (base.as_str(), tip.as_str());
        let arguments =
            ["commit-tree", tree.as_str(), "-p", base, "-p", tip, "-m", "The merge that was judged"];
        let commit = GitProgram::in_folder(self.folder()).with_environment(&environment).read(&arguments)?;
        ObjectId::parse(&commit).ok_or(PullRequestError::NoCommit)
    }

    /// Puts an object at a ref of the forge that does not exist yet.
    pub(super) fn push(&self, object: &ObjectId, ref_name: &str) -> Result<(), PullRequestError> {
        let refspec = format!("{object}:{ref_name}");
        let arguments = [
            "-c",
            "http.followRedirects=false",
            "push",
            "--quiet",
            "--end-of-options",
            &self.address,
            &refspec,
        ];
        GitProgram::in_folder(self.folder()).with_environment(&self.environment()).read(&arguments)?;
        Ok(())
    }

    fn environment(&self) -> Vec<(&str, &str)> {
        self.access.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    /// Merges a commit into another with git's own merge (`ort`, which forges use too).
    pub(super) fn merge(&self, ours: &ObjectId, theirs: &ObjectId) -> Result<Merge, PullRequestError> {
        match self.merge_base(ours, theirs)? {
            Some(base) if base == *ours => return self.tree_of(theirs).map(Merge::Tree),
            Some(_) => {}
            // Git refuses to merge what has nothing in common.
            None => return Ok(Merge::Conflict),
        }
        let arguments = [
            "-c",
            "core.attributesFile=/dev/null",
            "-c",
            "merge.renames=true",
            "-c",
            "merge.directoryRenames=conflict",
            "-c",
            "merge.renameLimit=7000",
            "merge-tree",
            "--write-tree",
            "--no-messages",
            ours.as_str(),
            theirs.as_str(),
        ];
        let Answer { outcome, output, complaint } =
            GitProgram::in_folder(self.folder()).with_environment(&ISOLATED).attempt(&arguments)?;
        let tree = output.lines().next().and_then(ObjectId::parse);
        match (outcome, tree) {
            (Outcome::Succeeded, Some(tree)) => Ok(Merge::Tree(tree)),
            (Outcome::Failed, Some(_)) => Ok(Merge::Conflict),
            (Outcome::Succeeded | Outcome::Failed, None) => {
                Err(PullRequestError::GitProgram(GitProgramError {
                    typed: "merge-tree --write-tree".into(),
                    reason: format!("{}\n  git 2.38 or newer is needed", complaint.trim_end()),
                }))
            }
        }
    }
}

fn own_refs(number: PullNumber) -> String {
    format!("refs/portcullis/{number}")
}

/// Finds the objects of a clone, if none of them can be missing.
fn find_reusable_objects(known: &Path) -> Option<PathBuf> {
    let arguments =
        ["rev-parse", "--path-format=absolute", "--git-path", "objects", "--is-shallow-repository"];
    let answer = GitProgram::in_folder(known).read(&arguments).ok()?;
    let (objects, shallow) = answer.split_once('\n')?;
    let partial = GitProgram::in_folder(known).read(&["config", "--get", "extensions.partialClone"]).is_ok();
    let plain = !objects.contains(['"', '\n']) && !objects.starts_with('#');
    (shallow == "false" && !partial && plain).then(|| PathBuf::from(objects))
}

/// Makes sure that a name has no special meaning in a refspec.
fn check_branch(name: &str) -> Result<(), PullRequestError> {
    let odd = |character: char| character.is_control() || " ~^:?*[\\".contains(character);
    let usable = !name.is_empty() && !name.contains(odd) && !name.contains("..") && !name.ends_with('/');
    let error = || ForgeError::Settings(format!("`{}` is not a branch name", crate::report::terminal(name)));
    if usable { Ok(()) } else { Err(error().into()) }
}

/// Passes the token to git through the environment: every process of the machine can see arguments.
fn token_environment(settings: &Settings) -> Vec<(String, String)> {
    use base64::Engine as _;
    let user = settings.access.host.facts().git_user;
    let Some(token) =
        settings.access.job.token.as_ref().filter(|_| settings.access.server.starts_with("http"))
    else {
        return Vec::new();
    };
    let word = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{token}"));
    [
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", format!("http.{}/.extraHeader", settings.access.server)),
        ("GIT_CONFIG_VALUE_0", format!("Authorization: Basic {word}")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

//! A bare repository of our own that holds what the forge's holds, as far as a pull request needs it.
//!
//! In: refs of the forge. Out: a repository whose HEAD is the forge's default branch, and merges that are on no
//! ref. Never: checks anything out, runs anything, writes into the user's repository, or lets configuration or
//! attributes of a repository change how two trees are merged.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::settings::Settings;
use crate::commands::error::CommandError;
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

/// What merging two commits gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Merge {
    /// A tree.
    Tree(ObjectId),
    /// Nothing that anyone could merge without deciding.
    Conflict,
}

/// What no configuration may change: the merge must be the one that the forge makes.
const ISOLATED: [(&str, &str); 3] =
    [("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_ATTR_NOSYSTEM", "1")];

impl Stage {
    /// Makes an empty one with the default branch as HEAD; objects that a repository here has already need not
    /// be fetched again.
    pub(super) fn new(
        settings: &Settings,
        default_branch: &str,
        format: &ObjectId,
        known: &Path,
    ) -> Result<Self, CommandError> {
        let beside = settings.workspace.path();
        let folder = TempDir::new_in(beside)
            .map_err(|source| CommandError::File { path: beside.to_path_buf(), source })?;
        let format =
            if format.as_str().len() == 64 { "--object-format=sha256" } else { "--object-format=sha1" };
        GitProgram::in_folder(folder.path()).read(&["init", "--quiet", "--bare", "--template=", format])?;
        let head = format!("refs/heads/{default_branch}");
        GitProgram::in_folder(folder.path()).read(&["symbolic-ref", "HEAD", &head])?;
        if let Some(objects) = reusable(known) {
            let path = folder.path().join("objects/info/alternates");
            let _ = std::fs::create_dir_all(folder.path().join("objects/info"));
            std::fs::write(&path, format!("{}\n", objects.display()))
                .map_err(|source| CommandError::File { path, source })?;
        }
        Ok(Self { folder, address: settings.repository(), access: access(settings) })
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
    ) -> Result<(), CommandError> {
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

    /// Fetches commits that no branch may hold any more. Forges give those that a pull request once had.
    pub(super) fn fetch_commit(&self, commit: &ObjectId) -> Result<(), CommandError> {
        self.fetch_refs(&[commit.as_str()])
    }

    fn fetch_refs(&self, wanted: &[&str]) -> Result<(), CommandError> {
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

    /// The commit that was fetched of a pull request.
    pub(super) fn head_of(&self, number: PullNumber) -> Result<ObjectId, CommandError> {
        self.commit(&format!("{}/head", own_refs(number)))
    }

    /// The tree of the merge that the forge itself prepared, where it is one of these two commits.
    pub(super) fn forge_merge(
        &self,
        number: PullNumber,
        [ours, theirs]: [&ObjectId; 2],
    ) -> Result<Option<ObjectId>, CommandError> {
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
    pub(super) fn tip_of(&self, branch: &str) -> Result<ObjectId, CommandError> {
        self.commit(&format!("refs/heads/{branch}"))
    }

    fn commit(&self, name: &str) -> Result<ObjectId, CommandError> {
        let arguments = ["rev-parse", "--verify", "--quiet", "--end-of-options", name];
        let answer = GitProgram::in_folder(self.folder()).read(&arguments)?;
        ObjectId::parse(&answer).ok_or_else(|| CommandError::Argument(format!("{name} was not fetched")))
    }

    /// Whether a commit is here.
    pub(super) fn has(&self, commit: &ObjectId) -> Result<bool, CommandError> {
        let object = format!("{commit}^{{commit}}");
        let answer = GitProgram::in_folder(self.folder()).attempt(&["cat-file", "-e", &object])?;
        Ok(answer.outcome == Outcome::Succeeded)
    }

    /// The commits that two commits have in common, the best of them; `None` if it does not exist.
    pub(super) fn merge_base(
        &self,
        one: &ObjectId,
        other: &ObjectId,
    ) -> Result<Option<ObjectId>, CommandError> {
        let answer =
            GitProgram::in_folder(self.folder()).attempt(&["merge-base", one.as_str(), other.as_str()])?;
        Ok(ObjectId::parse(&answer.output))
    }

    /// The tree of a commit.
    pub(super) fn tree_of(&self, commit: &ObjectId) -> Result<ObjectId, CommandError> {
        self.commit(&format!("{commit}^{{tree}}"))
    }

    /// A commit with a tree: a given one if it has it, else one that merges both.
    pub(super) fn commit_with(
        &self,
        tree: &ObjectId,
        parents: [&ObjectId; 2],
    ) -> Result<ObjectId, CommandError> {
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
        ObjectId::parse(&commit).ok_or_else(|| CommandError::Argument("git made no commit".into()))
    }

    /// Puts an object at a ref of the forge that does not exist yet.
    pub(super) fn push(&self, object: &ObjectId, ref_name: &str) -> Result<(), CommandError> {
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

    /// What merging a commit into another gives: git's own merge (`ort`, which forges use too).
    pub(super) fn merge(&self, ours: &ObjectId, theirs: &ObjectId) -> Result<Merge, CommandError> {
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
            (Outcome::Succeeded | Outcome::Failed, None) => Err(CommandError::GitProgram(GitProgramError {
                typed: "merge-tree --write-tree".into(),
                reason: format!("{}\n  git 2.38 or newer is needed", complaint.trim_end()),
            })),
        }
    }
}

fn own_refs(number: PullNumber) -> String {
    format!("refs/portcullis/{number}")
}

/// The objects of a repository here, if none of them can be missing.
fn reusable(known: &Path) -> Option<PathBuf> {
    let arguments =
        ["rev-parse", "--path-format=absolute", "--git-path", "objects", "--is-shallow-repository"];
    let answer = GitProgram::in_folder(known).read(&arguments).ok()?;
    let (objects, shallow) = answer.split_once('\n')?;
    let partial = GitProgram::in_folder(known).read(&["config", "--get", "extensions.partialClone"]).is_ok();
    let plain = !objects.contains(['"', '\n']) && !objects.starts_with('#');
    (shallow == "false" && !partial && plain).then(|| PathBuf::from(objects))
}

/// A name that stays what it is inside a refspec.
fn check_branch(name: &str) -> Result<(), CommandError> {
    let odd = |character: char| character.is_control() || " ~^:?*[\\".contains(character);
    let usable = !name.is_empty() && !name.contains(odd) && !name.contains("..") && !name.ends_with('/');
    let error = || ForgeError::Settings(format!("`{}` is not a branch name", crate::report::terminal(name)));
    if usable { Ok(()) } else { Err(error().into()) }
}

/// The token for git, through the environment: arguments can be seen by every process of the machine.
fn access(settings: &Settings) -> Vec<(String, String)> {
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

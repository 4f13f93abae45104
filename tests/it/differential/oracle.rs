//! What git makes of commits.

#![expect(clippy::indexing_slicing, reason = "a test that cuts in the wrong place fails")]

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use git_trust::{SignatureStatus, TrustedKeys};
use sequoia_openpgp::types::HashAlgorithm;
use tempfile::TempDir;

use crate::common::git::{Failure, Git};
use crate::common::programs::{GPG_RECORDER, write_program};

/// Who says whether a signature is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verifier {
    /// We do, of the payload and the signature that git cuts out.
    Recorder,
    /// gpg does.
    Gpg,
}

/// What git says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    Accepts,
    /// With its words.
    Refuses(String),
}

/// A repository for odd objects.
pub(crate) struct Repository {
    git: Git,
    folder: PathBuf,
}

/// git, with the verifier as its `gpg.program`.
pub(crate) struct Oracle {
    pub(crate) repository: Repository,
    verifier: Verifier,
    trusted: TrustedKeys,
    folder: TempDir,
}

impl Oracle {
    pub(crate) fn new(verifier: Verifier, certificate: &[u8], trusted: TrustedKeys) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let objects = folder.path().join("repository.git");
        let repository = Repository { git: Git::init_bare(&objects)?, folder: objects };
        let home = folder.path().join("gnupg");
        fs::create_dir(&home)?;
        fs::set_permissions(&home, fs::Permissions::from_mode(0o700))?;
        let program = folder.path().join("verifier");
        match verifier {
            Verifier::Recorder => write_program(&program, GPG_RECORDER)?,
            Verifier::Gpg => {
                let line = format!("exec gpg --homedir '{}' --always-trust \"$@\"", home.display());
                write_program(&program, &line)?;
                import(&home, certificate)?;
            }
        }
        repository.git.run(&["config", "gpg.program", &program.display().to_string()], b"")?;
        Ok(Self { repository, verifier, trusted, folder })
    }

    /// What git, with its verifier, makes of the signature of a commit.
    pub(crate) fn judge(&self, id: &str) -> Result<Answer, Failure> {
        let recorded = tempfile::tempdir_in(self.folder.path())?;
        let mut command = self.repository.git.command(&["verify-commit", "--raw", id]);
        let output = command.env("ORACLE", recorded.path()).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        match self.verifier {
            Verifier::Gpg if output.status.success() => Ok(Answer::Accepts),
            Verifier::Gpg => Ok(Answer::Refuses(said)),
            Verifier::Recorder => {
                let Ok(payload) = fs::read(recorded.path().join("payload")) else {
                    return Ok(Answer::Refuses(said));
                };
                let signature = fs::read(recorded.path().join("signature"))?;
                Ok(match self.trusted.verify(&payload, &signature, SystemTime::now()) {
                    SignatureStatus::Trusted { .. } => Answer::Accepts,
                    other => Answer::Refuses(format!("{other:?}")),
                })
            }
        }
    }
}

/// Puts the certificate into a keyring of gpg's own.
fn import(home: &Path, certificate: &[u8]) -> Result<(), Failure> {
    let mut command = std::process::Command::new("gpg");
    command.args(["--batch", "--quiet", "--import", "--homedir"]).arg(home);
    let mut child = command.stdin(std::process::Stdio::piped()).spawn()?;
    child.stdin.take().ok_or("gpg has no input")?.write_all(certificate)?;
    if child.wait()?.success() { Ok(()) } else { Err("gpg does not import the certificate".into()) }
}

impl Repository {
    /// Stores commits as loose objects, whatever git thinks of them. A process for each would take long.
    pub(crate) fn store_all(&self, commits: &[Vec<u8>]) -> Result<Vec<String>, Failure> {
        commits.iter().map(|commit| self.store(commit)).collect()
    }

    fn store(&self, commit: &[u8]) -> Result<String, Failure> {
        let object = [format!("commit {}\0", commit.len()).as_bytes(), commit].concat();
        let mut context = HashAlgorithm::SHA1.context()?.for_digest();
        context.update(&object);
        let id = sequoia_openpgp::fmt::hex::encode(context.into_digest()?).to_ascii_lowercase();
        let (folder, name) = id.split_at(2);
        let folder = self.folder.join("objects").join(folder);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(name), miniz_oxide::deflate::compress_to_vec_zlib(&object, 1))?;
        Ok(id)
    }

    /// What `git cat-file --batch` prints of each.
    pub(crate) fn cat_file(&self, ids: &[String]) -> Result<Vec<Vec<u8>>, Failure> {
        let list = self.folder.join("ids");
        fs::write(&list, ids.join("\n") + "\n")?;
        let mut command = self.git.command(&["cat-file", "--batch"]);
        let output = command.stdin(fs::File::open(&list)?).output()?.stdout;
        let mut rest = output.as_slice();
        let mut found = Vec::new();
        for id in ids {
            let end = rest.iter().position(|byte| *byte == b'\n').ok_or("cat-file ends too early")?;
            let head = std::str::from_utf8(&rest[..end])?;
            let length: usize = head.strip_prefix(&format!("{id} commit ")).ok_or("no commit")?.parse()?;
            found.push(rest[end + 1..end + 1 + length].to_vec());
            rest = &rest[end + 2 + length..];
        }
        Ok(found)
    }
}

//! The hook that git or the host would run.
//!
//! In: a repository, and the hook that a person names. Out: [`Hook`], with what its script says of the gate.
//! Never: believes the script; only a push proves it.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::error::SelfTestError;
use crate::git_program::GitProgram;
use crate::host::HostKind;
use crate::report::DoctorLine;

/// Shell scripts are far smaller. The rest of a program is not read.
const LARGEST_SCRIPT: u64 = 256 << 10;
/// The deadline of git's hooks, in seconds, unless `--deadline` names another.
const DEFAULT_DEADLINE: u64 = 30;
const TOPIC: &str = "hook";

/// The event for which git runs a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    PreReceive,
    Update,
    PreCommit,
}

impl Event {
    /// The name under which git runs it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::PreReceive => "pre-receive",
            Self::Update => "update",
            Self::PreCommit => "pre-commit",
        }
    }
}

/// A hook, and the words of its scripts.
#[derive(Debug)]
pub(super) struct Hook {
    pub(super) event: Event,
    pub(super) path: PathBuf,
    pub(super) presence: Presence,
    runner: Runner,
    /// Git's own folder of hooks in this repository, where git looks in another one.
    shadowed: Option<PathBuf>,
    /// The words of its scripts, those that it is chained with included.
    words: Vec<String>,
}

/// The program that runs a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runner {
    Git,
    /// A host's own program, which cannot be asked here.
    Host,
}

/// The state of a hook on the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Absent,
    NotExecutable,
    Runs,
}

impl Hook {
    pub(super) fn find(repository: &Path, named: Option<&Path>) -> Result<Self, SelfTestError> {
        let git = GitProgram::in_folder(repository);
        let hooks = absolute(&repository.join(git.read(&["rev-parse", "--git-path", "hooks"])?));
        let own = repository.join(git.read(&["rev-parse", "--git-common-dir"])?).join("hooks");
        let shadowed = (canonical(&own) != canonical(&hooks)).then(|| absolute(&own));
        let bare = git.read(&["rev-parse", "--is-bare-repository"])? == "true";
        let event = if bare { Event::PreReceive } else { Event::PreCommit };
        let (event, path, runner) = match named {
            Some(path) => (event, absolute(path), Runner::Host),
            None if bare => find_server_hook(&hooks, &own),
            None => (event, hooks.join("pre-commit"), Runner::Git),
        };
        let words = read_scripts(&path).iter().flat_map(|text| split_words(text)).collect();
        Ok(Self { event, presence: find_presence(&path), path, runner, shadowed, words })
    }

    /// Reports whether one of its scripts names the gate at all.
    pub(super) fn names_portcullis(&self) -> bool {
        self.words.iter().any(|word| Path::new(word).file_name().is_some_and(|name| name == "portcullis"))
    }

    /// The value of an option.
    pub(super) fn option(&self, name: &str) -> Option<&str> {
        find_value(&self.words, name)
    }

    /// The host that it names.
    pub(super) fn host(&self) -> Option<HostKind> {
        self.option("--host").and_then(HostKind::named)
    }

    /// The time that the gate may take, in seconds.
    pub(super) fn deadline(&self) -> u64 {
        self.option("--deadline").and_then(|seconds| seconds.parse().ok()).unwrap_or(DEFAULT_DEADLINE)
    }

    /// Finds the hook, program or server's policy that everyone can replace.
    fn find_open(&self) -> Option<&Path> {
        let program = self.words.iter().map(Path::new);
        let program = program.filter(|word| word.is_absolute() && word.ends_with("portcullis"));
        let policy = self.option("--server-policy").map(Path::new);
        std::iter::once(self.path.as_path()).chain(program).chain(policy).find(|path| is_open(path))
    }

    /// Describes whether git would run it.
    pub(super) fn examine(&self, repository: &Path) -> DoctorLine {
        let (event, path) = (self.event.as_str(), self.path.display());
        let install = format!("portcullis install --repo {}", repository.display());
        match (self.presence, &self.shadowed) {
            (Presence::Runs, _) if self.find_open().is_some() => {
                let open = self.find_open().unwrap_or(&self.path).display();
                let text = format!("anyone can write to {open} or its folder, and so replace the gate");
                DoctorLine::problem(TOPIC, text, format!("chmod o-w {open} and its folder"))
            }
            (Presence::Runs, _) if self.runner == Runner::Host => DoctorLine::advice(
                TOPIC,
                format!(
                    "{path} is not one of git's own hooks: doctor tested what it does, but not whether the \
                     server runs it"
                ),
                "push a bad change to the server itself once; on plain git, install with `--host git`",
            ),
            (Presence::Runs, Some(_)) => {
                DoctorLine::ok(TOPIC, format!("git runs {path}, by `core.hooksPath`"))
            }
            (Presence::Runs, None) => DoctorLine::ok(TOPIC, format!("{event} is {path}")),
            (Presence::NotExecutable, _) => DoctorLine::problem(
                TOPIC,
                format!("{path} is not executable, so it never runs"),
                format!("chmod +x {path}"),
            ),
            (Presence::Absent, Some(own)) => DoctorLine::problem(
                TOPIC,
                format!(
                    "`core.hooksPath` hides {}: git looks for {path}, which does not exist",
                    own.display()
                ),
                "unset `core.hooksPath`, or install with `portcullis install --hooks-path`",
            ),
            (Presence::Absent, None) => DoctorLine::problem(TOPIC, format!("{path} does not exist"), install),
        }
    }
}

/// Finds the hook of a server. A host's own program runs hooks of the repository's folder, beside git's hooks; `update`
/// counts if there is no other.
fn find_server_hook(hooks: &Path, own: &Path) -> (Event, PathBuf, Runner) {
    let own = absolute(own);
    let by_host = HostKind::ALL.iter().flat_map(|kind| kind.facts().installation.run_by_host);
    let by_host = by_host.map(|place| (Event::PreReceive, own.with_file_name(place), Runner::Host));
    let by_git = [
        (Event::PreReceive, hooks.join("pre-receive"), Runner::Git),
        (Event::Update, hooks.join("update"), Runner::Git),
    ];
    let found = by_host.chain(by_git).find(|(_, path, _)| find_presence(path) != Presence::Absent);
    found.unwrap_or_else(|| (Event::PreReceive, hooks.join("pre-receive"), Runner::Git))
}

fn find_presence(path: &Path) -> Presence {
    match fs::metadata(path) {
        Ok(found) if found.is_file() && found.permissions().mode() & 0o111 != 0 => Presence::Runs,
        Ok(_) => Presence::NotExecutable,
        Err(_) => Presence::Absent,
    }
}

fn is_open(path: &Path) -> bool {
    is_writable_by_all(path) || path.parent().is_some_and(is_writable_by_all)
}

/// Reports whether everyone can write to a file or folder.
pub(super) fn is_writable_by_all(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o002 != 0)
}

/// Reads a hook, the hooks whose names begin with its own, and those of a folder of that name.
fn read_scripts(path: &Path) -> Vec<String> {
    let own = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{own}.");
    let mut scripts = vec![path.to_path_buf()];
    for other in list_entries(path.parent().unwrap_or(Path::new("/"))) {
        let name = other.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&prefix) {
            scripts.extend(if other.is_dir() { list_entries(&other) } else { vec![other.clone()] });
        }
    }
    scripts.iter().filter_map(|script| read_script(script)).collect()
}

/// Lists a folder, in the order of names.
pub(super) fn list_entries(folder: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = found.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    paths
}

fn read_script(path: &Path) -> Option<String> {
    let mut bytes = Vec::new();
    let file = fs::File::open(path).ok().filter(|_| path.is_file())?;
    file.take(LARGEST_SCRIPT).read_to_end(&mut bytes).ok()?;
    bytes.starts_with(b"#!").then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Splits a script into words as a shell would, without comments. This is exact for the scripts of
/// `portcullis install`, and good enough for a hint otherwise.
fn split_words(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(split_line).collect()
}

/// Finds the value of an option: the word after it, or after its `=`.
fn find_value<'a>(words: &'a [String], name: &str) -> Option<&'a str> {
    let joined = |word: &'a String| word.strip_prefix(name)?.strip_prefix('=');
    let behind = |place: usize| words.get(place + 1).map(String::as_str);
    let apart = words.iter().position(|word| word == name).and_then(behind);
    apart.or_else(|| words.iter().find_map(joined))
}

fn split_line(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match (character, quote) {
            ('\\', None) => word.extend(characters.next()),
            ('\'' | '"', None) => quote = Some(character),
            (_, Some(open)) if character == open => quote = None,
            (' ' | '\t' | ';' | '|' | '&' | '(' | ')', None) => words.push(std::mem::take(&mut word)),
            (_, _) => word.push(character),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| absolute(path))
}

#[cfg(test)]
mod tests {
    use super::{find_value, split_words};

    #[test]
    fn the_words_of_a_hook_are_read_as_the_shell_reads_them() {
        let text = "#!/bin/sh\n# --deadline 1\nexec '/opt/it'\\''s/portcullis' pre-receive --deadline 4;x\n";
        assert_eq!(find_value(&split_words(text), "--deadline"), Some("4"));
        assert_eq!(find_value(&split_words("x --host=gitea --hosts y"), "--host"), Some("gitea"));
        assert_eq!(find_value(&split_words("x --host"), "--host"), None);
        assert_eq!(
            split_words(text),
            ["exec", "/opt/it's/portcullis", "pre-receive", "--deadline", "4", "x"]
        );
    }
}

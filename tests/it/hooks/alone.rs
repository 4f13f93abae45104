//! The hook is alone: it starts no process, and reaches no network.
//!
//! Where `strace` is installed and may trace, the kernel itself says which calls the hook makes. That
//! sees everything, but a bare machine has no `strace`; so two more tests need nothing but Linux:
//!
//! - Processes. An exited process that nobody has waited for is still in `/proc`, and its `stat` counts
//!   the page faults of all children that it waited for. No process starts another without faults, so
//!   zero says that there was none. Children that it did not wait for would still run, or have left the
//!   mark of their environment in `/proc`. Unlike `PATH=`, this also sees a program run by its full path;
//!   unlike `ulimit -u`, it holds for root.
//! - Network. `unshare --net` gives the hook an empty network, in which every packet and every attempt
//!   is counted from zero. Where even that is not permitted, what remains is the watch on its open files
//!   while it runs.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::manifests::{POLICY_PATH, SERVICE, SERVICE_PATH, SETTINGS, policy};
use super::server::{PORTCULLIS, Server};
use crate::common::git::Failure;
use crate::common::keys::person;

/// In the environment of the hook and of whatever it would start.
const MARK: &str = "PORTCULLIS_HOOK_UNDER_TEST";

/// A push that has arrived and waits for its hook: all features that could want help are on.
struct Waiting {
    server: Server,
    line: String,
}

fn waiting() -> Result<Waiting, Failure> {
    let policy = policy(
        "signatures: {require: trusted, keyring: ['keys/*.asc']}\nowners: {approvals: 1, signerCounts: true}\n",
    );
    let certificate = String::from_utf8(person("alice")?.key.armored_certificate()?)?;
    let server = Server::holding(&[
        (POLICY_PATH, &policy),
        ("CODEOWNERS", "* @alice\n"),
        ("keys/alice.asc", &certificate),
        (SERVICE_PATH, SERVICE),
    ])?;
    let alice = server.checkout("alice")?;
    alice.sign_as("alice")?;
    let kustomization = "resources: [settings.yaml, 'https://example.com/remote?ref=v1']\n";
    let new = alice.commit(
        "Add settings",
        &[("prod/settings.yaml", SETTINGS), ("prod/kustomization.yaml", kustomization)],
    )?;
    let old = server.tip("refs/heads/main")?;
    server.git.run(&["fetch", "--quiet", &alice.folder.display().to_string(), "HEAD"], b"")?;
    Ok(Waiting { server, line: format!("{old} {new} refs/heads/main\n") })
}

impl Waiting {
    /// Starts the hook behind a program and its arguments, if any, and hands it the push.
    fn start(&self, behind: &[&str], mark: &str) -> Result<Child, Failure> {
        let mut words = behind.iter().chain(&[PORTCULLIS, "pre-receive"]);
        let mut command = Command::new(words.next().ok_or("no program")?);
        command.args(words).env_clear().env("GIT_DIR", &self.server.git_dir).env(MARK, mark);
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        child.stdin.take().ok_or("no input")?.write_all(self.line.as_bytes())?;
        Ok(child)
    }
}

/// The hook must have judged: one that fell over at once proves nothing.
fn judged(child: Child) -> Result<String, Failure> {
    let output = child.wait_with_output()?;
    let text = String::from_utf8([output.stdout, output.stderr].concat())?;
    assert!(text.contains("portcullis: main") && text.contains("[missing-approval]"), "no verdict:\n{text}");
    Ok(text)
}

/// Fields of `/proc/PID/stat` behind the name of the program, which may itself hold spaces.
fn stat(pid: u32) -> Result<Vec<String>, Failure> {
    let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = text.rsplit_once(')').ok_or("the status has no name")?;
    Ok(fields.split_whitespace().map(str::to_owned).collect())
}

/// Waits until the process has ended, but does not take its status away. Returns the links of the
/// files that were seen open on the way.
fn watch_until_zombie(pid: u32) -> Result<Vec<String>, Failure> {
    let begin = Instant::now();
    let mut open = Vec::new();
    while stat(pid)?.first().is_none_or(|state| state != "Z") {
        if begin.elapsed() > Duration::from_secs(30) {
            return Err("the hook does not end".into());
        }
        let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let links = files.filter_map(|file| fs::read_link(file.path()).ok());
        open.extend(links.map(|link| link.display().to_string()));
    }
    Ok(open)
}

/// Faults of waited-for children: `cminflt` and `cmajflt`, fields 11 and 13 of `proc_pid_stat(5)`.
fn faults_of_children(pid: u32) -> Result<[String; 2], Failure> {
    let fields = stat(pid)?;
    let field = |number: usize| fields.get(number - 3).cloned().ok_or("the status is too short");
    Ok([field(11)?, field(13)?])
}

/// Tells whoever reads the output of the tests.
fn say(reason: &str) {
    let _ = writeln!(std::io::stderr(), "{reason}");
}

/// Processes that carry the mark.
fn marked(mark: &str) -> Result<Vec<String>, Failure> {
    let wanted = format!("{MARK}={mark}");
    let holds_mark = |folder: &Path| {
        let environment = fs::read(folder.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
    };
    let entries = fs::read_dir("/proc")?.flatten().map(|entry| entry.path());
    Ok(entries.filter(|folder| holds_mark(folder)).map(|folder| folder.display().to_string()).collect())
}

#[test]
fn it_starts_no_process() -> Result<(), Failure> {
    starts_no_process("process")
}

fn starts_no_process(mark: &str) -> Result<(), Failure> {
    let waiting = waiting()?;
    let child = waiting.start(&[], mark)?;
    let pid = child.id();
    let open = watch_until_zombie(pid)?;
    assert_eq!(faults_of_children(pid)?, ["0", "0"], "the hook had children");
    assert_eq!(marked(mark)?, Vec::<String>::new(), "the hook left processes behind");
    assert!(!open.iter().any(|link| link.starts_with("socket:")), "the hook had a socket: {open:?}");
    judged(child).map(drop)
}

/// The measure itself sees a child, however short.
#[test]
fn a_child_would_be_seen() -> Result<(), Failure> {
    let mut shell = Command::new("/bin/sh").args(["-c", "/bin/sh -c :; exit 0"]).spawn()?;
    watch_until_zombie(shell.id())?;
    assert_ne!(faults_of_children(shell.id())?, ["0", "0"], "a child went unseen");
    shell.wait()?;
    Ok(())
}

/// Ways to get an empty network: for root, and for users who may have namespaces of their own.
const UNSHARE: [&[&str]; 2] = [&["unshare", "--net"], &["unshare", "--map-root-user", "--net"]];

fn works(command: &[&str]) -> bool {
    let Some((program, arguments)) = command.split_first() else { return false };
    let mut command = Command::new(program);
    command.args(arguments).arg("true").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Counters of traffic, and of attempts that found no way, that are not zero.
fn traffic(counters: &str) -> Vec<&str> {
    let lines =
        counters.lines().filter(|line| ["Ip:", "Tcp:", "Udp:"].iter().any(|head| line.starts_with(head)));
    let lines: Vec<&str> = lines.collect();
    let named = lines.chunks(2).filter_map(|pair| match pair {
        [names, values] => Some(names.split(' ').zip(values.split(' '))),
        _ => None,
    });
    let wanted = ["OutRequests", "OutNoRoutes", "ActiveOpens", "AttemptFails", "OutSegs", "OutDatagrams"];
    named
        .flatten()
        .filter(|(name, value)| wanted.contains(name) && *value != "0")
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn it_judges_without_a_network_and_asks_for_none() -> Result<(), Failure> {
    let Some(unshare) = UNSHARE.iter().find(|command| works(command)) else {
        say(
            "namespaces are not permitted here: instead of a network of its own, the hook's open files are watched",
        );
        return starts_no_process("without-namespace");
    };
    let waiting = waiting()?;
    let counters = waiting.server.folder.path().join("counters");
    let script = format!("\"$@\"; cat /proc/net/snmp > '{}'", counters.display());
    let behind = [unshare, ["sh", "-c", &script, "sh"].as_slice()].concat();
    judged(waiting.start(&behind, "network")?)?;
    assert_eq!(traffic(&fs::read_to_string(counters)?), Vec::<&str>::new(), "the hook reached for a network");
    Ok(())
}

#[test]
fn strace_sees_neither_processes_nor_sockets() -> Result<(), Failure> {
    let waiting = waiting()?;
    let log = waiting.server.folder.path().join("strace");
    let log_name = log.display().to_string();
    let calls = "trace=execve,execveat,fork,vfork,socket,connect,sendto,bind";
    let strace = ["strace", "-f", "-q", "-o", &log_name, "-e", calls];
    if !works(&strace) {
        say("strace is not installed or may not trace: the other tests of this file say it without");
        return starts_no_process("without-strace");
    }
    judged(waiting.start(&strace, "strace")?)?;
    let text = fs::read_to_string(log)?;
    let seen: Vec<&str> = text.lines().filter(|line| line.contains('(')).collect();
    assert!(seen.len() == 1 && text.contains("pre-receive"), "more than the hook itself:\n{text}");
    Ok(())
}

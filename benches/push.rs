//! Whole-process time of the hook, cold: a one-file push to generated repositories of 1,000 and
//! 10,000 manifests, and beside it, in the same run, what git itself needs to list the same push.
//!
//! `cargo bench --bench push`. Peak memory is the highest `VmHWM` that was seen while the hook ran.

#![expect(clippy::expect_used, reason = "a benchmark that cannot set itself up has nothing to say")]
#![expect(clippy::print_stdout, reason = "the table is the benchmark's output")]

mod repository;

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use repository::{Change, Generated};

const RUNS: usize = 15;

fn main() {
    println!(
        "{:>9}  {:<12} {:>10} {:>10} {:>10} {:>9}",
        "manifests", "change", "median ms", "worst ms", "git ms", "peak MiB"
    );
    for manifests in [1_000, 10_000] {
        for change in [Change::Replicas, Change::RoleBinding] {
            measure(manifests, change);
        }
    }
}

fn measure(manifests: usize, change: Change) {
    let repository = Generated::new(manifests, change);
    let runs: Vec<(Duration, u64)> = (0..RUNS).map(|_| hook(&repository)).collect();
    let listing: Vec<Duration> = (0..RUNS).map(|_| git(&repository)).collect();
    let times: Vec<Duration> = runs.iter().map(|(time, _)| *time).collect();
    let peak = runs.iter().map(|(_, peak)| *peak).max().unwrap_or(0);
    println!(
        "{manifests:>9}  {:<12} {:>10.1} {:>10.1} {:>10.1} {:>9}",
        change.name(),
        milliseconds(median(&times)),
        milliseconds(times.iter().max().copied().unwrap_or_default()),
        milliseconds(median(&listing)),
        peak / 1024,
    );
}

/// One run of the hook, as git starts it.
fn hook(repository: &Generated) -> (Duration, u64) {
    let begin = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .arg("pre-receive")
        .env_clear()
        .env("GIT_DIR", repository.git_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the hook starts");
    let line = format!("{} {} refs/heads/main\n", repository.old, repository.new);
    child.stdin.take().expect("a pipe").write_all(line.as_bytes()).expect("the hook reads");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(high_water(child.id()));
        if let Some(status) = child.try_wait().expect("the hook runs") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(300));
    };
    let elapsed = begin.elapsed();
    assert!(matches!(status.code(), Some(0 | 1)), "the hook must reach a verdict");
    (elapsed, peak)
}

/// `git diff-tree` and `git ls-tree -r` of the same push.
fn git(repository: &Generated) -> Duration {
    let begin = Instant::now();
    for arguments in
        [vec!["diff-tree", "-r", &repository.old, &repository.new], vec!["ls-tree", "-r", &repository.new]]
    {
        let status = repository.git().args(arguments).stdout(Stdio::null()).status().expect("git runs");
        assert!(status.success());
    }
    begin.elapsed()
}

fn high_water(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

fn median(times: &[Duration]) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

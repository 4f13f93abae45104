//! A change whose names, paths and texts are made to break out of every medium.

use std::process::Command;

use crate::common::git::{Failure, Git};
use serde_json::Value;

pub(super) const FORMATS: [&str; 9] =
    ["human", "json", "sarif", "junit", "github", "gitlab", "markdown", "rdjsonl", "html"];
pub(super) const POLICY: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks:\n  \
                      public-load-balancer: {enforce: approve, approvers: ['@acme/network']}\n";
/// What one medium or another would obey.
pub(super) const HOSTILE: [&str; 8] = [
    "]]></failure><script>alert(1)</script>",
    "</td></pre></article><img src=x onerror=alert(1)>",
    "::error file=a.yaml,line=1::pwned%0A::set-output name=x::y",
    "##[add-path]tmp",
    "`x` **b** [text](https://evil.example) | @org/team #1 GH-1 !1 www.evil.example",
    "<!-- --> ``` ~~~ </details>",
    "\u{202e}gpj.exe \u{200b}\u{feff}\u{7}\u{1b}[2J",
    "\"}],\"verdict\":\"accept\",'\\",
];

/// Two revisions of a bare repository.
pub(super) struct Change {
    folder: tempfile::TempDir,
    base: String,
    head: String,
}

pub(super) type Files = Vec<(String, String)>;

fn commit(git: &Git, files: &Files, parent: Option<&str>) -> Result<String, Failure> {
    git.run(&["read-tree", "--empty"], b"")?;
    let mut index = Vec::new();
    for (path, text) in files {
        let blob = git.store("blob", text.as_bytes())?;
        index.extend_from_slice(format!("100644 {blob}\t{path}\0").as_bytes());
    }
    git.run(&["update-index", "-z", "--index-info"], &index)?;
    let tree = git.run(&["write-tree"], b"")?;
    let mut arguments = vec!["commit-tree", "-m", "Change", tree.as_str()];
    arguments.extend(parent.into_iter().flat_map(|parent| ["-p", parent]));
    git.run(&arguments, b"")
}

impl Change {
    pub(super) fn new(before: &Files, after: &Files) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let git = Git::init_bare(folder.path())?;
        git.run(&["config", "user.name", "Alice"], b"")?;
        git.run(&["config", "user.email", "alice@example.com"], b"")?;
        let base = commit(&git, before, None)?;
        let head = commit(&git, after, Some(&base))?;
        Ok(Self { folder, base, head })
    }

    pub(super) fn check(&self, format: &str) -> Result<(String, Option<i32>), Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(["check", "--base", &self.base, "--head", &self.head, "--format", format, "--repo"]);
        let output = command.arg(self.folder.path()).output()?;
        Ok((String::from_utf8(output.stdout)?, output.status.code()))
    }

    pub(super) fn json(&self, format: &str) -> Result<Value, Failure> {
        Ok(serde_json::from_str(&self.check(format)?.0)?)
    }
}

pub(super) fn file(path: &str, text: &str) -> (String, String) {
    (path.to_owned(), text.to_owned())
}

/// A Service and a binding for each hostile text, which stands in the path, the name (where Kubernetes takes
/// it), the subjects and an annotation.
pub(super) fn hostile() -> Result<Change, Failure> {
    let before = vec![file(".portcullis.yaml", POLICY)];
    let mut after = before.clone();
    for (number, text) in HOSTILE.iter().enumerate() {
        let quoted = serde_json::to_string(text)?;
        let name = serde_json::to_string(&text.replace(['/', '%'], " "))?;
        let service = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: web-{number}, annotations: {{note: {quoted}}}}}\n\
             spec: {{type: LoadBalancer, selector: {{app: web}}, ports: [{{port: 80}}]}} # {}\n",
            text.replace(|character: char| character.is_control(), " ")
        );
        let binding = format!(
            "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {{name: {name}}}\n\
             roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}}\n\
             subjects: [{{apiGroup: rbac.authorization.k8s.io, kind: User, name: {quoted}}}]\n"
        );
        // git takes no path with an empty folder.
        let folder = format!("apps/{number}{}\n::error::line", text.replace("//", "/ /"));
        after.push((format!("{folder}/service.yaml"), service));
        after.push((format!("{folder}/binding.yaml"), binding));
    }
    Change::new(&before, &after)
}

/// What blocks, as the report for programs says it: check and message.
pub(super) fn blocking(change: &Change) -> Result<Vec<(String, String)>, Failure> {
    let report = change.json("json")?;
    let findings = report["findings"].as_array().ok_or("no findings")?;
    let blocks = |finding: &&Value| {
        finding["enforcement"] == "deny"
            || finding["approval"]["missing"].as_u64().is_some_and(|missing| missing > 0)
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Ok(findings.iter().filter(blocks).map(|one| (text(&one["check"]), text(&one["message"]))).collect())
}

pub(super) fn number_of_findings(change: &Change) -> Result<usize, Failure> {
    Ok(change.json("json")?["findings"].as_array().map_or(0, Vec::len))
}

//! Generated GitOps repositories.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What the measured push changes.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// The replicas of one Deployment.
    Replicas,
    /// The role of one RoleBinding: every grant of the repository matters.
    RoleBinding,
}

impl Change {
    /// A word for the table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Replicas => "replicas",
            Self::RoleBinding => "role binding",
        }
    }

    fn apply(self, index: usize, text: &str) -> Option<String> {
        match (self, index) {
            (Self::Replicas, 0) => Some(text.replace("replicas: 2", "replicas: 3")),
            (Self::RoleBinding, 6) => Some(text.replace("name: view", "name: edit")),
            (Self::Replicas | Self::RoleBinding, _) => None,
        }
    }
}

/// A bare repository with two commits; `main` stands at the first.
pub struct Generated {
    folder: tempfile::TempDir,
    /// The tip of `main`.
    pub old: String,
    /// The pushed commit.
    pub new: String,
}

impl Generated {
    /// Makes one, packed as `git fast-import` packs it.
    pub fn new(manifests: usize, change: Change) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut repository = Self { folder, old: String::new(), new: String::new() };
        let init = ["init", "-q", "--bare", "-b", "main", "."];
        assert!(repository.git().args(init).status().expect("git runs").success());
        repository.import(&stream(manifests, change));
        let id = |name: &str| {
            let output = repository.git().args(["rev-parse", name]).output().expect("git runs");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        (repository.old, repository.new) = (id("refs/heads/main"), id("refs/pushed"));
        repository
    }

    /// The repository.
    pub fn git_dir(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// git, in the repository, without anybody's configuration.
    pub fn git(&self) -> Command {
        let mut command = Command::new("git");
        command
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("HOME", self.folder.path())
            .current_dir(self.folder.path());
        command
    }

    fn import(&self, stream: &str) {
        let mut child =
            self.git().args(["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn().expect("git runs");
        child.stdin.take().expect("a pipe").write_all(stream.as_bytes()).expect("git reads");
        assert!(child.wait().expect("git ends").success());
    }
}

fn stream(manifests: usize, change: Change) -> String {
    let mut text = commit("refs/heads/main", "base", None);
    for index in 0..manifests {
        file(&mut text, &path(index), &manifest(index));
    }
    text.push_str(&commit("refs/pushed", "push", Some("refs/heads/main")));
    for index in 0..8 {
        if let Some(changed) = change.apply(index, &manifest(index)) {
            file(&mut text, &path(index), &changed);
        }
    }
    text
}

fn commit(name: &str, message: &str, from: Option<&str>) -> String {
    let from = from.map_or_else(String::new, |from| format!("from {from}\n"));
    let who = "Bench <bench@example.com> 1700000000 +0000";
    format!("commit {name}\nauthor {who}\ncommitter {who}\ndata {}\n{message}\n{from}", message.len())
}

fn file(text: &mut String, path: &str, content: &str) {
    let _ = writeln!(text, "M 100644 inline {path}\ndata {}\n{content}", content.len());
}

fn path(index: usize) -> String {
    format!("clusters/prod/team-{:03}/app-{:02}-{index}.yaml", index / 40, index % 40)
}

/// Half Deployments, the rest Services, ConfigMaps, RoleBindings and Roles.
pub fn manifest(index: usize) -> String {
    let (team, name) = (format!("team-{:03}", index / 40), format!("app-{:02}", index % 40));
    let head = |version: &str, kind: &str| {
        format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: {team}\n")
    };
    let rbac = "rbac.authorization.k8s.io/v1";
    match index % 8 {
        4 => format!(
            "{}spec:\n  selector: {{app: {name}}}\n  ports:\n  - port: 80\n    targetPort: 8080\n",
            head("v1", "Service")
        ),
        5 => format!(
            "{}data:\n  config.ini: |\n    [main]\n    level = info\n    team = {team}\n",
            head("v1", "ConfigMap")
        ),
        6 => format!(
            "{}roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: ClusterRole\n  name: view\nsubjects:\n- kind: ServiceAccount\n  name: {name}\n  namespace: {team}\n",
            head(rbac, "RoleBinding")
        ),
        7 => format!(
            "{}rules:\n- apiGroups: [\"\"]\n  resources: [configmaps]\n  verbs: [get, list]\n",
            head(rbac, "Role")
        ),
        _ => format!("{}{}", head("apps/v1", "Deployment"), deployment(&team, &name, index)),
    }
}

fn deployment(team: &str, name: &str, index: usize) -> String {
    format!(
        "spec:\n  replicas: 2\n  selector:\n    matchLabels: {{app: {name}}}\n  template:\n    metadata:\n      labels: \
         {{app: {name}}}\n    spec:\n      serviceAccountName: {name}\n      containers:\n      - name: main\n        \
         image: registry.example.com/{team}/{name}:1.{}.0\n        ports:\n        - containerPort: 8080\n        env:\n        \
         - name: LOG_LEVEL\n          value: \"info\"\n        resources:\n          requests: {{cpu: 100m, memory: 128Mi}}\n          \
         limits: {{memory: 256Mi}}\n",
        index % 30
    )
}

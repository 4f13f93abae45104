//! A forge, what it says of its settings, and what the doctor says of that.

use std::process::{Command, Output};

use base64::Engine as _;
use serde_json::{Value, json};

use crate::common::git::Failure;
use crate::common::replies::Replies;

/// A forge with settings.
pub(crate) struct Forge {
    pub(crate) replies: Replies,
    kind: &'static str,
    base: &'static str,
}

/// What the doctor said, and how it ended.
pub(crate) struct Said {
    code: Option<i32>,
    pub(crate) text: String,
}

impl Forge {
    /// One whose API is below `base`.
    pub(crate) fn new(kind: &'static str, base: &'static str) -> Result<Self, Failure> {
        Ok(Self { replies: Replies::start()?, kind, base })
    }

    pub(crate) fn answer(&self, path: &str, reply: Value) {
        self.replies.answer(&format!("GET {}{path}", self.base), reply);
    }

    /// Changes one answer.
    pub(crate) fn change(&self, path: &str, change: impl FnOnce(&mut Value)) -> Result<(), Failure> {
        let request = format!("GET {}{path}", self.base);
        let mut known = self.replies.known();
        change(known.answers.get_mut(&request).ok_or_else(|| format!("no answer to {request}"))?);
        Ok(())
    }

    pub(crate) fn refuse(&self, path: &str, status: u16) {
        self.replies.refuse(&format!("GET {}{path}", self.base), status);
    }

    /// A file of the default branch.
    pub(crate) fn workflow(&self, folder: &str, name: &str, text: &str) {
        let repository = "/repos/acme/prod/contents";
        let path = format!("{folder}/{name}");
        let entry = json!({"type": "file", "name": name, "path": path, "size": 1, "sha": "0".repeat(40)});
        self.answer(&format!("{repository}/{folder}"), json!([entry]));
        let packed = base64::engine::general_purpose::STANDARD.encode(text);
        let (head, tail) = packed.split_at(packed.len() / 2);
        let content = json!({"type": "file", "name": name, "encoding": "base64", "content": format!("{head}\n{tail}\n")});
        self.answer(&format!("{repository}/{path}"), content);
    }

    /// The doctor in a workflow, where the runner says which forge it is, without some of its variables.
    pub(crate) fn in_workflow(&self, unset: &[&str]) -> Result<Said, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.env_clear().args(["doctor", "--forge", "--format", "human"]).env("GITHUB_ACTIONS", "true");
        command.env("GITHUB_API_URL", format!("{}{}", self.replies.address(), self.base));
        command.env("GITHUB_REPOSITORY", "acme/prod").env("GITHUB_TOKEN", "a-token");
        unset.iter().for_each(|name| {
            command.env_remove(name);
        });
        Said::of(&command.output()?)
    }

    pub(crate) fn doctor(&self, arguments: &[&str]) -> Result<Said, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.env_clear().args(["doctor", "--forge", self.kind, "--project", "acme/prod", "--api"]);
        command.arg(format!("{}{}", self.replies.address(), self.base)).args(arguments);
        command.env("PORTCULLIS_TOKEN", "a-token");
        Said::of(&command.output()?)
    }
}

impl Said {
    fn of(output: &Output) -> Result<Self, Failure> {
        let text = String::from_utf8([&output.stdout[..], &output.stderr[..]].concat())?;
        Ok(Self { code: output.status.code(), text })
    }

    /// It ended like this, and said all of these.
    pub(crate) fn ended(&self, code: i32, said: &[&str]) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text);
        for words in said {
            assert!(self.text.contains(words), "nothing says {words:?}:\n{}", self.text);
        }
        assert!(!self.text.contains('\u{1b}'), "a terminal would obey this:\n{}", self.text);
        self
    }
}

//! The text of an installed hook.
//!
//! In: a layout and the program's place. Out: the shim of `hooks/` that calls the program there, alone or
//! before another hook. Never: takes a script that a person has changed for its own.

use crate::host::HostKind;
use crate::report::quoted_word;

/// The word that represents the call of portcullis in the runners of two hooks.
const CALL: &str = "PORTCULLIS";
const CHAINED_PRE_RECEIVE: &str = include_str!("chained.pre-receive");
const CHAINED_PRE_COMMIT: &str = include_str!("chained.pre-commit");
/// The name by which the shims of `hooks/` call the program.
const ON_PATH: &str = "portcullis";

/// The kind of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    PreReceive(HostKind),
    PreCommit,
}

impl Layout {
    /// Every layout that is ever installed.
    fn all() -> impl Iterator<Item = Self> {
        let written = HostKind::ALL.iter().filter(|host| host.facts().installation.writes_shim());
        written.copied().map(Self::PreReceive).chain([Self::PreCommit])
    }

    fn text(self) -> &'static str {
        match self {
            Self::PreReceive(host) => host.facts().installation.shim,
            Self::PreCommit => include_str!("../../hooks/pre-commit"),
        }
    }

    /// The text before the call, the call's own arguments, and the text after it.
    fn parts(self, company: Company) -> (&'static str, &'static str, &'static str) {
        let (head, call) = self.text().trim_end().rsplit_once("\nexec portcullis ").unwrap_or_default();
        match company {
            Company::Alone => (head, call, "\n"),
            Company::Chained => {
                let runner = match self {
                    Self::PreCommit => CHAINED_PRE_COMMIT,
                    Self::PreReceive(_) => CHAINED_PRE_RECEIVE,
                };
                let (before, after) = runner.split_once(CALL).unwrap_or_default();
                (before, call, after)
            }
        }
    }
}

/// The presence of another hook, which runs after the gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Company {
    Alone,
    Chained,
}

/// One hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shim {
    pub(super) layout: Layout,
    pub(super) company: Company,
    /// The program as a word of the shell.
    pub(super) program: String,
    /// A path.
    pub(super) server_policy: Option<String>,
    /// In seconds.
    pub(super) deadline: Option<u64>,
    /// A path.
    pub(super) log: Option<String>,
}

impl Shim {
    /// A hook that calls the program at a path.
    pub(super) fn calling(program: &str, layout: Layout) -> Self {
        let program = quoted_word(program);
        Self { layout, company: Company::Alone, program, server_policy: None, deadline: None, log: None }
    }

    /// The file.
    pub(super) fn text(&self) -> String {
        let (before, arguments, after) = self.layout.parts(self.company);
        let start = match self.company {
            Company::Alone => "\nexec ",
            Company::Chained => "",
        };
        let policy =
            self.server_policy.as_deref().map(|path| format!(" --server-policy {}", quoted_word(path)));
        let deadline = self.deadline.map(|seconds| format!(" --deadline {seconds}"));
        let log = self.log.as_deref().map(|path| format!(" --log {}", quoted_word(path)));
        let options = [policy, deadline, log].into_iter().flatten().collect::<String>();
        format!("{before}{start}{} {arguments}{options}{after}", self.program)
    }

    /// Reads the hook in a file, if it is exactly as one that was installed or copied from `hooks/`.
    pub(super) fn read(text: &str) -> Option<Self> {
        Layout::all().find_map(|layout| {
            let companies = [Company::Alone, Company::Chained].into_iter();
            companies
                .filter_map(|company| Self::read_as(text, layout, company))
                .find(|shim| shim.text() == text)
        })
    }

    fn read_as(text: &str, layout: Layout, company: Company) -> Option<Self> {
        let (before, arguments, after) = layout.parts(company);
        let call = text.strip_prefix(before)?.strip_suffix(after)?;
        let call = match company {
            Company::Alone => call.strip_prefix("\nexec ")?,
            Company::Chained => call,
        };
        let (program, rest) = split_word(call)?;
        let mut rest = rest.strip_prefix(' ')?.strip_prefix(arguments)?;
        let mut server_policy = None;
        if let Some(given) = rest.strip_prefix(" --server-policy ") {
            let (policy, more) = split_word(given)?;
            (server_policy, rest) = (Some(unquote(policy)), more);
        }
        let mut deadline = None;
        if let Some(given) = rest.strip_prefix(" --deadline ") {
            let end = given.find(' ').unwrap_or(given.len());
            let (seconds, more) = given.split_at_checked(end)?;
            (deadline, rest) = (Some(seconds.parse().ok()?), more);
        }
        let log = rest.strip_prefix(" --log ").and_then(split_word).map(|(path, _)| unquote(path));
        Some(Self { layout, company, program: program.to_owned(), server_policy, deadline, log })
    }
}

/// Reverses [`quoted_word`].
fn unquote(word: &str) -> String {
    let inner = word.strip_prefix('\'').and_then(|word| word.strip_suffix('\'')).unwrap_or(word);
    inner.replace(r"'\''", "'")
}

/// Splits off the first word, as [`quoted_word`] or the shims of `hooks/` write it.
fn split_word(text: &str) -> Option<(&str, &str)> {
    if text.starts_with(ON_PATH) {
        return text.split_at_checked(ON_PATH.len());
    }
    let (mut inside, mut escaped) = (false, false);
    let ends = |(_, character): &(usize, char)| {
        let literal = std::mem::take(&mut escaped);
        match (character, inside) {
            ('\\', false) => escaped = true,
            ('\'', _) if !literal => inside = !inside,
            (' ' | '\n', false) => return true,
            (_, _) => {}
        }
        false
    };
    let end = text.char_indices().find(ends).map_or(text.len(), |(index, _)| index);
    text.split_at_checked(end).filter(|(word, _)| word.starts_with('\''))
}

#[cfg(test)]
mod tests {
    use super::{Company, Layout, Shim};

    fn shims() -> Vec<Shim> {
        let alone = Layout::all().map(|layout| Shim::calling("/opt/it's here/portcullis", layout));
        let full = |shim: &Shim| Shim {
            server_policy: Some("/etc/a 'b' c.yaml".into()),
            deadline: Some(9),
            log: Some("/var/log/it's.jsonl".into()),
            ..shim.clone()
        };
        let chained = |shim: &Shim| Shim { company: Company::Chained, ..shim.clone() };
        let all = alone.flat_map(|shim| [full(&shim), shim]);
        all.flat_map(|shim| [chained(&shim), shim]).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        for shim in shims() {
            assert!(shim.text().starts_with("#!/bin/sh\n# "), "{}", shim.text());
            assert!(shim.text().contains(r"'/opt/it'\''s here/portcullis' pre-"), "{}", shim.text());
            assert_eq!(Shim::read(&shim.text()), Some(shim));
        }
        for layout in Layout::all() {
            assert_eq!(Shim::read(layout.text()).map(|shim| shim.layout), Some(layout));
        }
    }

    #[test]
    fn a_script_that_somebody_changed_is_not_ours() {
        for shim in shims() {
            for (from, to) in
                [("#!/bin/sh\n", "#!/bin/sh\nexit 0\n"), (" pre-", " --x pre-"), ("exit\n", "true\n")]
            {
                let changed = shim.text().replace(from, to);
                assert!(changed == shim.text() || Shim::read(&changed).is_none(), "{changed}");
            }
            assert_eq!(Shim::read(&format!("{}echo\n", shim.text())), None);
            assert_eq!(
                Shim::read(&shim.text().replace('9', "9 || true")).filter(|_| shim.deadline.is_some()),
                None
            );
        }
    }
}

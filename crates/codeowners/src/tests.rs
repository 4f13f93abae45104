//! Tables of patterns, paths and owners after the hosts' documents, and indexed against naive matching.

use std::fmt::Write as _;

use proptest::prelude::{any, prop, proptest};

use super::*;
use source_files::RepoPath;

const TABLES: [(Dialect, &str); 4] = [
    (Dialect::Github, include_str!("tables/github.txt")),
    (Dialect::Gitlab, include_str!("tables/gitlab.txt")),
    (Dialect::Gitea, include_str!("tables/gitea.txt")),
    (Dialect::Kubernetes, include_str!("tables/kubernetes.txt")),
];

/// A row of a table: files, a path, and who must approve it.
#[derive(Debug)]
struct Row {
    files: Vec<(RepoPath, Vec<u8>)>,
    path: RepoPath,
    expected: String,
}

/// Reads a table: `= line` is a line of the file, or begins another file as `= path:`; `! line` begins
/// the next one; `path => owners` is a row, and `pattern :: path => owners` one with a file of its own.
fn rows(dialect: Dialect, table: &str) -> Vec<Row> {
    let (mut rows, mut files, mut open) = (Vec::new(), Vec::<(String, String)>::new(), false);
    for line in table.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
        if let Some(text) = line.strip_prefix('=') {
            if !open {
                files.clear();
            }
            open = true;
            let text = text.strip_prefix(' ').unwrap_or(text);
            if dialect == Dialect::Kubernetes && text.starts_with('/') {
                files.push((text.trim_start_matches('/').to_owned(), String::new()));
            } else if dialect != Dialect::Kubernetes && files.is_empty() {
                files.push(("CODEOWNERS".to_owned(), format!("{text}\n")));
            } else {
                let (_, content) = files.last_mut().expect("a file");
                writeln!(content, "{text}").unwrap();
            }
            continue;
        }
        open = false;
        let (subject, expected) = line.rsplit_once(" => ").unwrap_or_else(|| panic!("no row: {line}"));
        let (own, path) = match subject.split_once(" :: ") {
            Some((pattern, path)) => (Some(format!("{} @o\n", pattern.trim())), path),
            None => (None, subject),
        };
        let files = match own {
            Some(own) => vec![(RepoPath::new("CODEOWNERS"), own.into_bytes())],
            None => {
                files.iter().map(|(path, text)| (RepoPath::new(path), text.clone().into_bytes())).collect()
            }
        };
        rows.push(Row { files, path: RepoPath::new(path.trim()), expected: expected.trim().to_owned() });
    }
    rows
}

/// `@a @b & 2 @c [Section]`: requirements with their owners, counts above 1 and sections.
fn shown(requirements: &[std::sync::Arc<Requirement>]) -> String {
    let one = |requirement: &std::sync::Arc<Requirement>| {
        let count = if requirement.count > 1 { format!("{} ", requirement.count) } else { String::new() };
        let owners: Vec<String> = requirement.owners.iter().map(ToString::to_string).collect();
        let section = requirement.section.as_ref().map_or(String::new(), |name| format!(" [{name}]"));
        format!("{count}{}{section}", owners.join(" "))
    };
    if requirements.is_empty() {
        return "-".to_owned();
    }
    requirements.iter().map(one).collect::<Vec<_>>().join(" & ")
}

#[test]
fn every_row_of_the_tables_holds() {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (dialect, table) in TABLES {
        for row in rows(dialect, table) {
            count += 1;
            let owners = OwnersFile::parse(dialect, &row.files);
            let found = match owners.problems() {
                [] => shown(&owners.requirements(&row.path)),
                [problem, ..] => format!("problem: {}", problem.reason),
            };
            let refused = row.expected == "problem" && found.starts_with("problem: ");
            if found != row.expected && !refused {
                wrong.push(format!(
                    "{dialect:?} {:?} {}: expected {}, found {found}",
                    row.files.first().map(|(_, text)| String::from_utf8_lossy(text).into_owned()),
                    row.path,
                    row.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 200, "{count} rows are fewer than 200");
}

fn reasons(dialect: Dialect, text: &str) -> Vec<(u32, String)> {
    let owners = OwnersFile::parse(dialect, &[(RepoPath::new("CODEOWNERS"), text.as_bytes().to_vec())]);
    owners.problems().iter().map(|problem| (problem.line, problem.reason.clone())).collect()
}

#[test]
fn lines_that_cannot_be_used_are_problems() {
    for (dialect, text, lines) in [
        (
            Dialect::Github,
            "/a @ann\n/b ann\n!/c @ann\n/d @\n/e @a/b/c\n/f @ann, @bob\n/h @ann @bob#x\n",
            2..=7,
        ),
        (
            Dialect::Gitlab,
            "/a @ann\n/b\n[x][q]\n[x][0]\n^[x][2]\n[codeowners]\n[x\n[]\n!a @b\n/c @@root\n",
            2..=10,
        ),
        (
            Dialect::Gitea,
            "a @ann\nb\n(c @ann\nd ann\ne ann@example.com\nf\\\n(?i)g @ann\n[[:alpha:]] @ann\n",
            2..=8,
        ),
    ] {
        let found: Vec<u32> = reasons(dialect, text).iter().map(|(line, _)| *line).collect();
        assert_eq!(found, lines.collect::<Vec<_>>(), "{dialect:?}");
    }
}

#[test]
fn files_that_are_no_text_or_too_large_are_problems() {
    for dialect in [Dialect::Github, Dialect::Gitlab, Dialect::Gitea] {
        let large = [(RepoPath::new("CODEOWNERS"), vec![b'#'; 3 * 1024 * 1024 + 1])];
        assert_eq!(OwnersFile::parse(dialect, &large).problems().len(), 1);
        let marked = reasons(dialect, "\u{feff}* @ann");
        assert_eq!(marked.len(), 1);
        assert!(marked[0].1.contains("byte order mark"), "{}", marked[0].1);
        let binary = [(RepoPath::new("CODEOWNERS"), b"a @ann\n\xff @ann\na\0b @ann\n".to_vec())];
        assert_eq!(OwnersFile::parse(dialect, &binary).problems().len(), 2);
    }
}

#[test]
fn nested_files_that_cannot_be_used_are_problems() {
    for text in [
        "aprovers: [ann]",
        "approvers: ann",
        "approvers: [1]",
        "approvers: [a b]",
        "- ann",
        "a: [",
        "x: 1\n---\ny: 1",
        "options: {no_parent_owners: maybe}",
        "approvers: [ann]\nfilters: {'.*': {approvers: [bob]}}",
        "filters: {'(': {approvers: [ann]}}",
        "approvers: [ann]\napprovers: [bob]",
    ] {
        let owners =
            OwnersFile::parse(Dialect::Kubernetes, &[(RepoPath::new("OWNERS"), text.as_bytes().to_vec())]);
        assert!(!owners.problems().is_empty(), "{text}");
    }
}

fn numbered(count: usize, before: &str, behind: &str) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        write!(text, "{before}{number}{behind}").unwrap();
        text
    })
}

#[test]
fn hostile_files_stay_small_and_quick() {
    let rules = ".{100} @a\n".repeat(20_000);
    assert!(reasons(Dialect::Gitea, &rules).iter().any(|(_, reason)| reason.contains("too large in total")));
    let headings = numbered(100_000, "[", "]\n");
    assert!(reasons(Dialect::Gitlab, &headings).is_empty());
    let many = numbered(2_000, "  - a", "\n");
    let references = "- all\n".repeat(10_000);
    let files = [
        (RepoPath::new("OWNERS"), format!("approvers:\n{references}").into_bytes()),
        (RepoPath::new("OWNERS_ALIASES"), format!("aliases:\n  all:\n{many}").into_bytes()),
    ];
    assert!(!OwnersFile::parse(Dialect::Kubernetes, &files).problems().is_empty());
    for pattern in
        ["/a/*/*/*/*/*/*/*/*/*/*/b", "**/**/**/**/b", &("*a".repeat(200) + "b"), &("**/a/".repeat(100) + "b")]
    {
        for dialect in [Dialect::Github, Dialect::Gitlab] {
            let text = format!("{pattern} @ann\n").repeat(50);
            let owners = OwnersFile::parse(dialect, &[(RepoPath::new("CODEOWNERS"), text.into_bytes())]);
            for path in ["a/".repeat(500) + "a", "a".repeat(1_000)] {
                assert!(owners.requirements(&RepoPath::new(&path)).is_empty());
            }
        }
    }
}

#[test]
fn owners_whom_nobody_stands_for_are_known() {
    let text = "* @ann @acme/web bob@example.com\n/x @ANN\n";
    let owners =
        OwnersFile::parse(Dialect::Github, &[(RepoPath::new("CODEOWNERS"), text.as_bytes().to_vec())]);
    let ann = Approver { name: "Ann".into(), handles: vec!["@Ann".into(), "Bob@example.com".into()] };
    let missing: Vec<String> = owners.owners_without_person(&[ann]).iter().map(ToString::to_string).collect();
    assert_eq!(missing, ["@acme/web", "bob@example.com"]);
}

fn same_as_naive(dialect: Dialect, files: &[(RepoPath, Vec<u8>)], path: &str) {
    let owners = OwnersFile::parse(dialect, files);
    let path = RepoPath::new(path);
    assert_eq!(owners.find_matching(&path), owners.naive(&path));
}

fn one(text: String) -> [(RepoPath, Vec<u8>); 1] {
    [(RepoPath::new("CODEOWNERS"), text.into_bytes())]
}

proptest! {
    #[test]
    fn github_finds_what_trying_every_rule_finds(
        patterns in prop::collection::vec("/?[ab*?.]{1,3}(/[ab*.]{1,2}){0,3}/?", 1..20),
        path in "[ab.]{1,3}(/[ab.]{1,3}){0,4}",
    ) {
        same_as_naive(Dialect::Github, &one(patterns.join(" @ann\n") + " @ann\n"), &path);
    }

    #[test]
    fn gitlab_finds_what_trying_every_rule_finds(
        lines in prop::collection::vec(r"!?/?[ab*?.]{1,3}(/[ab*.]{1,2}){0,3}/?|\[[xy]\]|a\[ab\]|\[x\]\[2\]", 1..20),
        path in "[ab.]{1,3}(/[ab.]{1,3}){0,4}",
    ) {
        let owned = |line: &String| if line.starts_with('!') { format!("{line}\n") } else { format!("{line} @ann\n") };
        same_as_naive(Dialect::Gitlab, &one(lines.iter().map(owned).collect()), &path);
    }

    #[test]
    fn gitea_finds_what_trying_every_rule_finds(
        lines in prop::collection::vec(r"!?([ab/]|\.\*|a\?|\(a\|b\)|\[ab\]|\\\\\.){1,6}", 1..20),
        path in "[ab.]{1,3}(/[ab.]{1,3}){0,4}",
    ) {
        same_as_naive(Dialect::Gitea, &one(lines.join(" @ann\n") + " @ann\n"), &path);
    }

    #[test]
    fn nested_files_mean_what_prow_says(
        folders in prop::collection::btree_map("(a|b)(/(a|b)){0,2}", (any::<bool>(), 0..3_u8), 0..6),
        path in "(a|b)(/(a|b)){0,4}",
    ) {
        let file = |(folder, (alone, kind)): (String, (bool, u8))| {
            let options = format!("options: {{no_parent_owners: {alone}}}\n");
            let name = folder.replace('/', "-");
            let lists = match kind {
                0 => format!("approvers: [{name}]\n"),
                1 => format!("filters: {{'^a': {{approvers: [{name}]}}}}\n"),
                _ => String::new(),
            };
            (RepoPath::new(&format!("{folder}/OWNERS")), (options + &lists).into_bytes())
        };
        let files: Vec<_> = folders.into_iter().map(file).collect();
        same_as_naive(Dialect::Kubernetes, &files, &path);
    }

    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300), path in ".{0,40}") {
        for dialect in [Dialect::Github, Dialect::Gitlab, Dialect::Gitea, Dialect::Kubernetes] {
            let file = (RepoPath::new("OWNERS"), bytes.clone());
            let _ = OwnersFile::parse(dialect, &[file]).requirements(&RepoPath::new(&path));
        }
    }

    #[test]
    fn near_misses_never_panic(text in r"[\[\]!^@a/*\\ #(){}:.\n-]{0,60}", path in "[a/.]{0,10}") {
        for dialect in [Dialect::Github, Dialect::Gitlab, Dialect::Gitea, Dialect::Kubernetes] {
            let file = (RepoPath::new("OWNERS"), text.clone().into_bytes());
            let _ = OwnersFile::parse(dialect, &[file]).requirements(&RepoPath::new(&path));
        }
    }
}

//! What somebody pushes who wants the gate to fall over, or to write on other people's terminals.
//! Each ends in a rejection with a reason, and none in a panic.

use super::checkout::{Checkout, Push};
use super::manifests::{NODE_PORT, SERVICE, SERVICE_PATH};
use super::server::Server;
use crate::common::git::Failure;

fn server() -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("mallory")?;
    Ok((server, checkout))
}

/// Pushes one file, whatever its name and content.
fn push_file(path: &[u8], content: &[u8]) -> Result<Push, Failure> {
    let (_server, mallory) = server()?;
    let blob = mallory.git.store("blob", content)?;
    mallory.commit_entry("100644", &blob, path)?;
    mallory.push_main()
}

#[test]
fn an_escape_sequence_in_a_path_is_spelled_out() -> Result<(), Failure> {
    let push = push_file(b"prod/\x1b[2J\x1b[31m.yaml", NODE_PORT.as_bytes())?;
    push.rejected(&["error[node-port]", "prod/\\u{1b}[2J\\u{1b}[31m.yaml"]);
    push.not_told("\u{1b}");
    Ok(())
}

#[test]
fn a_line_end_in_a_path_is_spelled_out() -> Result<(), Failure> {
    let push = push_file(b"prod/a\naccepted\n.yaml", NODE_PORT.as_bytes())?;
    push.rejected(&["error[node-port]", "prod/a\\u{a}accepted\\u{a}.yaml"]);
    Ok(())
}

#[test]
fn an_escape_sequence_in_a_name_is_spelled_out() -> Result<(), Failure> {
    let manifest = NODE_PORT.replace("name: frontend\n", "name: \"a\\e[2J\\nremote: accepted\"\n");
    let push = push_file(b"prod/escape.yaml", manifest.as_bytes())?;
    push.rejected(&["error[node-port]", "\\u{1b}[2J\\u{a}remote: accepted"]);
    push.not_told("\u{1b}");
    Ok(())
}

#[test]
fn an_escape_sequence_in_a_comment_is_spelled_out() -> Result<(), Failure> {
    let manifest = NODE_PORT.replace("type: NodePort\n", "type: NodePort # \u{202e}\u{200b}\n");
    let push = push_file(b"prod/comment.yaml", manifest.as_bytes())?;
    push.rejected(&[]);
    push.not_told("\u{202e}");
    push.not_told("\u{200b}");
    Ok(())
}

#[test]
fn a_file_whose_name_is_not_utf_8_is_judged_like_any_other() -> Result<(), Failure> {
    let push = push_file(b"prod/\xff\xfe.yaml", NODE_PORT.as_bytes())?;
    push.rejected(&["error[node-port]", r#""prod/\377\376.yaml":"#]);
    let harmless = SERVICE.replace("name: frontend\n", "name: other\n");
    push_file(b"prod/\xff\xfe.yaml", harmless.as_bytes())?.accepted(&["1 object changed"]);
    Ok(())
}

#[test]
fn a_folder_whose_name_is_not_utf_8_is_judged_like_any_other() -> Result<(), Failure> {
    let push = push_file(b"prod\xff/frontend.yaml", NODE_PORT.as_bytes())?;
    push.rejected(&["error[node-port]", r#""prod\377/frontend.yaml":"#]);
    Ok(())
}

/// What a name that is not UTF-8 once hid: a folder in the place of a file of that name, and names that are shown
/// alike where bytes are replaced.
#[test]
fn nothing_hides_behind_an_old_name_that_is_not_utf_8() -> Result<(), Failure> {
    for (mode, path) in [
        ("100644", &b"prod/caf\xe9.yaml"[..]),
        ("100644", &b"prod/caf\xe8.yaml"[..]),
        ("100644", &b"prod/\xe9t\xe9/web.yaml"[..]),
        ("100755", &b"prod/\xe8t\xe9/web.yaml"[..]),
    ] {
        let (server, mallory) = server()?;
        let harmless = mallory.git.store("blob", b"just text\n")?;
        mallory.commit_entry("100644", &harmless, b"prod/caf\xe9.yaml")?;
        mallory.commit_entry("100644", &harmless, b"prod/\xe9t\xe9/prose.txt")?;
        mallory.push_main()?.accepted(&[]);
        let blob = mallory.git.store("blob", NODE_PORT.as_bytes())?;
        mallory.commit_entry(mode, &blob, path)?;
        mallory.push_main()?.rejected(&["error[node-port]"]);
        drop(server);
    }
    Ok(())
}

#[test]
fn a_manifest_that_is_not_utf_8_is_rejected() -> Result<(), Failure> {
    let push = push_file(b"prod/latin.yaml", b"kind: Service\napiVersion: v1\nmetadata: {name: \xe9}\n")?;
    push.rejected(&["prod/latin.yaml", "UTF-8"]);
    Ok(())
}

#[test]
fn a_manifest_in_utf_16_is_rejected() -> Result<(), Failure> {
    let text = NODE_PORT.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text).collect();
    push_file(b"prod/wide.yaml", &bytes)?.rejected(&["prod/wide.yaml", "UTF-8"]);
    Ok(())
}

#[test]
fn a_manifest_of_twelve_mebibytes_is_rejected() -> Result<(), Failure> {
    let manifest = format!("{NODE_PORT}---\n# {}\n", "x".repeat(12 << 20));
    push_file(b"prod/large.yaml", manifest.as_bytes())?.rejected(&["undecided", "prod/large.yaml", "limit"]);
    Ok(())
}

#[test]
fn deep_nesting_is_rejected() -> Result<(), Failure> {
    let object = "apiVersion: v1\nkind: ConfigMap\ndata: ";
    let push = push_file(b"prod/deep.yaml", (object.to_owned() + &"[".repeat(100_000)).as_bytes())?;
    push.rejected(&["error[unparseable-manifest]", "prod/deep.yaml"]);
    let object = "{\"kind\": \"ConfigMap\", \"data\": ";
    let push = push_file(b"prod/deep.json", (object.to_owned() + &"{\"a\":".repeat(100_000)).as_bytes())?;
    push.rejected(&["error[unparseable-manifest]", "prod/deep.json"]);
    Ok(())
}

#[test]
fn an_alias_bomb_is_rejected() -> Result<(), Failure> {
    let level = |level: usize| format!("a{level}: &a{level} [{}]\n", format!("*a{},", level - 1).repeat(10));
    let bomb = (1..10).map(level).collect::<Vec<_>>().concat();
    let manifest = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: bomb}}\na0: &a0 [x]\n{bomb}");
    push_file(b"prod/bomb.yaml", manifest.as_bytes())?.rejected(&["prod/bomb.yaml", "alias"]);
    Ok(())
}

#[test]
fn a_symbolic_link_out_of_the_repository_is_rejected() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let target = mallory.git.store("blob", b"/etc/passwd")?;
    mallory.commit_entry("120000", &target, b"prod/passwd.yaml")?;
    let push = mallory.push_main()?;
    push.rejected(&["error[unparseable-manifest]", "leads out of the repository, to `/etc/passwd`"]);
    push.not_told("root:");
    Ok(())
}

#[test]
fn a_symbolic_link_to_itself_is_rejected() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let target = mallory.git.store("blob", b"loop.yaml")?;
    mallory.commit_entry("120000", &target, b"prod/loop.yaml")?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", "prod/loop.yaml"]);
    Ok(())
}

#[test]
fn a_symbolic_link_to_an_unselected_file_is_followed() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Add a template", &[("hidden/frontend.txt", NODE_PORT)])?;
    let target = mallory.git.store("blob", b"../hidden/frontend.txt")?;
    mallory.commit_entry("120000", &target, b"prod/link.yaml")?;
    mallory.push_main()?.rejected(&["error[node-port]", "prod/link.yaml"]);
    Ok(())
}

#[test]
fn a_submodule_among_manifests_is_rejected() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let commit = mallory.git.run(&["rev-parse", "HEAD"], b"")?;
    mallory.commit_entry("160000", &commit, b"prod/apps")?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", "prod/apps", "submodule"]);
    Ok(())
}

/// git, and so Argo CD, would write the prose as UTF-16LE, which is an ASCII manifest.
#[test]
fn prose_that_becomes_a_manifest_in_another_encoding_is_rejected() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let padded = format!("{NODE_PORT}{}", if NODE_PORT.len().is_multiple_of(2) { "" } else { "\n" });
    let units: Vec<u16> =
        padded.as_bytes().chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let prose = mallory.git.store("blob", String::from_utf16(&units)?.as_bytes())?;
    let attributes = mallory.git.store("blob", b"prod/*.yaml working-tree-encoding=UTF-16LE\n")?;
    mallory.commit_entry("100644", &attributes, b".gitattributes")?;
    mallory.commit_entry("100644", &prose, b"prod/prose.yaml")?;
    let reason = "git checks out other bytes than portcullis judges";
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", ".gitattributes", reason]);
    Ok(())
}

/// Git writes a hash into `$Id$`, and a filter writes whatever its program says.
#[test]
fn attributes_that_rewrite_a_manifest_are_rejected() -> Result<(), Failure> {
    for line in ["*.yaml ident", "prod/** filter=crypt", "/prod/frontend.yaml filter=lfs", "[attr]x ident"] {
        let push = push_file(b".gitattributes", format!("{line}\n").as_bytes())?;
        push.rejected(&["error[unparseable-manifest]", ".gitattributes", "git checks out other bytes"]);
    }
    let push = push_file(b"prod/.gitattributes", b"frontend.yaml ident\n")?;
    push.rejected(&["error[unparseable-manifest]", "prod/.gitattributes"]);
    Ok(())
}

/// Pictures have filters everywhere, and a line that is there already is excused.
#[test]
fn attributes_of_other_files_are_accepted() -> Result<(), Failure> {
    for line in ["*.png filter=lfs diff=lfs merge=lfs -text", "docs/*.yaml ident", "*.yaml -ident"] {
        push_file(b".gitattributes", format!("{line}\n").as_bytes())?.accepted(&[]);
    }
    let server = Server::holding(&[(SERVICE_PATH, SERVICE), (".gitattributes", "*.yaml filter=crypt\n")])?;
    let alice = server.checkout("alice")?;
    alice.commit("Note", &[("note", "x")])?;
    alice.push_main()?.accepted(&[]);
    Ok(())
}

#[test]
fn a_pointer_of_git_lfs_is_rejected() -> Result<(), Failure> {
    let digest = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    let pointer = format!("version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize 12345\n");
    let push = push_file(b"prod/frontend.yaml", pointer.as_bytes())?;
    push.rejected(&["error[unparseable-manifest]", "a Git LFS pointer"]);
    Ok(())
}

/// Pushes a commit whose tree git itself would never write.
fn push_tree(entries: &[(&str, &str, &str)]) -> Result<Push, Failure> {
    let (_server, mallory) = server()?;
    let mut bytes = Vec::new();
    for (mode, name, content) in entries {
        let blob = mallory.git.store("blob", content.as_bytes())?;
        let id = match *mode {
            "40000" => mallory.git.store("tree", &tree_entry("100644", "frontend.yaml", &blob)?)?,
            _ => blob,
        };
        bytes.extend(tree_entry(mode, name, &id)?);
    }
    let tree = mallory.git.store("tree", &bytes)?;
    let commit = mallory.git.run(&["commit-tree", "-p", "HEAD", "-m", "Tree", &tree], b"")?;
    mallory.push(&[&format!("{commit}:refs/heads/main")])
}

/// An entry as trees store it.
fn tree_entry(mode: &str, name: &str, id: &str) -> Result<Vec<u8>, Failure> {
    let digits: Vec<char> = id.chars().collect();
    let bytes: Result<Vec<u8>, _> =
        digits.chunks(2).map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16)).collect();
    Ok([format!("{mode} {name}\0").as_bytes(), &bytes?].concat())
}

/// Git refuses such a name on every machine, or follows no such link: nothing could be deployed any more.
#[test]
fn names_that_git_cannot_check_out_are_rejected() -> Result<(), Failure> {
    for name in ["git~1", "GIT~1", ".git ", ".git.", ".g\u{200c}it", ".git::$INDEX_ALLOCATION"] {
        push_tree(&[("100644", name, "x")])?.rejected(&["error[malformed-tree]", "take its entry"]);
    }
    push_tree(&[("120000", ".gitmodules", "x")])?
        .rejected(&["error[malformed-tree]", "must be a file and is a symbolic link"]);
    Ok(())
}

#[test]
fn entries_out_of_order_are_rejected() -> Result<(), Failure> {
    let entries = [("100644", "b", "x"), ("100644", "a", "x")];
    push_tree(&entries)?.rejected(&["error[malformed-tree]", "not in git's order"]);
    push_tree(&[("0100644", "a", "x")])?.rejected(&["error[malformed-tree]", "begins with a zero"]);
    Ok(())
}

/// A malformed tree in the middle of a push, one deep in a folder, and one that is there already.
#[test]
fn every_new_tree_is_read_and_no_old_one() -> Result<(), Failure> {
    let (server, mallory) = server()?;
    let blob = mallory.git.store("blob", b"x")?;
    let bad = mallory.git.store("tree", &tree_entry("100644", "git~1", &blob)?)?;
    let deep = mallory.git.store("tree", &tree_entry("40000", "deep", &bad)?)?;
    let clean = mallory.git.run(&["rev-parse", "HEAD^{tree}"], b"")?;
    let middle = mallory.git.run(&["commit-tree", "-p", "HEAD", "-m", "Bad", &deep], b"")?;
    let tip = mallory.git.run(&["commit-tree", "-p", &middle, "-m", "Clean again", &clean], b"")?;
    let main = format!("{tip}:refs/heads/main");
    mallory.push(&[&main])?.rejected(&["error[malformed-tree]", "the folder deep/ is malformed"]);
    mallory.push(&[&format!("{middle}:refs/heads/x"), &main])?.rejected(&["error[malformed-tree]"]);
    server.git.run(&["fetch", "--quiet", &mallory.folder.display().to_string(), &middle], b"")?;
    server.force("refs/heads/main", &middle)?;
    let entries = [tree_entry("40000", "deep", &bad)?, tree_entry("100644", "note", &blob)?].concat();
    let beside = mallory.git.store("tree", &entries)?;
    let beside = mallory.git.run(&["commit-tree", "-p", &middle, "-m", "Beside it", &beside], b"")?;
    mallory.push(&[&format!("{beside}:refs/heads/main")])?.accepted(&[]);
    Ok(())
}

/// Which of the two is deployed depends on the program.
#[test]
fn two_entries_of_one_name_are_rejected() -> Result<(), Failure> {
    let files = [("100644", "frontend.yaml", NODE_PORT), ("100644", "frontend.yaml", SERVICE)];
    push_tree(&files)?.rejected(&["error[malformed-tree]", "two entries with the name"]);
    let file_and_folder = [("100644", "prod", NODE_PORT), ("40000", "prod", SERVICE)];
    push_tree(&file_and_folder)?.rejected(&["error[malformed-tree]", "two entries with the name"]);
    Ok(())
}

#[test]
fn names_that_lead_out_of_their_folder_are_rejected() -> Result<(), Failure> {
    for name in ["..", ".", ".git", ".GIT", "a/b.yaml"] {
        push_tree(&[("100644", name, NODE_PORT)])?.rejected(&[]);
    }
    Ok(())
}

#[test]
fn a_mode_that_git_does_not_know_is_rejected() -> Result<(), Failure> {
    push_tree(&[("100600", "frontend.yaml", NODE_PORT)])?.rejected(&[]);
    Ok(())
}

#[test]
fn a_key_that_stands_twice_is_rejected() -> Result<(), Failure> {
    let manifest = NODE_PORT.replace("type: NodePort\n", "type: NodePort\n  type: ClusterIP\n");
    push_file(b"prod/twice.yaml", manifest.as_bytes())?
        .rejected(&["error[ambiguous-yaml]", "prod/twice.yaml"]);
    Ok(())
}

#[test]
fn a_ref_name_with_marks_that_reverse_text_is_spelled_out() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    mallory.commit("Open a port", &[(SERVICE_PATH, NODE_PORT)])?;
    let push = mallory.push(&["HEAD:refs/heads/a\u{202e}niam"])?;
    push.rejected(&["a\\u{202e}niam", "error[node-port]"]);
    push.not_told("\u{202e}");
    Ok(())
}

/// Each file is within the limit of a file; together they would fill the server's memory.
#[test]
fn many_large_files_are_undecided_together() -> Result<(), Failure> {
    let (_server, mallory) = server()?;
    let numbers = "1,".repeat(240_000);
    let text = |name: usize| {
        format!(
            r#"{{"apiVersion":"v1","kind":"ConfigMap","metadata":{{"name":"c{name}"}},"x":[[{numbers}1],[{numbers}1]]}}"#
        )
    };
    for name in 0..7 {
        mallory.write(&format!("prod/large-{name}.json"), text(name).as_bytes())?;
    }
    mallory.commit("Much", &[])?;
    mallory
        .push_main()?
        .rejected(&["undecided", "the changed files together contain more than 3000000 keys and values"]);
    Ok(())
}

#[test]
fn a_commit_or_tag_of_hundreds_of_mebibytes_is_not_even_loaded() -> Result<(), Failure> {
    let (_server, alice) = server()?;
    let [tree, parent] = ["HEAD^{tree}", "HEAD"].map(|name| alice.git.run(&["rev-parse", name], b""));
    let who = "A <a@example.com> 1700000000 +0000";
    let headers = format!("tree {}\nparent {}\nauthor {who}\ncommitter {who}\n\n", tree?, parent?);
    let large = format!("{headers}{}", "x".repeat(65 << 20));
    let commit = alice.git.store("commit", large.as_bytes())?;
    alice
        .push(&[&format!("{commit}:refs/heads/main")])?
        .rejected(&["undecided", "more than the 67108864 that are read"]);
    let tag = format!("object {commit}\ntype commit\ntag portcullis-approval\ntagger A <a@b.c> 1 +0000\n\n");
    let tag = alice.git.store("tag", format!("{tag}{}", "x".repeat(65 << 20)).as_bytes())?;
    alice
        .push(&[&format!("{tag}:refs/approvals/heads/main/x")])?
        .rejected(&["more than the 67108864 that are read"]);
    Ok(())
}

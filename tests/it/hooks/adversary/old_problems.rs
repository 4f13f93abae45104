//! What was there before the gate excuses only what it was: not what changes behind it.

use crate::common::git::Failure;
use crate::hooks::checkout::Checkout;
use crate::hooks::manifests::{NODE_PORT, SERVICE, SERVICE_PATH};
use crate::hooks::server::Server;

/// An entry of a tree: mode, path, content.
type Entry<'a> = (&'a str, &'a [u8], &'a [u8]);

fn commit(checkout: &Checkout, entries: &[Entry<'_>]) -> Result<(), Failure> {
    for (mode, path, content) in entries {
        let blob = checkout.git.store("blob", content)?;
        checkout.commit_entry(mode, &blob, path)?;
    }
    Ok(())
}

/// A guarded server that held the entries before it was guarded.
fn server(entries: &[Entry<'_>]) -> Result<(Server, Checkout), Failure> {
    let server = Server::holding(&[(SERVICE_PATH, SERVICE)])?;
    let checkout = server.checkout("mallory")?;
    server.guard("pre-receive", "--version")?;
    commit(&checkout, entries)?;
    checkout.push_main()?.accepted(&[]);
    server.guard("pre-receive", "pre-receive")?;
    Ok((server, checkout))
}

/// A text of which every two bytes, as UTF-16, are written as UTF-8: what git's `working-tree-encoding` turns back.
fn disguised(text: &str) -> Result<Vec<u8>, Failure> {
    let padded = if text.len().is_multiple_of(2) { text.to_owned() } else { format!("{text} ") };
    let pairs = padded.as_bytes().chunks_exact(2);
    let units: Vec<u16> = pairs.filter_map(|pair| pair.try_into().ok()).map(u16::from_le_bytes).collect();
    Ok(String::from_utf16(&units)?.into_bytes())
}

const ENCODED: Entry<'_> = (
    "100644",
    b".gitattributes",
    b"prod/*.prose working-tree-encoding=UTF-16LE\n*.ps1 working-tree-encoding=UTF-16\n",
);

/// A file has been encoded otherwise since before the gate: new prose in it becomes a manifest once git writes it.
#[test]
fn a_file_that_was_always_encoded_otherwise_may_not_change() -> Result<(), Failure> {
    let before = disguised("# nothing\n")?;
    let (_server, mallory) = server(&[ENCODED, ("100644", b"prod/web.prose", &before)])?;
    commit(&mallory, &[("100644", b"prod/web.prose", &disguised(NODE_PORT)?)])?;
    let reason = "git checks out other bytes than portcullis judges";
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", ".gitattributes", reason]);
    Ok(())
}

#[test]
fn an_old_encoding_stops_no_change_that_it_does_not_cover() -> Result<(), Failure> {
    let before = disguised("# nothing\n")?;
    let (_server, mallory) = server(&[ENCODED, ("100644", b"prod/web.prose", &before)])?;
    let harmless = SERVICE.replace("name: frontend\n", "name: other\n");
    commit(&mallory, &[("100644", b"prod/other.yaml", harmless.as_bytes())])?;
    mallory.push_main()?.accepted(&[]);
    Ok(())
}

/// The link leads, on disk, to `prod/inner2/port.txt`, and by its text to `prod/port.txt`.
const CLIMBING: [Entry<'_>; 4] = [
    ("120000", b"prod/inner", b"inner2/deep"),
    ("120000", b"prod/port.yaml", b"inner/../port.txt"),
    ("100644", b"prod/port.txt", SERVICE.as_bytes()),
    ("100644", b"prod/inner2/deep/keep.txt", b"a folder\n"),
];

/// A link that cannot be followed has been there since before the gate: the file that it may lead to changes.
#[test]
fn what_an_old_link_may_lead_to_may_not_change() -> Result<(), Failure> {
    for path in [&b"prod/inner2/port.txt"[..], b"prod/port.txt"] {
        let (_server, mallory) = server(&CLIMBING)?;
        commit(&mallory, &[("100644", path, NODE_PORT.as_bytes())])?;
        mallory.push_main()?.rejected(&["error[", "prod/port.yaml"]);
    }
    Ok(())
}

#[test]
fn an_old_link_stops_no_change_elsewhere() -> Result<(), Failure> {
    let (_server, mallory) = server(&CLIMBING)?;
    let harmless = SERVICE.replace("name: frontend\n", "name: other\n");
    commit(&mallory, &[("100644", b"prod/other.yaml", harmless.as_bytes())])?;
    mallory.push_main()?.accepted(&[]);
    Ok(())
}

/// A link through a name that is itself a link may lead anywhere.
#[test]
fn a_chain_of_old_links_covers_everything() -> Result<(), Failure> {
    let (_server, mallory) = server(&[
        ("120000", b"prod/inner", b"inner2/deep"),
        ("120000", b"prod/port.yaml", b"inner/../port.txt"),
        ("120000", b"prod/inner2/port.txt", b"real/data"),
        ("100644", b"prod/inner2/real/data", SERVICE.as_bytes()),
        ("100644", b"prod/inner2/deep/keep.txt", b"a folder\n"),
    ])?;
    commit(&mallory, &[("100644", b"prod/inner2/real/data", NODE_PORT.as_bytes())])?;
    mallory.push_main()?.rejected(&["error[unparseable-manifest]", "prod/port.yaml"]);
    Ok(())
}

/// A link to a manifest whose name is not UTF-8.
#[test]
fn a_link_to_a_name_that_is_not_utf_8_is_followed() -> Result<(), Failure> {
    let (_server, mallory) = server(&[("100644", b"prod/keep.txt", b"nothing\n")])?;
    commit(
        &mallory,
        &[
            ("100644", b"prod/caf\xe9.txt", NODE_PORT.as_bytes()),
            ("120000", b"prod/port.yaml", b"caf\xe9.txt"),
        ],
    )?;
    mallory.push_main()?.rejected(&["error[node-port]", "prod/port.yaml"]);
    Ok(())
}

/// A kustomization deploys a file whose name holds characters for private use, and no extension of a manifest.
#[test]
fn a_file_that_is_named_with_private_characters_is_reached() -> Result<(), Failure> {
    let (_server, mallory) = server(&[("100644", b"prod/keep.txt", b"nothing\n")])?;
    for name in ["x\u{10ffe9}.txt", "x\u{f0e9}.txt", "x\u{e9}.txt"] {
        let kustomization = format!("resources: [\"{name}\"]\n");
        let path = format!("apps/{name}");
        commit(
            &mallory,
            &[
                ("100644", path.as_bytes(), NODE_PORT.as_bytes()),
                ("100644", b"apps/kustomization.yaml", kustomization.as_bytes()),
            ],
        )?;
        mallory.push_main()?.rejected(&["error[node-port]"]);
    }
    Ok(())
}

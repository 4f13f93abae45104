//! Files of allowed signers and revocations that are wrong, and hostile bytes of any size.

use proptest::prelude::{any, prop, proptest};

use super::{AllowedSigners, Revocations};
use crate::{SignatureStatus, TrustedKeys};
use source_files::RepoPath;

const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIiI4913iJiI4913iJiI4913iJiI4913iJiI4913iJiI";

fn problem(line: &str) -> String {
    let path = RepoPath::new("signers");
    let text = format!("# comment\n\n{line}\n");
    AllowedSigners::parse(&path, text.as_bytes()).map_or_else(|error| error.to_string(), |_| String::new())
}

#[test]
fn lines_of_ssh_keygens_manual_are_read() {
    for line in [
        format!("user1@example.com,user2@example.com {KEY} a comment"),
        format!("*@example.com cert-authority {KEY}"),
        format!("user2@example.com namespaces=\"file,git\" {KEY}"),
        format!(
            "\"user 1,user 2\" NAMESPACES=\"git\",valid-after=\"20260101\",valid-before=\"20270101120000Z\"\t{KEY}"
        ),
        format!("alice {KEY}\r"),
        "   ".to_owned(),
        "  # comment".to_owned(),
    ] {
        assert_eq!(problem(&line), "", "{line}");
    }
}

#[test]
fn what_is_wrong_with_a_line_is_told_with_its_place() {
    for (line, message) in [
        ("alice", "signers:3:6: expected: principals, options, type of key, key"),
        ("alice ssh-ed25519 AAAA", "signers:3:23: expected: principals, options, type of key, key"),
        (
            "!alice KEY",
            "signers:3:1: these principals can never match: write names or patterns, separated by commas",
        ),
        (
            "alice namespace=\"git\" KEY",
            "signers:3:7: `namespace` is not an option of an allowed signer; did you mean `namespaces`?",
        ),
        ("alice no-touch KEY", "signers:3:7: `no-touch` is not an option of an allowed signer"),
        ("alice namespaces=git KEY", "signers:3:7: the value must be in double quotes"),
        ("alice namespaces KEY", "signers:3:7: `namespaces` needs a value: namespaces=\"…\""),
        ("alice cert-authority=\"yes\" KEY", "signers:3:7: `cert-authority` takes no value"),
        ("alice cert-authority,CERT-AUTHORITY KEY", "signers:3:22: the option `cert-authority` is set twice"),
        (
            "alice namespaces=\"git\",valid-after=\"2026\" KEY",
            "signers:3:24: `2026` is not a time: write YYYYMMDD[HHMM[SS]]Z",
        ),
        (
            "alice valid-before=\"20261301Z\" KEY",
            "signers:3:7: `20261301Z` is not a time: write YYYYMMDD[HHMM[SS]]Z",
        ),
        (
            "alice valid-before=\"19691231Z\" KEY",
            "signers:3:7: `19691231Z` is not a time: write YYYYMMDD[HHMM[SS]]Z",
        ),
        ("alice namespaces=\"git KEY", "signers:3:18: the quote is not closed"),
        ("al\u{7}ice KEY", "signers:3:3: the line contains a control character"),
        (
            "alice ssh-ed25519 ssh-ed25519 AAAAB3",
            "signers:3:7: `ssh-ed25519` is not an option of an allowed signer",
        ),
    ] {
        assert_eq!(problem(&line.replace("KEY", KEY)), message, "{line}");
    }
}

#[test]
fn keys_that_cannot_sign_are_refused_in_the_file() {
    let dsa = "ssh-dss AAAAB3NzaC1kc3MAAAABAQAAAAEBAAAAAQEAAAABAQ==";
    assert_eq!(
        problem(&format!("a {dsa}")),
        "signers:3:11: the key cannot be used: DSA keys are no longer accepted"
    );
    let other = "ssh-x AAAABXNzaC14";
    assert_eq!(
        problem(&format!("a {other}")),
        "signers:3:9: the key cannot be used: keys of type `ssh-x` are not supported"
    );
    let cut = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA";
    assert_eq!(problem(&format!("a {cut}")), "signers:3:15: the key cannot be used: it is damaged");
}

fn revocations(bytes: &[u8]) -> Result<Revocations, String> {
    let files = [(RepoPath::new("revoked"), bytes.to_vec())];
    Revocations::from_files(files.into_iter()).map_err(|error| error.to_string())
}

fn krl(sections: &[u8]) -> Vec<u8> {
    [b"SSHKRL\n\0\0\0\0\x01".as_slice(), &[0; 24], &[0; 8], sections].concat()
}

#[test]
fn a_revocation_list_is_read_as_a_whole_or_not_at_all() {
    assert!(revocations(b"").is_ok());
    assert!(revocations(format!("# lost\n{KEY}\n").as_bytes()).is_ok());
    assert!(revocations(&krl(&[])).is_ok());
    for (bytes, message) in [
        (b"no key\n".to_vec(), "line 1 is not a public key"),
        (format!("{KEY}\nssh-rsa AAAA\n").into_bytes(), "line 2 is not a public key"),
        (vec![0xff, 0xfe], "it is neither text nor a KRL"),
        (b"SSHKRL\n\0\0\0\0\x02".to_vec(), "it is damaged"),
        (krl(&[2, 0, 0, 0, 9, 0]), "it is damaged"),
        (krl(&[2, 0, 0, 0, 4, 0, 0, 0, 9]), "it is damaged"),
        (krl(&[4, 0, 0, 0, 0]), "it has a section of type 4, which is not supported"),
        (krl(&[255, 0, 0, 0, 0]), "it has a section of type 255, which is not supported"),
        (
            krl(&[1, 0, 0, 0, 13, 0, 0, 0, 0, 0, 0, 0, 0, 0x39, 0, 0, 0, 0]),
            "it revokes certificates in a way (0x39) that is not supported",
        ),
        (vec![b'#'; 17 << 20], "it is larger than 16 MiB"),
    ] {
        let error = revocations(&bytes).expect_err(message);
        assert_eq!(error, format!("the revocation list revoked cannot be used: {message}"));
    }
}

proptest! {
    #[test]
    fn hostile_lines_never_panic(line in "[ -~\"\\\\,=!*éß\t]{0,80}") {
        let text = problem(&line);
        assert!(text.is_empty() || text.starts_with("signers:3:"), "{text}");
    }

    #[test]
    fn hostile_options_never_panic(options in "(namespaces|valid-after|valid-before|cert-authority|[a-z=\",]){0,12}") {
        let text = problem(&format!("alice {options} {KEY}"));
        assert!(text.is_empty() || text.starts_with("signers:3:"), "{text}");
    }

    #[test]
    fn hostile_revocations_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = revocations(&krl(&bytes));
        let _ = revocations(&bytes);
    }

    #[test]
    fn hostile_envelopes_are_never_trusted(bytes in prop::collection::vec(any::<u8>(), 0..400), magic in any::<bool>()) {
        use base64::Engine as _;
        let path = RepoPath::new("signers");
        let signers = AllowedSigners::parse(&path, format!("* {KEY}\n").as_bytes()).unwrap();
        let trusted = TrustedKeys { signers, ..TrustedKeys::default() };
        let start: &[u8] = if magic { b"SSHSIG\0\0\0\x01" } else { b"" };
        let encoded = base64::engine::general_purpose::STANDARD.encode([start, &bytes].concat());
        let armored = format!("-----BEGIN SSH SIGNATURE-----\n{encoded}\n-----END SSH SIGNATURE-----\n");
        let status = trusted.verify(b"payload", armored.as_bytes(), std::time::SystemTime::now());
        let untrusted = matches!(status, SignatureStatus::Untrusted { .. });
        assert!(untrusted);
    }
}

//! The files that the demo pushes.
//!
//! In: Alice's key. Out: the files that each commit writes. Never: writes a file that is not in `tree/`, except for the
//! key itself.

use super::error::DemoError;
use git_trust::ThrowAwayKey;

const POLICY: &str = include_str!("tree/first/.portcullis.yaml");
const OWNERS: &str = include_str!("tree/first/CODEOWNERS");
const WEB: &str = include_str!("tree/first/clusters/prod/shop/web.yaml");
const DEPLOYER: &str = include_str!("tree/first/clusters/prod/ci/deployer.yaml");
const CLEAN_WEB: &str = include_str!("tree/clean/clusters/prod/shop/web.yaml");
const MALICIOUS_WEB: &str = include_str!("tree/malicious/clusters/prod/shop/web.yaml");
const MALICIOUS_DEPLOYER: &str = include_str!("tree/malicious/clusters/prod/ci/deployer.yaml");

const WEB_PATH: &str = "clusters/prod/shop/web.yaml";
const DEPLOYER_PATH: &str = "clusters/prod/ci/deployer.yaml";

/// A file of a commit.
#[derive(Debug)]
pub(super) struct File {
    /// From the root of the repository.
    pub(super) path: &'static str,
    /// Its bytes.
    pub(super) content: Vec<u8>,
}

/// The first files of the repository: manifests and trust files.
pub(super) fn first(alice: &ThrowAwayKey) -> Result<Vec<File>, DemoError> {
    let policy = POLICY.replace("FINGERPRINT-OF-ALICE", &alice.fingerprint().to_string());
    let key = File { path: "keys/alice.asc", content: alice.armored_certificate()? };
    let mut files = vec![key];
    files.extend([
        file(".portcullis.yaml", &policy),
        file("CODEOWNERS", OWNERS),
        file(WEB_PATH, WEB),
        file(DEPLOYER_PATH, DEPLOYER),
    ]);
    Ok(files)
}

/// A newer image, one more replica.
pub(super) fn clean() -> Vec<File> {
    vec![file(WEB_PATH, CLEAN_WEB)]
}

/// A change with everything that the gate should reject.
pub(super) fn malicious() -> Vec<File> {
    vec![file(WEB_PATH, MALICIOUS_WEB), file(DEPLOYER_PATH, MALICIOUS_DEPLOYER)]
}

fn file(path: &'static str, text: &str) -> File {
    File { path, content: text.as_bytes().to_vec() }
}

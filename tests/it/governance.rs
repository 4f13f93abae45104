//! One run is judged by one version of the server's policy.

use std::time::SystemTime;

use portcullis::gate::Session;
use portcullis::git::Repository;

use crate::common::git::{Failure, Git};

const HEADER: &str = "apiVersion: portcullis.dev/v1\nkind: GatePolicy\nsignatures: {keyring: [keys.asc]}\n";

#[test]
fn the_servers_policy_is_read_once_for_a_run() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let bare = folder.path().join("bare.git");
    Git::init_bare(&bare)?;
    let floor = folder.path().join("policy.yaml");
    std::fs::write(&floor, format!("{HEADER}protected: [refs/heads/a]\n"))?;
    let session =
        Session::open(Repository::discover(&bare, 1 << 20)?, Some(floor.clone()), SystemTime::now())?;
    std::fs::write(&floor, format!("{HEADER}protected: [refs/heads/b]\n"))?;
    std::fs::write(folder.path().join("keys.asc"), "not a keyring")?;
    for _ in 0..2 {
        let governing = session.policy(None)?;
        assert_eq!(governing.policy.protected_patterns(), ["refs/heads/a"]);
        let reason = session.trusted_keys(&governing).map(|_| ()).map_err(|error| error.to_string());
        assert!(
            reason.is_err_and(|reason| reason.contains("keys.asc: No such file")),
            "the keys are the first ones"
        );
    }
    std::fs::remove_file(&floor)?;
    assert!(session.policy(None).is_ok());
    Ok(())
}

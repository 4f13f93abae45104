//! Evidence of trust files, and what is found in it.

use crate::checks::testing::findings;
use crate::evidence::{Broken, RefEvidence, TrustApproval, TrustFileChange, Weakening};
use source_files::{ObjectId, RepoPath};

fn change(new_blob: Option<&str>, approval: TrustApproval, broken: Option<&str>) -> RefEvidence {
    let change = TrustFileChange {
        path: RepoPath::new("keys/alice.asc"),
        role: "a keyring",
        new_blob: new_blob.and_then(ObjectId::parse),
        broken: broken.map(|reason| Broken::Invalid(reason.to_owned())),
        weakening: Weakening::NotCompared,
        approval,
    };
    RefEvidence { trust_files: vec![change], ..RefEvidence::none() }
}

fn nobody() -> TrustApproval {
    TrustApproval::Nobody("no line is for it".to_owned())
}

#[test]
fn the_way_out_names_path_and_content() {
    let blob = "b".repeat(40);
    let found = findings("weakened-policy", &change(Some(&blob), nobody(), None));
    assert_eq!(found[0].message, "keys/alice.asc, a keyring that the gate trusts, is changed");
    assert!(
        found[0].remediation.contains(&format!("add `keys/alice.asc: {blob}` under `acceptedTrustFiles`"))
    );
    let deleted = findings("weakened-policy", &change(None, nobody(), None));
    assert!(deleted[0].remediation.contains("`keys/alice.asc: deleted`"));
    assert_ne!(found[0].fingerprint(), deleted[0].fingerprint());
}

#[test]
fn an_accepted_file_passes_only_if_it_can_be_used() {
    let blob = "b".repeat(40);
    assert!(findings("weakened-policy", &change(Some(&blob), TrustApproval::Server, None)).is_empty());
    let broken =
        findings("weakened-policy", &change(Some(&blob), TrustApproval::Server, Some("it holds no key")));
    assert!(broken[0].message.ends_with("would be invalid: it holds no key"));
}

//! Objects that SOPS has encrypted: Flux decrypts them before the API server sees them.
//!
//! In: the root of a document. Out: the same without the `sops` key, its encrypted values unknown. Never: decrypts, and
//! never takes a text for encrypted in a document that SOPS has not signed: anyone can write `ENC[`.

use super::node::{Node, Value};

/// The key that SOPS adds (`stores/stores.go`).
const METADATA: &str = "sops";
/// The fields of the metadata that list keys which can decrypt.
const RECIPIENTS: [&str; 8] = ["age", "pgp", "kms", "gcp_kms", "azure_kv", "hc_vault", "hckms", "key_groups"];
/// The prefix of an encrypted value (`aes/cipher.go`).
const ENCRYPTED: &str = "ENC[AES256_GCM,data:";

/// Whether a document is one that SOPS has encrypted: its metadata holds an encrypted MAC, and a key that can decrypt or
/// the version and the time that SOPS writes beside it.
pub fn is_encrypted(root: &Node) -> bool {
    let Some(metadata) = root.get(METADATA) else { return false };
    let has_mac = metadata.text_at(&["mac"]).is_some_and(is_ciphertext);
    let has_recipient =
        RECIPIENTS.iter().any(|key| metadata.get(key).is_some_and(|list| !list.items().is_empty()));
    let has_version = ["version", "lastmodified"].iter().all(|key| metadata.text_at(&[key]).is_some());
    has_mac && (has_recipient || has_version)
}

/// Makes a document that SOPS has encrypted what is known of it.
pub(super) fn open(root: &mut Node) {
    if let Value::Mapping(entries) = &mut root.value {
        entries.retain(|entry| &*entry.key != METADATA);
    }
    root.visit_mut(&mut |node| {
        if let Value::String(text) = &mut node.value
            && is_ciphertext(text)
        {
            node.value = Value::Unknown(std::mem::take(text));
        }
    });
}

fn is_ciphertext(text: &str) -> bool {
    // SOPS decrypts what begins like this, whatever follows the bracket.
    text.starts_with(ENCRYPTED) && text.contains(",type:") && text.contains(']')
}

#[cfg(test)]
mod tests {
    use super::super::limits::Limits;
    use super::super::parse::parse;

    const VALUE: &str = "ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]";

    #[test]
    fn an_encrypted_object_is_known_but_for_its_values() {
        let text = format!(
            "apiVersion: v1\nkind: Secret\nmetadata: {{name: a}}\ndata:\n  b: {VALUE}\n  c: Yw==\nsops:\n  mac: {VALUE}\n  \
             age: [{{recipient: x, enc: y}}]\n"
        );
        let objects = parse(text.into_bytes(), &Limits::default()).objects;
        let object = objects.into_iter().next().unwrap().opened();
        let root = &object.root;
        assert!(root.get("sops").is_none());
        assert!(root.at(&["data", "b"]).unwrap().is_unknown());
        assert_eq!(root.text_at(&["data", "c"]), Some("Yw=="));
    }

    #[test]
    fn without_a_mac_or_what_belongs_to_it_nothing_is_encrypted() {
        for metadata in [
            format!("mac: {VALUE}\n  version: 3.8.1"),
            "age: [{enc: y}]".to_owned(),
            "mac: x\n  pgp: [{fp: x}]".to_owned(),
        ] {
            let text = format!("apiVersion: v1\nkind: Secret\ndata: {{b: '{VALUE}'}}\nsops:\n  {metadata}\n");
            let objects = parse(text.into_bytes(), &Limits::default()).objects;
            let object = objects.into_iter().next().unwrap().opened();
            assert!(object.root.get("sops").is_some(), "{metadata}");
            assert!(!object.root.holds_unknown());
        }
    }
}

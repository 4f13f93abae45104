//! ConfigMaps and Secrets with `immutable: true`, and the type of a Secret. No value is quoted.

use super::defaults::OTHER;
use super::difference::{Difference, of_field};
use super::{ForbiddenChange, Pair};
use crate::rules::place::Place;

const LOCKED: &str = "restore the old content, and put the new content into an object with a new name that \
    the workload then references; Pods that already run do not see an object that is deleted and created \
    again";
const TYPE: &str = "restore the old type, or create a Secret with a new name; Argo CD's Replace=true with \
    Force=true and Flux's force: true delete and recreate it";
const SECRET: &str = "ValidateSecretUpdate in pkg/apis/core/validation";
const CONFIG_MAP: &str = "ValidateConfigMapUpdate in pkg/apis/core/validation";

pub(super) fn check(pair: &Pair<'_>, found: &mut Vec<ForbiddenChange>) {
    let source = match (pair.group, pair.kind) {
        ("", "Secret") => SECRET,
        ("", "ConfigMap") => CONFIG_MAP,
        _ => return,
    };
    if source == SECRET {
        found.extend(Difference::forbidden(&of_field(&pair.old, &pair.new, "type", OTHER), TYPE, SECRET));
    }
    if pair.old.flag("immutable") != Some(true) {
        return;
    }
    if pair.new.flag("immutable") != Some(true) {
        found.extend(Difference::forbidden(
            &of_field(&pair.old, &pair.new, "immutable", OTHER),
            LOCKED,
            source,
        ));
    }
    let keys = find_changed_keys(pair);
    if let Some((path, old, new)) = keys.first() {
        found.push(ForbiddenChange {
            path: path.clone(),
            old_pointer: old.clone(),
            pointer: new.clone(),
            was: None,
            becomes: None,
            others: keys.len() - 1,
            help: LOCKED,
            source,
        });
    }
}

/// The path, old pointer and new pointer of a key whose value differs.
type KeyChange = (String, String, String);

/// Lists the keys whose values differ. A key that moves between plain and encoded data may mean the same and is left
/// out.
fn find_changed_keys(pair: &Pair<'_>) -> Vec<KeyChange> {
    let fields = ["data", "binaryData", "stringData"];
    let has =
        |side: &Place<'_>, field: &str, key: &str| side.get(field).and_then(|data| data.get(key)).is_some();
    let mut keys = Vec::new();
    for field in fields {
        for difference in of_field(&pair.old, &pair.new, field, OTHER) {
            let key = [&difference.old, &difference.new].into_iter().flatten().next();
            let name = key.and_then(|place| place.pointer().rsplit('/').next().map(str::to_owned));
            let other = fields.iter().filter(|other| **other != field);
            let moved = name.is_some_and(|name| {
                let side = if difference.old.is_some() { &pair.new } else { &pair.old };
                let one_sided = difference.old.is_none() || difference.new.is_none();
                one_sided && other.into_iter().any(|other| has(side, other, &name))
            });
            let pointer = |side: &Option<Place<'_>>| side.as_ref().map_or_else(String::new, Place::pointer);
            if !moved {
                keys.push((difference.path.clone(), pointer(&difference.old), pointer(&difference.new)));
            }
        }
    }
    keys
}

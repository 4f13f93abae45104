//! What becomes weaker about who is believed.

use super::super::age::Age;
use super::super::document::{
    ApprovalsEntry, DatedKeyEntry, ForgeEntry, KeyEntry, OverrideEntry, OwnersEntry, PersonEntry,
    SignatureRequirement, SignaturesEntry,
};
use super::added;

pub(super) fn repository(old: Option<&String>, new: Option<&String>) -> Option<String> {
    match (old, new) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("approvals that were given in repository `{new}` count, not those of `{old}`"))
        }
        (None, Some(new)) => Some(format!("signed approvals count, for repository `{new}`")),
        (Some(_), Some(_) | None) | (None, None) => None,
    }
}

pub(super) fn signatures(old: &SignaturesEntry, new: &SignaturesEntry) -> Vec<String> {
    let SignaturesEntry {
        require,
        keyring,
        allowed_signers,
        revoked_keys,
        max_signature_age,
        minimum_rsa_bits,
        committer,
        forge,
    } = new;
    let mut found = Vec::new();
    if *require < old.require {
        found.push(match require {
            SignatureRequirement::None => "commits need no trusted signature".to_owned(),
            SignatureRequirement::Trusted => "commits need a different kind of signature".to_owned(),
        });
    }
    found.extend(added(&old.keyring, keyring).map(|pattern| format!("keys of `{pattern}` are trusted")));
    if let (true, Some(file)) = (*allowed_signers != old.allowed_signers, allowed_signers) {
        found.push(format!("SSH keys of `{file}` are trusted"));
    }
    let restored = added(revoked_keys, &old.revoked_keys);
    found.extend(restored.map(|file| format!("keys that `{file}` revokes count again")));
    found.extend(longer("signatures", old.max_signature_age, *max_signature_age));
    if *minimum_rsa_bits < old.minimum_rsa_bits {
        let bits =
            minimum_rsa_bits.map_or("the minimum that is ever accepted".to_owned(), |bits| bits.to_string());
        found.push(format!("RSA keys need fewer bits: {bits}"));
    }
    if *committer < old.committer {
        found.push("the committer need not be the signer".to_owned());
    }
    found.extend(forges(old.forge.as_ref(), forge.as_ref()));
    found
}

fn forges(old: Option<&ForgeEntry>, new: Option<&ForgeEntry>) -> Vec<String> {
    let (old, new) = (old.cloned().unwrap_or_default(), new.cloned().unwrap_or_default());
    let ForgeEntry { keys, allow } = new;
    let merges = (allow < old.allow).then(|| "merge commits that the forge signs count as signed".to_owned());
    let keys =
        added(&old.keys, &keys).map(|key| format!("key `{key}` counts as the forge's")).collect::<Vec<_>>();
    keys.into_iter().chain(merges).collect()
}

/// A limit of time that is raised or taken away.
pub(super) fn longer(what: &str, was: Option<Age>, is: Option<Age>) -> Option<String> {
    let was = was?;
    match is {
        Some(is) if is <= was => None,
        Some(is) => Some(format!("{what} are valid for {is} instead of {was}")),
        None => Some(format!("{what} are valid as long as they state, instead of {was}")),
    }
}

pub(super) fn people(old: &[PersonEntry], new: &[PersonEntry]) -> Vec<String> {
    let gains = new.iter().flat_map(|person| person_gains(old, person));
    gains.chain(old.iter().flat_map(|person| forgotten(person, new))).collect()
}

/// A name or account shuts its owner out of approving, and a name that two people share speaks for neither.
fn forgotten(person: &PersonEntry, new: &[PersonEntry]) -> Vec<String> {
    let PersonEntry { name, keys: _, handles, bot: _ } = person;
    let after = new.iter().find(|after| after.name == *name);
    let kept = after.map(|after| after.handles.as_slice()).unwrap_or_default();
    let no_more = |handle: &String| format!("changes by `{handle}` no longer count as {name}'s own");
    added(kept, handles).map(no_more).collect()
}

fn person_gains(old: &[PersonEntry], person: &PersonEntry) -> Vec<String> {
    let PersonEntry { name, keys, handles, bot } = person;
    let Some(before) = old.iter().find(|before| before.name == *name) else {
        return vec![format!("{name} becomes an approver")];
    };
    let keys = added(&before.keys, keys).map(|key| match key {
        KeyEntry::Always(key) => format!("key `{key}` speaks for {name}"),
        KeyEntry::Dated(DatedKeyEntry { key, valid_from, valid_until }) => {
            let day = |day: &Option<String>| day.clone().unwrap_or_else(|| "any day".to_owned());
            format!("key `{key}` speaks for {name} from {} to {}", day(valid_from), day(valid_until))
        }
    });
    let handles = added(&before.handles, handles).map(|handle| format!("{name} counts as `{handle}`"));
    let program = (before.bot && !bot).then(|| {
        format!(
            "{name} is no longer marked as a bot and can now \
        approve"
        )
    });
    keys.chain(handles).chain(program).collect()
}

pub(super) fn owners(old: Option<&OwnersEntry>, new: Option<&OwnersEntry>) -> Vec<String> {
    let (Some(old), Some(new)) = (old, new) else {
        let gone = old.is_some() && new.is_none();
        return gone.then(|| "owners need not approve".to_owned()).into_iter().collect();
    };
    let OwnersEntry { dialect, approvals, require, distinct_teams, signer_counts } = new;
    let mut found = Vec::new();
    if *dialect != old.dialect {
        found.push("the dialect of CODEOWNERS changes".to_owned());
    }
    if *approvals < old.approvals {
        let noun = if *approvals == 1 { "owner's approval is" } else { "owners' approvals are" };
        found.push(format!("{approvals} {noun} enough, instead of {}", old.approvals));
    }
    if *require < old.require {
        found.push("not every listed owner must approve".to_owned());
    }
    if *distinct_teams < old.distinct_teams {
        let were = old.distinct_teams;
        found.push(format!("`distinctTeams` is {distinct_teams}, instead of {were}"));
    }
    if *signer_counts && !old.signer_counts {
        found.push("owners can approve their own changes by signing them".to_owned());
    }
    found
}

pub(super) fn approvals(old: Option<&ApprovalsEntry>, new: Option<&ApprovalsEntry>) -> Vec<String> {
    let nothing = ApprovalsEntry::default();
    let (old, ApprovalsEntry { max_age, issuers }) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
    let issuers = added(&old.issuers, issuers).map(|name| format!("{name} may state the reviews of others"));
    longer("approvals", old.max_age, *max_age).into_iter().chain(issuers).collect()
}

pub(super) fn overriders(old: Option<&OverrideEntry>, new: Option<&OverrideEntry>) -> Vec<String> {
    let Some(new) = new else { return Vec::new() };
    let nobody = OverrideEntry { people: Vec::new(), count: 0 };
    let old = old.unwrap_or(&nobody);
    let more = added(&old.people, &new.people).map(|name| format!("{name} may override the gate"));
    let fewer = (new.count < old.count)
        .then(|| format!("{} may override the gate, instead of {}", new.count, old.count));
    more.chain(fewer).collect()
}

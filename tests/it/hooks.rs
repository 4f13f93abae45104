//! Real pushes into real bare repositories, with portcullis as their hook, told as a user would.
//!
//! One file a subject; `server`, `checkout` and `manifests` are what the others are told with.

/// Attempts to get past the gate; docs/attacks.md lists them.
mod adversary {
    mod argo_cd_image_updater;
    mod comparison;
    mod covered_merges;
    mod disguises;
    mod flux_image_automation;
    mod forge_copies;
    mod forge_merges;
    mod history;
    mod layers;
    mod lockouts;
    mod old_problems;
    mod own_changes;
    mod people;
    mod release_tool;
    mod renovate;
    mod repairs;
    mod replays;
    mod rescues;
    mod statements;
    mod surroundings;
    mod trust;
    mod waivers;
}
mod alone;
mod annotations;
mod approvals;
mod approved_trust_files;
mod baseline;
mod checkout;
mod covered_merges;
mod examples;
mod first_contact;
mod first_policy;
mod floor;
mod formats;
mod growth;
mod heads;
mod hidden;
mod hostile;
mod hosts;
mod import_waivers;
mod kept_approvals;
mod lanes;
mod log;
mod manifests;
mod many_statements;
mod merge_buttons;
mod merges;
mod moving_in;
mod other_hooks;
mod owner_approvals;
mod owner_dialects;
mod owners;
mod refs;
mod repositories;
mod server;
mod shadow_refs;
mod signatures;
mod statements;
mod tags;
mod trust_files;
mod trust_sequences;
mod trusted_keys;
mod waivers;
mod waivers_file;
mod wide_history;

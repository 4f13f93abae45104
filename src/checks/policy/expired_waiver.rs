//! Waivers that have ended, or soon will, where a push has to do with them.

use chrono::NaiveDate;

use crate::checks::{Aftermath, Context, Family, Findings, Meta};
use crate::evidence::{WaiverFacts, WaiverOrigin};
use crate::finding::{Finding, Severity, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: "expired-waiver",
    title: "A waiver that a change has to do with has expired, or soon will",
    family: Family::Policy,
    why: "An expired waiver covers nothing: what somebody accepted until a day blocks again from the next day \
          on, and nobody should learn that from a change that cannot wait.",
    docs: "## What it does

Says of a waiver that it has expired, and since when, or that it expires within the next 14 days (severity
low). The last day counts: a waiver that expires today holds until midnight UTC on the Git server.

## What is compared

The waivers of the repository, in the policy and in `.portcullis-waivers.yaml`, with today. Only a push that
changes the waived object, does what the waiver once accepted, or brings the expired waiver itself is told;
every other report only says in one line how many waivers have expired.

## Remediation

Mend what was accepted and remove the waiver, or have its owner renew it with a later day.
`portcullis baseline --check` lists all of them.

## Limits

The day is the Git server's, in UTC. Waivers of the server's own policy are its administrator's business.
",
};

/// How many days before its last day a waiver is told to expire soon.
const SOON: i64 = 14;

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, aftermath: &Aftermath, findings: &mut Findings) {
    for waiver in &context.evidence.waivers.waivers {
        let Some(standing) = Standing::of(waiver, context.today) else { continue };
        let brought = standing == Standing::Expired && waiver.origin == WaiverOrigin::Push;
        // What the push mends leaves the waiver unused, which is another finding.
        let touched = aftermath.touches(waiver) && !aftermath.is_fixed(waiver);
        if brought || touched || aftermath.found(waiver) {
            findings.push(finding(waiver, standing));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Expired,
    Soon,
}

impl Standing {
    fn of(waiver: &WaiverFacts, today: NaiveDate) -> Option<Self> {
        match waiver.expires.signed_duration_since(today).num_days() {
            days if days < 0 => Some(Self::Expired),
            days if days <= SOON => Some(Self::Soon),
            _ => None,
        }
    }
}

fn finding(waiver: &WaiverFacts, standing: Standing) -> Finding {
    let WaiverFacts { check, object, owner, expires, fingerprint, location, .. } = waiver;
    let (severity, message) = match standing {
        Standing::Expired => {
            (Severity::Medium, format!("the waiver of {check} for {object} expired on {expires}"))
        }
        Standing::Soon => (Severity::Low, format!("the waiver of {check} for {object} expires on {expires}")),
    };
    Finding::new(META.id, Subject::File, message)
        .severity(severity)
        .at(location.clone())
        .note("owner", format!("{owner} answers for it"))
        .help("mend what it accepts and remove it, or have its owner renew it with a later day")
        .fact("check", check)
        .fact("object", object)
        .fact("fingerprint", fingerprint)
        .fact("expires", expires.to_string())
}

//! Waivers that a push concerns and that have ended, or soon will.

use chrono::NaiveDate;

use crate::checks::{Aftermath, Context, Family, Findings, Meta, PartialDocuments};
use crate::evidence::{WaiverFacts, WaiverOrigin};
use crate::finding::{CheckId, Finding, Severity, Subject};

/// The record of the check.
pub(in crate::checks) static META: Meta = Meta {
    id: CheckId::new("expired-waiver"),
    title: "A waiver that a change concerns has expired or expires soon",
    family: Family::Policy,
    needs: &[],
    partial: PartialDocuments::NotRead,
    why: "An expired waiver covers nothing: an accepted finding blocks again from the day after the last \
        day. An early warning keeps this from delaying an urgent change.",
    docs: "## What it does

Reports a waiver that has expired, with the date, or that expires within the next 14 days (severity low). The
last day is included: a waiver that expires today counts until midnight UTC on the Git server.

## What is compared

The waivers of the repository, in the policy and in `.portcullis-waivers.yaml`, with today's date. The finding
appears only if the push changes the waived object, causes the finding that the waiver accepted, or adds the
expired waiver itself. Every other report has one line with the number of expired waivers.

## Remediation

Fix the accepted problem and remove the waiver, or have its owner renew it with a later date. `portcullis
baseline --check` lists all of them.

## Limits

The day is the Git server's, in UTC. Waivers in the server's own policy are not reported; its administrator is
responsible for them.
",
};

/// The number of days before its last day on which a waiver is first reported to expire soon.
const SOON: i64 = 14;

/// Runs the check.
pub(in crate::checks) fn run(context: &Context<'_>, aftermath: &Aftermath, findings: &mut Findings) {
    for waiver in &context.evidence.waivers.waivers {
        let Some(standing) = Standing::of(waiver, context.today) else { continue };
        let brought = standing == Standing::Expired && waiver.origin == WaiverOrigin::Push;
        // If the push fixes the finding, the waiver is unused, which is another finding.
        let touched = aftermath.touches(waiver) && !aftermath.is_fixed(waiver);
        if brought || touched || aftermath.found(waiver) {
            findings.push(build_finding(waiver, standing));
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

fn build_finding(waiver: &WaiverFacts, standing: Standing) -> Finding {
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
        .note("owner", format!("{owner} is responsible for it"))
        .help("fix the problem that it accepts and remove it, or have its owner renew it with a later date")
        .fact("check", check)
        .fact("object", object)
        .fact("fingerprint", fingerprint)
        .fact("expires", expires.to_string())
}

//! The chart whose version a changed value is, and whether it became newer.

use super::scalars::ChangedScalar;
use super::{Refusal, VersionStep, is_kustomization};
use crate::policy::AutomationField;
use kube_manifest::{Node, Object};
use kube_model::{Order, Tag};
use source_files::RepoPath;

/// A place where objects name a chart.
struct ChartPlace {
    group: &'static str,
    kind: &'static str,
    /// The mapping that names it; lists on the way are entered.
    holder: &'static [&'static str],
    /// The key of its name.
    name: &'static str,
    /// The key of its version.
    version: &'static str,
}

const fn place(
    (group, kind): (&'static str, &'static str),
    holder: &'static [&'static str],
    (name, version): (&'static str, &'static str),
) -> ChartPlace {
    ChartPlace { group, kind, holder, name, version }
}

static PLACES: &[ChartPlace] = &[
    place(("helm.toolkit.fluxcd.io", "HelmRelease"), &["spec", "chart", "spec"], ("chart", "version")),
    place(("source.toolkit.fluxcd.io", "HelmChart"), &["spec"], ("chart", "version")),
    place(("helm.cattle.io", "HelmChart"), &["spec"], ("chart", "version")),
    place(("argoproj.io", "Application"), &["spec", "source"], ("chart", "targetRevision")),
    place(("argoproj.io", "Application"), &["spec", "sources"], ("chart", "targetRevision")),
    place(
        ("argoproj.io", "ApplicationSet"),
        &["spec", "template", "spec", "source"],
        ("chart", "targetRevision"),
    ),
    place(
        ("argoproj.io", "ApplicationSet"),
        &["spec", "template", "spec", "sources"],
        ("chart", "targetRevision"),
    ),
];
/// The charts of a kustomization.
static KUSTOMIZATION: ChartPlace = place(("", ""), &["helmCharts"], ("name", "version"));

/// The step of the chart that a changed value is the version of; `None` if it is not one.
pub(super) fn find_step(
    path: &RepoPath,
    changed: &ChangedScalar<'_>,
) -> Option<Result<VersionStep, Refusal>> {
    let name = find_chart(path, changed.documents.1, changed.new)?.to_owned();
    let (from, to) = changed.texts;
    let step = VersionStep {
        field: AutomationField::Chart,
        from: format!("{name} {from}"),
        to: format!("{name} {to}"),
        repository: Some(name),
        line: changed.line(),
    };
    Some(compare(from, to).map(|()| step).map_err(|reason| changed.refuse(reason)))
}

/// The name of the chart whose version a node is.
fn find_chart<'a>(path: &RepoPath, object: &'a Object, version: &Node) -> Option<&'a str> {
    let own = |place: &&ChartPlace| place.group == object.group() && place.kind == &*object.kind;
    let kustomization = is_kustomization(path).then_some(&KUSTOMIZATION);
    PLACES.iter().filter(own).chain(kustomization).find_map(|place| {
        let holder = object.at(place.holder)?;
        let holders = std::iter::once(holder).chain(holder.items());
        let mut named = holders
            .filter(|holder| holder.get(place.version).is_some_and(|found| std::ptr::eq(found, version)));
        named.next()?.text_at(&[place.name])
    })
}

fn compare(old: &str, new: &str) -> Result<(), String> {
    for version in [old, new] {
        if !is_exact(version) {
            return Err(format!("`{version}` is not one version of a chart, such as 1.2.3"));
        }
    }
    match Tag::parse(new).against(&Tag::parse(old)) {
        Order::Newer => Ok(()),
        Order::Older | Order::Same => Err(format!("chart version {new} is not newer than {old}")),
        Order::Incomparable(reason) => {
            Err(format!("chart version {new} cannot be compared with {old}: {reason}"))
        }
    }
}

/// A semantic version with all three numbers, and no range.
fn is_exact(version: &str) -> bool {
    let core = version.strip_prefix('v').unwrap_or(version);
    let core = core.split(['-', '+']).next().unwrap_or_default();
    let numbers: Vec<&str> = core.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.len() == 3 && numbers.iter().all(is_number)
}

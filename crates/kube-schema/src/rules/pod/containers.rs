//! Names and images of containers.

use std::collections::HashSet;

use super::{List, Pod, PodHolder};
use crate::rules::place::Place;
use crate::rules::refusals::{Refusals, Rule};
use crate::rules::syntax::is_label;

const NONE: Rule = Rule {
    help: "add the container that the Pod runs",
    source: "validateContainers in pkg/apis/core/validation",
};
const NAME: Rule = Rule {
    help: "use lower-case letters, digits and `-`, at most 63 characters",
    source: "validateContainerCommon in pkg/apis/core/validation",
};
const TWICE: Rule = Rule {
    help: "give every container of the Pod, including init containers, a unique name",
    source: "validateInitContainers in pkg/apis/core/validation",
};
const IMAGE: Rule = Rule {
    help: "name the image that the container runs",
    source: "validateContainerCommon in pkg/apis/core/validation",
};
const SPACE: Rule = Rule {
    help: "remove the white space around the image",
    source: "validateContainerOnlyForPod in pkg/apis/core/validation",
};
const INIT: Rule = Rule {
    help: "remove it, or make the init container a sidecar with `restartPolicy: Always`",
    source: "validateInitContainers in pkg/apis/core/validation",
};
const EPHEMERAL: Rule = Rule {
    help: "remove it: ephemeral containers are added to running Pods only",
    source: "ValidatePodCreate in pkg/apis/core/validation",
};

pub(super) fn check(pod: &Pod<'_>, refusals: &mut Refusals) {
    if !pod.spec.holds("containers") {
        refusals.lacks(&pod.spec, "containers", NONE);
    }
    let mut seen = HashSet::new();
    for container in pod.containers() {
        let place = &container.place;
        judge_name(place, &mut seen, refusals);
        judge_image(place, pod.stands, refusals);
        match container.list {
            List::Init => judge_init_container(place, refusals),
            List::Regular | List::Ephemeral => {}
        }
    }
    if let Some(place) = pod
        .spec
        .get("ephemeralContainers")
        .filter(|_| pod.stands == PodHolder::Alone && pod.spec.holds("ephemeralContainers"))
    {
        refusals.whole(&place, "is not allowed in a new Pod", EPHEMERAL);
    }
}

fn judge_name<'a>(container: &Place<'a>, seen: &mut HashSet<&'a str>, refusals: &mut Refusals) {
    let Some((text, place)) = container.text("name").zip(container.get("name")) else {
        return refusals.lacks(container, "name", NAME);
    };
    if !is_label(text) {
        refusals.value(&place, "which is not a valid container name", NAME);
    }
    if !seen.insert(text) {
        refusals.together(&place, "and another container of the Pod has the same name", TWICE);
    }
}

fn judge_image(container: &Place<'_>, stands: PodHolder, refusals: &mut Refusals) {
    let Some((text, place)) = container.text("image").zip(container.get("image")) else {
        return refusals.lacks(container, "image", IMAGE);
    };
    if stands == PodHolder::Alone && text.trim() != text {
        refusals.value(&place, "which has white space around it", SPACE);
    }
}

/// Judges an init container, which ends before the others start, so that nothing could probe it.
fn judge_init_container(container: &Place<'_>, refusals: &mut Refusals) {
    if container.text("restartPolicy").is_some() {
        return;
    }
    for key in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        if let Some(place) = container.get(key) {
            refusals.whole(&place, "is not allowed in an init container", INIT);
        }
    }
}

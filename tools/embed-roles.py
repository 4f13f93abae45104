#!/usr/bin/env python3
"""Write the cluster roles that every API server makes, as compact JSON.

usage: embed-roles.py CLUSTER_ROLES_YAML > src/kube/rbac/builtin-roles.json

CLUSTER_ROLES_YAML is `cluster-roles.yaml` of the bootstrap policy in the Kubernetes source release
(Apache-2.0). Needs PyYAML. Each role becomes [name, labels, aggregation labels, rules]; a rule is
[verbs, apiGroups, resources, resourceNames, nonResourceURLs].
"""
import json
import sys

import yaml


def compact(role):
    meta = role["metadata"]
    labels = {k: v for k, v in meta.get("labels", {}).items() if "aggregate-to" in k}
    selectors = [s.get("matchLabels", {}) for s in role.get("aggregationRule", {}).get("clusterRoleSelectors", [])]
    keys = ["verbs", "apiGroups", "resources", "resourceNames", "nonResourceURLs"]
    rules = [[rule.get(key) or [] for key in keys] for rule in role.get("rules") or []]
    return [meta["name"], labels, selectors, rules]


def main():
    with open(sys.argv[1], encoding="utf-8") as handle:
        roles = yaml.safe_load(handle)["items"]
    lines = ",\n".join(json.dumps(compact(role), separators=(",", ":")) for role in roles)
    print(f"[\n{lines}\n]")


if __name__ == "__main__":
    main()

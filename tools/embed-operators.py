#!/usr/bin/env python3
"""Writes crates/kube-schema/src/data/operators.tsv, the kinds of the operators that GitOps repositories use.

Usage:

    npm pack @kubernetes-models/{argo-cd,argo-rollouts,argo-workflows,cert-manager,external-secrets}
    npm pack @kubernetes-models/{flux-cd,gateway-api,gke,istio,karpenter,keda,knative}
    npm pack @kubernetes-models/{prometheus-operator,sealed-secrets,tidb-operator,traefik}
    cargo info kube-custom-resources-rs@2024.11.1   # downloads the crate; unpack it from the cache of cargo
    tools/embed-operators.py FOLDER_OF_UNPACKED_PACKAGES

In: below FOLDER, the unpacked packages (MIT, and 0BSD for the crate), and tools/operators.tsv, which says
what no package does, with its source. A file GROUP/VERSION/KIND.js of an npm package that guards its type is
a kind; an attribute `#[kube(group, version, kind)]` of the crate is one, too, with its scope. Out: for each
group a line `GROUP TAB complete|partial`, and below it `TAB KIND TAB scope TAB versions`.

A group is complete where every kind and every version that it ever served is listed: only there is a
version or a kind that is not in the table said not to exist. The same input gives the same output.
"""

import collections
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
# Groups of which all kinds and versions were compared with the projects' own definitions, old releases included.
COMPLETE = {
    "acme.cert-manager.io", "apps.openshift.io", "argoproj.io", "bitnami.com", "build.openshift.io", "cert-manager.io",
    "external-secrets.io", "helm.toolkit.fluxcd.io", "image.toolkit.fluxcd.io", "karpenter.k8s.aws", "karpenter.sh",
    "keda.sh", "kustomize.toolkit.fluxcd.io", "metallb.io", "monitoring.coreos.com", "notification.toolkit.fluxcd.io",
    "postgresql.cnpg.io", "route.openshift.io", "source.toolkit.fluxcd.io",
}
# Groups of Kubernetes itself, whose schemas are embedded, and internal ones that nobody writes manifests of.
LEFT_OUT = re.compile(r"^$|\.internal\.knative\.dev$|^duck\.knative\.dev$|^example\.openshift\.io$")
KUBE = re.compile(r'#\[kube\(group = "([^"]+)", version = "([^"]+)", kind = "([^"]+)"')


def of_crate(folder):
    for path in folder.rglob("*.rs"):
        text = path.read_text(encoding="utf-8")
        found = KUBE.search(text)
        if found:
            group, version, kind = found.groups()
            yield group, kind, "Namespaced" if "#[kube(namespaced)]" in text else "Cluster", version


def of_npm(folder):
    for path in folder.rglob("*.js"):
        parts = path.parts[-3:]
        if "_schemas" in path.parts or len(parts) < 3 or path.stem.endswith("List") or path.stem == "index":
            continue
        if re.fullmatch(r"v\d+((alpha|beta)\d+)?", parts[1]) and "createTypeMetaGuard" in path.read_text(encoding="utf-8"):
            yield parts[0], path.stem, "-", parts[1]


def of_table(path):
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            group, kind, scope, versions, _source = line.split("\t")
            for version in versions.split(","):
                yield group, kind, scope, version


def age(version):
    """Newest first: v2, v1, v1beta2, v1alpha1."""
    major, stage, minor = re.fullmatch(r"v(\d+)(?:(alpha|beta)(\d+))?", version).groups()
    return (-int(major), {None: 0, "beta": 1, "alpha": 2}[stage], -int(minor or 0))


def main():
    folder = pathlib.Path(sys.argv[1])
    scopes, versions = {}, collections.defaultdict(set)
    # The table comes first: it was compared with the projects, and says the scope.
    for rows in (of_table(HERE / "operators.tsv"), of_crate(folder), of_npm(folder)):
        for group, kind, scope, version in rows:
            if LEFT_OUT.search(group) or not re.fullmatch(r"v\d+((alpha|beta)\d+)?", version):
                continue
            versions[group, kind].add(version)
            if scope != "-":
                scopes.setdefault((group, kind), scope)
    lines, last = [], None
    for group, kind in sorted(versions):
        if group != last:
            lines.append(f"{group}\t{'complete' if group in COMPLETE else 'partial'}")
            last = group
        served = ",".join(sorted(versions[group, kind], key=age))
        lines.append(f"\t{kind}\t{scopes.get((group, kind), '-')}\t{served}")
    target = HERE.parent / "crates/kube-schema/src/data/operators.tsv"
    target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(versions)} kinds, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()

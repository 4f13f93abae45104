#!/usr/bin/env python3
"""Writes a folder of Kubernetes workloads for benchmarks: the same bytes for the same count.

Usage: tools/generate-workloads.py COUNT FOLDER

Half are Deployments; StatefulSets, CronJobs, Services and ConfigMaps follow in turn, one file each,
forty a folder. All of them are valid in every supported Kubernetes version.
"""

import pathlib
import sys

POD = """{indent}metadata:
{indent}  labels:
{indent}    app.kubernetes.io/name: {name}
{indent}    app.kubernetes.io/part-of: team-{team}
{indent}spec:
{indent}  serviceAccountName: {name}
{indent}  securityContext:
{indent}    runAsNonRoot: true
{indent}    seccompProfile:
{indent}      type: RuntimeDefault
{indent}  containers:
{indent}    - name: main
{indent}      image: registry.example.org/team-{team}/{name}:1.{number}.0
{indent}      args: ["--listen=:8080", "--log-level=info"]
{indent}      env:
{indent}        - name: REGION
{indent}          value: eu-{team}
{indent}        - name: PASSWORD
{indent}          valueFrom:
{indent}            secretKeyRef:
{indent}              name: {name}
{indent}              key: password
{indent}      ports:
{indent}        - name: http
{indent}          containerPort: 8080
{indent}      resources:
{indent}        requests: {{cpu: {cpu}m, memory: 128Mi}}
{indent}        limits: {{memory: 256Mi}}
{indent}      securityContext:
{indent}        allowPrivilegeEscalation: false
{indent}        capabilities:
{indent}          drop: [ALL]
{indent}      volumeMounts:
{indent}        - name: scratch
{indent}          mountPath: /tmp
{indent}  volumes:
{indent}    - name: scratch
{indent}      emptyDir: {{}}
"""
HEAD = """apiVersion: {api}
kind: {kind}
metadata:
  name: {name}
  namespace: team-{team}
  labels:
    app.kubernetes.io/name: {name}
"""
SELECTOR = """  selector:
    matchLabels:
      app.kubernetes.io/name: {name}
"""


def workload(kind, api, fields, extra=""):
    head = HEAD + "spec:\n" + extra
    if kind == "CronJob":
        return (head.format(kind=kind, api=api, **fields)
                + "  schedule: \"*/5 * * * *\"\n  jobTemplate:\n    spec:\n      template:\n"
                + POD.format(indent=" " * 8, **fields).replace("          containers:", "          restartPolicy: Never\n          containers:"))
    return ((head + SELECTOR).format(kind=kind, api=api, **fields) + "  template:\n"
            + POD.format(indent=" " * 4, **fields))


def manifest(number):
    """The text of one object."""
    team = number // 40
    fields = {"name": f"app-{number:05}", "team": team, "number": number % 90, "cpu": 50 + number % 20 * 10}
    if number % 2 == 0:
        return workload("Deployment", "apps/v1", fields, f"  replicas: {number % 5 + 1}\n")
    kind = number // 2 % 4
    if kind == 0:
        return workload("StatefulSet", "apps/v1", fields, "  serviceName: {name}\n".format(**fields))
    if kind == 1:
        return workload("CronJob", "batch/v1", fields)
    if kind == 2:
        return (HEAD + "spec:\n" + SELECTOR.replace("  selector:\n    matchLabels:\n      ", "  selector:\n    ")
                + "  ports:\n    - name: http\n      port: 80\n      targetPort: http\n").format(
                    kind="Service", api="v1", **fields)
    return (HEAD + "data:\n  application.properties: |\n    region=eu-{team}\n    retries=3\n    timeout=30s\n").format(
        kind="ConfigMap", api="v1", **fields)


def main():
    count, root = int(sys.argv[1]), pathlib.Path(sys.argv[2])
    for number in range(count):
        folder = root / f"team-{number // 40}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"app-{number:05}.yaml").write_text(manifest(number))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Record what the real kustomize makes of the cases of crates/kustomize.

usage: record-kustomize.py --kustomize PROGRAM [--old PROGRAM] [--check] [CASE...]

A case is a folder `tests/cases/FEATURE/NAME` of the crate with a tree `input`. The kustomization to build is in
`input/overlay`, or in `input` where there is no such folder. A file `options` may hold the lines
`restrictor none` and `version V`; cases of a version before 5.8 are built by --old. PROGRAM is, for example,
from `go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2`. What it prints becomes `expected.yaml`, and what it
says when it refuses the case becomes `expected-error`. With --check nothing is written, and a difference is an error.
"""
import argparse
import os
import re
import subprocess
import sys

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "crates", "kustomize", "tests", "cases")


def options_of(folder):
    path = os.path.join(folder, "options")
    lines = open(path).read().split("\n") if os.path.exists(path) else []
    return dict(line.split(" ", 1) for line in lines if " " in line)


def build(options, arguments, folder):
    program = arguments.old if options.get("version", "5.8.2") < "5.8" else arguments.kustomize
    root = os.path.join(folder, "input")
    root = os.path.join(root, "overlay") if os.path.isdir(os.path.join(root, "overlay")) else root
    restrictor = "LoadRestrictionsNone" if options.get("restrictor") == "none" else "LoadRestrictionsRootOnly"
    command = ["unshare", "-n", program, "build", "--load-restrictor", restrictor, root]
    environment = {"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "GIT_ALLOW_PROTOCOL": "none"}
    done = subprocess.run(command, capture_output=True, timeout=60, env=environment)
    if done.returncode == 0:
        return "expected.yaml", done.stdout
    lines = [line for line in done.stderr.decode("utf-8", "replace").split("\n") if line and not line.startswith("#")]
    text = " ".join(lines).replace(os.path.abspath(folder), "").replace(os.path.realpath(folder), "")
    # Addresses of memory and of this machine's network say nothing about the case.
    text = re.sub(r"0x[0-9a-f]+", "0x0", re.sub(r"(dial tcp: lookup [^ ]+) .*|goroutine .*", r"\1", text))
    return "expected-error", (re.sub(r"\s+", " ", text).strip()[:300] + "\n").encode()


def record(folder, arguments):
    name, content = build(options_of(folder), arguments, folder)
    other = "expected-error" if name == "expected.yaml" else "expected.yaml"
    path = os.path.join(folder, name)
    if arguments.check:
        same = os.path.exists(path) and (name == "expected-error" or open(path, "rb").read() == content)
        return name, same
    if os.path.exists(os.path.join(folder, other)):
        os.remove(os.path.join(folder, other))
    with open(path, "wb") as file:
        file.write(content)
    return name, True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kustomize", required=True)
    parser.add_argument("--old")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("cases", nargs="*")
    arguments = parser.parse_args()
    counts, differing = {}, []
    for feature in sorted(os.listdir(CASES)):
        for name in sorted(os.listdir(os.path.join(CASES, feature))):
            folder = os.path.join(CASES, feature, name)
            if arguments.cases and feature + "/" + name not in arguments.cases:
                continue
            kind, same = record(folder, arguments)
            counts[kind] = counts.get(kind, 0) + 1
            if not same:
                differing.append(feature + "/" + name)
    print("%d cases: %s" % (sum(counts.values()), counts))
    if differing:
        sys.exit("not as recorded: " + " ".join(differing))


if __name__ == "__main__":
    main()

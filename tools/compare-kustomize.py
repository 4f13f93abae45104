#!/usr/bin/env python3
"""Compare the renders of crates/kustomize with those of the real kustomize, root by root.

usage: compare-kustomize.py --kustomize PROGRAM --ours PROGRAM [--restrictor none|root] [--version VERSION]
                            [--cache FOLDER] [--explained FILE] [--only TEXT] [--details] FOLDER...

PROGRAM of --kustomize is the real tool, for example from
`go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2`. PROGRAM of --ours is `cargo build --release
--example render_all -p kustomize`. FOLDER is a checkout: every folder in it with a kustomization is a
root. The real tool runs without a network and without git, so that a root which needs a remote base is
one that it does not render. Its answers are kept in --cache.

Two renders are equal when they have the same objects, whatever their order, and every object has the
same canonical JSON. Every difference is printed, and the program fails if one is not listed in
--explained (lines of `root<TAB>reason`).
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import time

import yaml

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


class JsonLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """Reads what kustomize prints: every text that is no JSON number, boolean or null is a string."""


JsonLoader.yaml_implicit_resolvers = {}
JsonLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
JsonLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:null|)$"), ["n", ""])
JsonLoader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]+$"), list("-0123456789"))
JsonLoader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$"), list("-0123456789"))
JsonLoader.add_constructor("tag:yaml.org,2002:float", lambda loader, node: float(loader.construct_scalar(node)))
JsonLoader.add_constructor("tag:yaml.org,2002:int", lambda loader, node: int(loader.construct_scalar(node)))


def canonical(value):
    """JSON with sorted keys, in which a number has one form."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, (int, float)):
        whole = float(value).is_integer() and abs(value) < 2**53
        return str(int(value)) if whole else repr(float(value))
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return "{" + ",".join(json.dumps(str(key)) + ":" + canonical(value[key]) for key in sorted(value, key=str)) + "}"


def roots_of(folder):
    for path, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git")
        if any(name in files for name in NAMES):
            yield os.path.relpath(path, folder)


def real(program, restrictor, folder, root, cache):
    """(output or None, error text, seconds) of the real tool."""
    stamp = hashlib.sha256("\0".join((program, restrictor, os.path.abspath(folder), root)).encode()).hexdigest()
    path = os.path.join(cache, stamp)
    if os.path.exists(path):
        with open(path) as file:
            return json.load(file)
    option = {"none": "LoadRestrictionsNone", "root": "LoadRestrictionsRootOnly"}[restrictor]
    command = ["unshare", "-n", program, "build", "--load-restrictor", option, root]
    started = time.time()
    quiet = ["/usr/bin/env", "-i", "HOME=/nonexistent", "PATH=/usr/bin:/bin", "GIT_ALLOW_PROTOCOL=none", *command]
    try:
        done = subprocess.run(quiet, cwd=folder, capture_output=True, timeout=60)
        answer = [done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None,
                  done.stderr.decode("utf-8", "replace")[-2000:], time.time() - started]
    except subprocess.TimeoutExpired:
        answer = [None, "no answer after 60 s", 60.0]
    with open(path + ".new", "w") as file:
        json.dump(answer, file)
    os.replace(path + ".new", path)
    return answer


def ours(program, restrictor, version, folder, roots):
    command = [program, "--restrictor", restrictor, "--kustomize-version", version, folder]
    started = time.time()
    done = subprocess.run(command, input="\n".join(roots).encode(), capture_output=True)
    seconds = time.time() - started
    if done.returncode != 0:
        sys.exit("%s failed: %s" % (program, done.stderr.decode()[-2000:]))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    return {answer["root"]: answer for answer in answers}, seconds


def name_of(value):
    meta = value.get("metadata") or {}
    return "%s %s %s/%s" % (value.get("apiVersion"), value.get("kind"), meta.get("namespace", ""), meta.get("name"))


def difference(left, right, at=""):
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(set(left) | set(right), key=str):
            if key not in left or key not in right:
                return "%s/%s only in %s: %.200r" % (at, key, "kustomize" if key in left else "ours", left.get(key, right.get(key)))
            if canonical(left[key]) != canonical(right[key]):
                return difference(left[key], right[key], "%s/%s" % (at, key))
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return "%s has %d items in kustomize, %d in ours" % (at, len(left), len(right))
        for index, (one, other) in enumerate(zip(left, right)):
            if canonical(one) != canonical(other):
                return difference(one, other, "%s/%d" % (at, index))
    return "%s: kustomize %.200r, ours %.200r" % (at, left, right)


class Tally:
    def __init__(self):
        self.roots = self.rendered = self.equal = self.objects = self.equal_objects = 0
        self.refused = self.both_refuse = self.order = 0
        self.differences = []


def compare(root, answer, mine, tally):
    output, error, _ = answer
    tally.roots += 1
    if output is None:
        tally.refused += 1
        if "error" in mine or mine.get("unrendered"):
            tally.both_refuse += 1
        else:
            tally.differences.append((root, "kustomize refuses, we render: " + error.strip()[-300:]))
        return
    tally.rendered += 1
    theirs = [value for value in yaml.load_all(output, Loader=JsonLoader) if value is not None]
    tally.objects += len(theirs)
    if "error" in mine or mine.get("unrendered"):
        tally.differences.append((root, "kustomize renders, we do not: %s" % (mine.get("error") or mine["unrendered"])))
        return
    left = {name_of(value): value for value in theirs}
    right = {name_of(value): value for value in mine["objects"]}
    problems = []
    for name in sorted(set(left) | set(right)):
        if name not in right or name not in left:
            problems.append("object only in %s: %s" % ("kustomize" if name in left else "ours", name))
        elif canonical(left[name]) != canonical(right[name]):
            problems.append("%s: %s" % (name, difference(left[name], right[name])))
        else:
            tally.equal_objects += 1
    if problems:
        tally.differences.extend((root, problem) for problem in problems)
    else:
        tally.equal += 1
        if [name_of(value) for value in theirs] != [name_of(value) for value in mine["objects"]]:
            tally.order += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kustomize", required=True)
    parser.add_argument("--ours")
    parser.add_argument("--restrictor", default="none", choices=["none", "root"])
    parser.add_argument("--version", default="5.8.2")
    parser.add_argument("--cache", default="/tmp/compare-kustomize")
    parser.add_argument("--explained")
    parser.add_argument("--only", default="")
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("folders", nargs="+")
    options = parser.parse_args()
    os.makedirs(options.cache, exist_ok=True)
    explained = {}
    if options.explained:
        with open(options.explained) as file:
            explained = dict(line.rstrip("\n").split("\t", 1) for line in file if "\t" in line)
    total, failed, real_seconds, our_seconds = Tally(), 0, 0.0, 0.0
    print("%-32s %6s %8s %6s %8s %8s %8s %8s %6s" % (
        "history", "roots", "rendered", "equal", "objects", "equal", "refused", "by both", "order"))
    for folder in options.folders:
        roots = [root for root in roots_of(folder) if options.only in root]
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            answers = list(pool.map(lambda root: real(options.kustomize, options.restrictor, folder, root, options.cache), roots))
        real_seconds += sum(answer[2] for answer in answers)
        if not options.ours:
            continue
        mine, seconds = ours(options.ours, options.restrictor, options.version, folder, roots)
        our_seconds += seconds
        tally = Tally()
        for root, answer in zip(roots, answers):
            compare(root, answer, mine[root], tally)
        print("%-32s %6d %8d %6d %8d %8d %8d %8d %6d" % (
            os.path.basename(os.path.abspath(folder)), tally.roots, tally.rendered, tally.equal, tally.objects,
            tally.equal_objects, tally.refused, tally.both_refuse, tally.order))
        for root, problem in tally.differences[:options.limit]:
            print("  %s: %s%s" % (root, problem[:600], "  [" + explained[root] + "]" if root in explained else ""))
        if len(tally.differences) > options.limit:
            print("  ... and %d more differences" % (len(tally.differences) - options.limit))
        failed += sum(root not in explained for root, _ in tally.differences)
    print("kustomize %.1f s in all its runs, ours %.2f s; %d differences are not explained" % (real_seconds, our_seconds, failed))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()

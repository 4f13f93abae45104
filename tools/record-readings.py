#!/usr/bin/env python3
"""Record how kubectl and kustomize read manifests, for tests/it/readings.rs.

usage: record-readings.py INPUTS.jsonl > tests/readings/cases.jsonl

INPUTS has one JSON object a line with "name" and "input" (base64); other fields are not used. A line
of the answer is {"name", "input", "kubectl", "kustomize"}: the objects that the tool makes of the
input, or null where it stops with an error. Needs kubectl on PATH and no cluster. An object is given
as text in a form that compares: keys sorted, no blanks, whole numbers below 2^53 as digits and any
other number as the bits of its double.

Both answers go through `kubectl annotate --local`, which reads a file as `kubectl apply` does and
prints the objects; the annotation that it needs is taken away again, with `annotations` if it was
alone.
"""
import base64
import json
import os
import struct
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

MARK = "readings.portcullis.dev/mark"
ENVIRONMENT = {"HOME": "/nonexistent", "PATH": os.environ["PATH"]}


def output_of(command):
    try:
        done = subprocess.run(command, capture_output=True, timeout=30, env=ENVIRONMENT)
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


def without_mark(value):
    annotations = value.get("metadata", {}).get("annotations", {})
    annotations.pop(MARK, None)
    if not annotations:
        value.get("metadata", {}).pop("annotations", None)
    return value


def objects(path):
    text = output_of(["kubectl", "annotate", "--local", "--dry-run=client", "-o", "json", "-f", path, MARK + "=1"])
    if text is None:
        return None
    text, decoder, found = text.decode("utf-8", "replace").strip(), json.JSONDecoder(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(without_mark(value))
        text = text[end:].strip()
    return found


def kustomized(folder):
    with open(os.path.join(folder, "kustomization.yaml"), "w") as file:
        file.write("resources: [in.yaml]\n")
    built = output_of(["kubectl", "kustomize", folder])
    if not built:
        return None if built is None else []
    path = os.path.join(folder, "built.yaml")
    with open(path, "wb") as file:
        file.write(built)
    return objects(path)


def normal(value):
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (int, float)):
        double = float(value)
        whole = double.is_integer() and abs(double) < 2**53
        return str(int(double)) if whole else "bits:%016x" % struct.unpack(">Q", struct.pack(">d", double))
    if isinstance(value, list):
        return "[" + ",".join(map(normal, value)) + "]"
    return "{" + ",".join(sorted(normal(key) + ":" + normal(item) for key, item in value.items())) + "}"


def record(line):
    case = json.loads(line)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "in.yaml")
        with open(path, "wb") as file:
            file.write(base64.b64decode(case["input"]))
        answers = {"kubectl": objects(path), "kustomize": kustomized(folder)}
    answers = {tool: found and sorted(map(normal, found)) for tool, found in answers.items()}
    return json.dumps({"name": case["name"], "input": case["input"], **answers})


with open(sys.argv[1]) as inputs, ThreadPoolExecutor(os.cpu_count()) as pool:
    for answer in pool.map(record, inputs):
        print(answer)

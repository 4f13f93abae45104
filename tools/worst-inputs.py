#!/usr/bin/env python3
"""Files of nearly 10 MiB that are as hard to read as one can make them, and what the gate needs for each.

    tools/worst-inputs.py target/release/portcullis [NAME...]

prints the processor's time and the peak memory of `objects FILE`, `objects --reading kustomize FILE` and
`validate FILE`, and fails where one of them takes more than a second or more than 200 MiB, ends in a panic or has
to be stopped.
"""

import os
import subprocess
import sys
import tempfile
import threading

SIZE = (10 << 20) - 64
SECONDS, MEBIBYTES = 1.0, 200
PATIENCE = 20
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
COMMANDS = (["objects"], ["objects", "--reading", "kustomize"], ["validate"])


def fill(unit, head="", tail=""):
    """As many units as fit, or as many as unit(number) gives."""
    if callable(unit):
        parts, size, number = [head], len(head) + len(tail), 0
        while True:
            part = unit(number)
            size += len(part.encode("utf-8", "surrogatepass"))
            if size > SIZE:
                return "".join(parts) + tail
            parts.append(part)
            number += 1
    room = SIZE - len((head + tail).encode())
    return head + unit * (room // len(unit.encode())) + tail


def alias_bomb(levels, width):
    text = HEAD + "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in range(1, levels):
        text += f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]\n"
    return text


def nested_merges(number):
    return f"m{number}: &m{number} {{<<: *m{number - 1}, k{number}: 1}}\n" if number else "m0: &m0 {k: 1}\n"


def deep(open_, close, depth):
    return HEAD + "data: " + open_ * depth + close * depth + "\n"


def crd(number):
    return f"                f{number}: {{type: string, pattern: '^(a+)+$'}}\n"


CRD_HEAD = """apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget, listKind: WidgetList}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties:
"""

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a{}}}\n---\n"
JSON_CONFIG_MAP = '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{'
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: a}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: a}}
    spec:
      containers:
"""

INPUTS = {
    "open brackets": lambda: fill("["),
    "open braces": lambda: fill("{"),
    "open brackets with a head": lambda: fill("[", HEAD + "data: "),
    "brackets of JSON": lambda: fill("[", '{"a":'),
    "braces of JSON": lambda: fill('{"a":'),
    "deep brackets, closed": lambda: deep("[", "]", 2_000_000),
    "dashes on one line": lambda: fill("- "),
    "dashes, each deeper": lambda: fill(lambda number: " " * number + "-\n"),
    "keys, each deeper": lambda: fill(lambda number: " " * number + "a:\n"),
    "colons on one line": lambda: fill("a: "),
    "question marks": lambda: fill("? "),
    "double quote, never closed": lambda: fill("a", '"'),
    "single quote, never closed": lambda: fill("a", "'"),
    "only double quotes": lambda: fill('"'),
    "only single quotes": lambda: fill("'"),
    "only pipes": lambda: fill("|"),
    "only comment signs": lambda: fill("#"),
    "comments": lambda: fill("#\n"),
    "line ends": lambda: fill("\n"),
    "carriage returns": lambda: fill("\r"),
    "spaces": lambda: fill(" "),
    "tabs": lambda: fill("\t"),
    "a key before tabs": lambda: fill("\t", "a:"),
    "separators": lambda: fill("---\n"),
    "ends of documents": lambda: fill("...\n"),
    "documents": lambda: fill("a\n---\n"),
    "empty mappings": lambda: fill("{}\n---\n"),
    "small objects": lambda: fill(lambda number: CONFIG_MAP.format(number)),
    "small objects, all the same": lambda: fill(CONFIG_MAP.format("")),
    "9,999 objects": lambda: "".join(CONFIG_MAP.format(number) for number in range(9999)),
    "objects of JSON": lambda: fill('{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}\n'),
    "nothing but JSON objects": lambda: fill("{}"),
    "plain text": lambda: fill("a", HEAD + "data: {a: ", "}\n"),
    "plain text of many words": lambda: fill("a ", HEAD + "data:\n  a: ", "\n"),
    "plain text of many lines": lambda: fill("   a\n", HEAD + "data:\n  a: b\n"),
    "double-quoted text": lambda: fill("a", HEAD + 'data: {a: "', '"}\n'),
    "double-quoted escapes": lambda: fill("\\u263a", HEAD + 'data: {a: "', '"}\n'),
    "single-quoted text": lambda: fill("''", HEAD + "data: {a: '", "'}\n"),
    "literal text": lambda: fill("    a: b\n", HEAD + "data:\n  a: |\n"),
    "literal text of line ends": lambda: fill("\n", HEAD + "data:\n  a: |+\n    a\n"),
    "literal text of one line": lambda: fill("a", HEAD + "data:\n  a: |\n    ", "\n"),
    "folded text": lambda: fill("    a: b\n", HEAD + "data:\n  a: >\n"),
    "folded text, every other line deeper": lambda: fill("    a\n      b\n", HEAD + "data:\n  a: >\n"),
    "folded texts": lambda: fill(lambda n: f"  a{n}: >\n    a\n      b\n    c\n", HEAD + "data:\n"),
    "binary": lambda: fill("QUFB", HEAD + "data: {a: !!binary ", "}\n"),
    "anchors": lambda: fill(lambda number: f"  a{number}: &a{number} 1\n", HEAD + "data:\n"),
    "one anchor, many aliases": lambda: fill("- *a\n", HEAD + "a: &a x\nb:\n"),
    "aliases of an object": lambda: fill("- *a\n", HEAD + "a: &a {x: 1}\nb:\n"),
    "alias bomb of tens": lambda: alias_bomb(9, 10),
    "alias bomb of twos": lambda: alias_bomb(60, 2),
    "alias bomb below its limit": lambda: fill("- *a\n", HEAD + "a: &a [" + "x, " * 9 + "x]\nb:\n")[:22_000],
    "merges of merges": lambda: fill(nested_merges, HEAD),
    "merges of one mapping": lambda: fill(lambda n: f"k{n}: {{<<: *a}}\n", HEAD + "a: &a {x: 1}\n"),
    "merges that double at every level": lambda: HEAD + "m0: &m0 {}\n"
    + "".join(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}\n" for n in range(1, 60)),
    "many keys, merged once more": lambda: fill(
        lambda number: f"  k{number}: 1\n", HEAD + "a: &a\n", "b: {<<: *a}\n"
    ),
    "two mappings of 20,000 keys, merged": lambda: HEAD
    + "a: &a {" + ", ".join(f"k{n}: 1" for n in range(20_000)) + "}\n"
    + "b:\n  <<: *a\n" + "".join(f"  k{n}: 2\n" for n in range(20_000)),
    "one key, again and again": lambda: fill("a: 1\n", HEAD),
    "one key of JSON, again and again": lambda: fill('"a":1,', JSON_CONFIG_MAP, '"b":1}}'),
    "twenty keys, again and again": lambda: fill(lambda number: f"a{number % 20}: 1\n", HEAD),
    "keys": lambda: fill(lambda number: f"  k{number}: v\n", HEAD + "data:\n"),
    "240,000 short keys": lambda: HEAD + "data:\n" + "".join(f"  {n}a: v\n" for n in range(240_000)),
    "keys that are two": lambda: fill(lambda number: f"0x{number:x}: 1\n", HEAD),
    "values that are two": lambda: fill(lambda number: f"k{number}: yes\n", HEAD),
    "a merge for kustomize only": lambda: HEAD + 't:\n  "<<": 1\n  "<<":\n'
    + "".join(f"    k{number}: 1\n" for number in range(100_000))
    + "".join(f"  k{number}: 2\n" for number in range(50_000, 150_000)),
    "keys in two orders": lambda: HEAD + "a: &a\n"
    + "".join(f"  k{number}: 1\n" for number in range(20_000)) + "b:\n"
    + "".join(f"  k{number}: 2\n" for number in range(20_000, 30_000)) + "  <<: *a\n",
    "keys of JSON": lambda: fill(lambda number: f'"k{number}":"v",', JSON_CONFIG_MAP, '"k":"v"}}'),
    "240,000 keys of JSON": lambda: JSON_CONFIG_MAP
    + ",".join(f'"k{number}":"{"v" * 20}"' for number in range(240_000)) + "}}",
    "long keys": lambda: fill(lambda number: f"  {'k' * 1000}{number}: v\n", HEAD + "data:\n"),
    "one long key": lambda: fill("k", HEAD + "data:\n  ? ", "\n  : v\n"),
    "long keys of one beginning, and a merge": lambda: fill(
        lambda number: f"  {'k' * 1000}{number}: v\n", HEAD + "a: &a\n", "b: {<<: *a}\n"
    ),
    "colons after words in brackets": lambda: fill("a:,", HEAD + "data: [", "]\n"),
    "fifteen colons in brackets, then text": lambda: fill(
        "b ", HEAD + "data: [" + "a:," * 15 + "'", "']\n"
    ),
    "tags": lambda: fill("- !!str a\n", HEAD + "data:\n"),
    "tags of our own": lambda: fill("- !x a\n", HEAD + "data:\n"),
    "a tag without an end": lambda: fill("a", HEAD + "data: !"),
    "percent signs in a tag": lambda: fill("%41", HEAD + "data: !", " a\n"),
    "an anchor without an end": lambda: fill("a", HEAD + "data: &"),
    "directives": lambda: fill("%YAML 1.1\n"),
    "directives of tags": lambda: fill(lambda number: f"%TAG !a{number}! x\n", "", "--- a\n"),
    "line separators": lambda: fill("\u2028"),
    "line separators in a comment": lambda: fill("\u2028", "# "),
    "line separators in text": lambda: fill("a\u2028", HEAD + 'data: {a: "', '"}\n'),
    "byte order marks": lambda: fill("\ufeff"),
    "letters of four bytes": lambda: fill("\U0001f600", HEAD + "data: {a: ", "}\n"),
    "NUL": lambda: fill("\0"),
    "Windows lines": lambda: fill("  - a\r\n", HEAD + "data:\r\n"),
    "no UTF-8": lambda: b"\xff" * SIZE,
    "no UTF-8 in text": lambda: HEAD.encode() + b"data: {a: '" + b"a\xc3" * (SIZE // 2 - 60) + b"'}\n",
    "UTF-16": lambda: b"\xff\xfe" + ("- a\n" * (SIZE // 8 - 8)).encode("utf-16-le"),
    "UTF-16, big end first": lambda: b"\xfe\xff" + ("a" * (SIZE // 2 - 8)).encode("utf-16-be"),
    "random bytes": lambda: os.urandom(SIZE),
    "items": lambda: fill("- {}\n", "apiVersion: v1\nkind: List\nitems:\n"),
    "items that are objects": lambda: fill(
        lambda number: f"- {{apiVersion: v1, kind: Secret, metadata: {{name: a{number}}}}}\n",
        "apiVersion: v1\nkind: List\nitems:\n",
    ),
    "lists in lists": lambda: "apiVersion: v1\nkind: List\nitems:\n"
    + fill("- {apiVersion: v1, kind: List, items: [{kind: A, apiVersion: v1, metadata: {name: b}}]}\n")[:6_000_000],
    "a list of lists of lists": lambda: "{apiVersion: v1, kind: List, items: [" * 80 + "]}" * 80,
    "text in text": lambda: fill(
        "    apiVersion: v1\n    kind: Secret\n    ---\n", HEAD + "data:\n  a.yaml: |\n"
    ),
    "containers": lambda: fill(
        lambda number: f"      - {{name: a{number}, image: 'a:1'}}\n", DEPLOYMENT
    ),
    "30,000 containers, all of one name": lambda: DEPLOYMENT + "      - {name: a, image: 'a:1'}\n" * 30_000,
    "60,000 variables, all of one name": lambda: DEPLOYMENT
    + "      - name: a\n        image: a:1\n        env:\n" + "        - {name: A, value: b}\n" * 60_000,
    "60,000 containers": lambda: DEPLOYMENT
    + "".join(f"      - {{name: a{number}, image: 'a:1'}}\n" for number in range(60_000)),
    "9,000 objects, all wrong": lambda: "---\n".join(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: A{n}}}\nspec: {{ports: a, type: b, c: d}}\n" for n in range(9_000)
    ),
    "900 objects, each with 400 unknown fields": lambda: "---\n".join(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: a{n}}}\nspec:\n"
        + "".join(f"  f{field}: a\n" for field in range(400))
        for n in range(900)
    ),
    "900 roles, each of 100 powers": lambda: "---\n".join(
        f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: a{n}}}\nrules:\n"
        + "- {apiGroups: ['*'], resources: ['*'], verbs: ['*']}\n" * 100
        for n in range(900)
    ),
    "9,000 objects of one name": lambda: "---\n".join(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n" for n in range(9_000)
    ),
    "9,000 objects of unknown kinds": lambda: "---\n".join(
        f"apiVersion: example.com/v1\nkind: K{n}\nmetadata: {{name: a}}\n" for n in range(9_000)
    ),
    "a definition and 9,000 objects": lambda: CRD_HEAD + crd(1) + "---\n" + "---\n".join(
        f"apiVersion: example.com/v1\nkind: Widget\nmetadata: {{name: a{n}}}\nspec: {{f1: b}}\n" for n in range(9_000)
    ),
    "wrong types": lambda: DEPLOYMENT + "      - {name: 1, image: [], ports: a, x: y}\n" * 30_000,
    "unknown fields": lambda: fill(lambda number: f"  f{number}: 1\n", HEAD + "spec:\n"),
    "a role of many rules": lambda: "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\n"
    + "metadata: {name: a}\nrules:\n"
    + "".join(f"- {{apiGroups: [a{n}], resources: [b{n}], verbs: [get]}}\n" for n in range(30_000)),
    "ports of a service": lambda: "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n"
    + "".join(f"  - {{name: p{n}, port: {n % 65_535 + 1}}}\n" for n in range(60_000)),
    "a definition of many fields": lambda: CRD_HEAD + "".join(crd(number) for number in range(40_000)),
    "patterns that are large once compiled": lambda: CRD_HEAD
    + "".join(f"                f{n}: {{type: string, pattern: '^x{n}\\pL{{1,20}}$'}}\n" for n in range(3_000))
    + "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {f0: x0a}\n",
    "many patterns": lambda: CRD_HEAD
    + "".join(f"                f{n}: {{type: string, pattern: '^x{n}[a-z]{{1,20}}$'}}\n" for n in range(100_000))
    + "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {f0: x0a}\n",
    "definitions of large patterns": lambda: "---\n".join(
        CRD_HEAD.replace("widgets", f"w{n}s").replace("Widget", f"W{n}")
        + "".join(f"                f{m}: {{type: string, pattern: '^x{m}\\pL{{1,20}}$'}}\n" for m in range(20))
        + f"---\napiVersion: example.com/v1\nkind: W{n}\nmetadata: {{name: a}}\nspec: {{f0: x0a}}\n"
        for n in range(3_000)
    ),
    "patterns that remember": lambda: CRD_HEAD
    + "                f: {type: string, pattern: '^(a+)+$'}\n"
    + "                g: {type: string, pattern: '^(?=(a+)+b)c$'}\n"
    + "                h: {type: string, pattern: '^(a*)*\\\\1b$'}\n"
    + "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec:\n"
    + "".join(f"  {name}: {'a' * 3_000_000}!\n" for name in "fgh"),
    "alternatives in alternatives": lambda: CRD_HEAD
    + "                f:\n                  type: object\n                  x-kubernetes-preserve-unknown-fields: true\n"
    + "                  anyOf: [" + ("{allOf: [{anyOf: [" * 40) + "{required: [a]}, {required: [b]}" + "]}]}" * 40 + "]\n"
    + "---\napiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {f: {c: 1}}\n",
    "a definition that is deep": lambda: CRD_HEAD
    + "                f: " + "{type: object, properties: {f: " * 110 + "{type: string}" + "}}" * 110 + "\n",
    "definitions": lambda: "---\n".join(
        CRD_HEAD.replace("widgets", f"w{number}s") + crd(1) for number in range(9_000)
    ),
    "a kustomization of many resources": lambda: "apiVersion: kustomize.config.k8s.io/v1beta1\n"
    + "kind: Kustomization\nresources:\n" + "".join(f"- a{number}.yaml\n" for number in range(200_000)),
}


def write(name, path):
    """In a process of its own: what this one has ever held counts as the peak of those that it starts."""
    if (child := os.fork()) == 0:
        content = INPUTS[name]()
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        os._exit(0)
    if os.waitpid(child, 0)[1] != 0:
        raise SystemExit(f"{name}: the input cannot be made")


def measure(program, command, path):
    null = subprocess.DEVNULL
    process = subprocess.Popen([program, *command, path], stdout=null, stderr=subprocess.PIPE)
    patience = threading.Timer(PATIENCE, process.kill)
    patience.start()
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    patience.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    broken = process.returncode < 0 or b"internal error" in complaint
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, broken


def main():
    program, names = sys.argv[1], sys.argv[2:]
    excess = 0
    print(f"{'input':<42}{'MiB':>6}" + "".join(f"{' '.join(command):>32}" for command in COMMANDS))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "a.yaml")
        for name in names or INPUTS:
            write(name, path)
            line = f"{name:<42}{os.path.getsize(path) / (1 << 20):>6.1f}"
            for command in COMMANDS:
                seconds, memory, broken = measure(program, command, path)
                over = broken or seconds > SECONDS or memory > MEBIBYTES
                excess += over
                mark = " BROKEN" if broken else " !" if over else "  "
                line += f"{seconds:>16.2f} s {memory:>7.0f} MiB{mark}"
            print(line, flush=True)
    print(f"{excess} of {len(COMMANDS) * len(names or INPUTS)} are over {SECONDS} s or {MEBIBYTES} MiB")
    sys.exit(1 if excess else 0)


if __name__ == "__main__":
    main()

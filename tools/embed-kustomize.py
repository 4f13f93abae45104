#!/usr/bin/env python3
"""Write the facts that crates/kustomize takes from kustomize: default field specs, merge keys, scopes.

usage: embed-kustomize.py API_FOLDER KYAML_FOLDER

The folders are those of sigs.k8s.io/kustomize/api and .../kyaml in Go's module cache. Only facts are
taken: which fields a transformer changes, by which key lists merge, which kinds belong to no namespace.
"""
import gzip
import json
import os
import re
import sys

import yaml

OUT = os.path.join(os.path.dirname(__file__), "..", "crates", "kustomize", "src", "data")


def write(name, header, lines):
    with open(os.path.join(OUT, name), "w") as file:
        file.write("# Written by tools/embed-kustomize.py. Columns: %s\n" % header)
        file.writelines("\t".join(line) + "\n" for line in lines)


def constants(api):
    """The Go string constants of a folder, with `name = other + text` resolved."""
    folder, found = os.path.join(api, "internal", "konfig", "builtinpluginconsts"), {}
    text = "".join(open(os.path.join(folder, name)).read() for name in sorted(os.listdir(folder)))
    pattern = r"(\w+) = `([^`]*)`((?: \+ \w+)*)"
    for name, value, more in re.findall(pattern, text):
        found[name] = (value, re.findall(r"\w+", more))
    return {name: value + "".join(found[other][0] for other in more) for name, (value, more) in found.items()}


def field_specs(api):
    for text in constants(api).values():
        document = yaml.safe_load(text)
        if not isinstance(document, dict):
            continue
        for name, entries in document.items():
            for entry in entries:
                target = ["", "", ""]
                specs = [entry]
                if "fieldSpecs" in entry:
                    target = [entry.get(key, "") for key in ("group", "version", "kind")]
                    specs = entry["fieldSpecs"]
                for spec in specs:
                    kind = [spec.get(key, "") for key in ("group", "version", "kind")]
                    yield [name, *target, *kind, "create" if spec.get("create") else "", spec["path"]]


def reference(schema):
    return schema.get("$ref", "").rsplit("/", 1)[-1]


def followed(schema):
    """(shape, definition) of a property: what is reached through it."""
    if reference(schema):
        return "object", reference(schema)
    if schema.get("type") == "array" and reference(schema.get("items", {})):
        return "list", reference(schema["items"])
    if reference(schema.get("additionalProperties") or {}):
        return "map", reference(schema["additionalProperties"])
    return ("list" if schema.get("type") == "array" else "value"), ""


def merges(definitions):
    useful, grown = set(), True
    while grown:
        grown = False
        for name, definition in definitions.items():
            for schema in definition.get("properties", {}).values():
                if name not in useful and ("x-kubernetes-patch-strategy" in schema or followed(schema)[1] in useful):
                    useful.add(name)
                    grown = True
    short = {name: str(index) for index, name in enumerate(sorted(useful))}
    for name, definition in sorted(definitions.items()):
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            group = kind.get("group", "")
            version = (group + "/" if group else "") + kind["version"]
            yield ["kind", version, kind["kind"], short.get(name, "")]
    for name in sorted(useful):
        for field, schema in sorted(definitions[name].get("properties", {}).items()):
            shape, target = followed(schema)
            strategy = schema.get("x-kubernetes-patch-strategy", "")
            if not strategy and target not in useful:
                continue
            keys = schema.get("x-kubernetes-list-map-keys") or [schema.get("x-kubernetes-patch-merge-key", "")]
            yield ["field", short[name], field, shape, short.get(target, ""), strategy, ",".join(keys)]


def scopes(kyaml, resources):
    text = open(os.path.join(kyaml, "openapi", "openapi.go")).read()
    found = {}
    for version, kind, value in re.findall(r'\{APIVersion: "([^"]+)", Kind: "([^"]+)"\}:\s+(true|false)', text):
        found[version, kind] = value
    for resource in resources:
        key = (resource["apiVersion"], resource["kind"])
        if key not in found and resource.get("scope") == "Cluster":
            sys.exit("%s is known only after kustomize has read its schema" % (key,))
    for (version, kind), value in sorted(found.items()):
        if value == "false":
            yield [version, kind]


def main():
    api, kyaml = sys.argv[1:3]
    os.makedirs(OUT, exist_ok=True)
    bundle = os.path.join(kyaml, "openapi", "kubernetesapi", "data", "kubernetes-openapi-union-v1.21.2.bundle-v1.json.gz")
    with gzip.open(bundle) as file:
        schema = json.load(file)
    write("field_specs.tsv", "list, kind that is named (group, version, kind), kind that holds the field (same), create, path",
          field_specs(api))
    write("merge.tsv", "kind: apiVersion, kind, type; field: type, field, shape, type below, strategy, merge keys",
          merges(schema["definitions"]))
    write("scopes.tsv", "apiVersion and kind of what belongs to no namespace",
          scopes(kyaml, schema["resources"]))


if __name__ == "__main__":
    main()

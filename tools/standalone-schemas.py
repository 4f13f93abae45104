#!/usr/bin/env python3
"""Writes the schemas of one Kubernetes version as kubeconform wants them: one file a kind, without references.

Usage: tools/standalone-schemas.py PACKAGE 1.36 FOLDER

PACKAGE is the unpacked package kubernetes-validate, the source of portcullis' own schemas (see
tools/embed-schemas.py). Out: FOLDER/v1.36.0-standalone-strict/KIND-GROUP-VERSION.json. Recursive
definitions (the schemas inside a CustomResourceDefinition) end in an open object, as in the
published layout.
"""

import json
import pathlib
import sys

REFERENCE = "/$defs/"


def inline(schema, definitions, above=()):
    """The schema with every reference replaced by what it refers to."""
    if isinstance(schema, list):
        return [inline(item, definitions, above) for item in schema]
    if not isinstance(schema, dict):
        return schema
    reference = schema.get("$ref")
    if isinstance(reference, str) and REFERENCE in reference:
        name = reference.rsplit("/", 1)[1]
        if name in above:
            return {"type": ["object", "null"]}
        return inline(definitions[name], definitions, (*above, name))
    return {key: inline(value, definitions, above) for key, value in schema.items()}


def main():
    package, version, target = pathlib.Path(sys.argv[1]), sys.argv[2], pathlib.Path(sys.argv[3])
    source = package / f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json"
    definitions = json.loads(source.read_text())["$defs"]
    folder = target / f"v{version}.0-standalone-strict"
    folder.mkdir(parents=True, exist_ok=True)
    for name, definition in definitions.items():
        for kind in definition.get("x-kubernetes-group-version-kind", []):
            group = kind["group"].split(".")[0]
            parts = [kind["kind"], group, kind["version"]] if group else [kind["kind"], kind["version"]]
            text = json.dumps(inline(definition, definitions, (name,)))
            (folder / f"{'-'.join(parts).lower()}.json").write_text(text)


if __name__ == "__main__":
    main()

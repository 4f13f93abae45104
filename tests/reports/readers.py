"""Reads reports as their hosts do, from what the hosts document, and compares them with the JSON report.

usage: readers.py github|gitlab|rdjsonl REPORT JSON-REPORT
       readers.py multitool RESULT | axe-page PAGE AXE | axe-result DOM
Ends with 1 and says why where a host would misread a report.
"""

import json
import pathlib
import re
import sys

# GitLab, "Code Quality report format".
SEVERITIES = {"info", "minor", "major", "critical", "blocker"}
# The multitool asks for what is offline out of reach, or not ours to give: the address of a home page.
ALLOWED = {"SARIF2005", "SARIF2006"}


def demand(holds, reason):
    if not holds:
        sys.exit(f"misread: {reason}")


def text(path):
    return pathlib.Path(path).read_text(encoding="utf-8")


def blocking(report):
    """Check ids of what blocks, from the report for programs."""
    def blocks(finding):
        return finding["enforcement"] == "deny" or (finding["approval"] or {}).get("missing", 0) > 0
    return [finding["check"] for finding in report["findings"] if blocks(finding)]


def undecided(report):
    return sum(len(section["undecided"]) for section in report["refs"])


def github(path, report):
    """`ActionCommand.TryParseV2` of GitHub's runner, with `@actions/core`'s escapes."""
    found = []
    for line in text(path).splitlines():
        demand("##[" not in line and "##vso[" not in line, line)
        parsed = re.match(r"\s*::([^:]*?)(?: (.*?))?::(.*)$", line)
        if not parsed:
            demand(not line.lstrip().startswith("::"), line)
            continue
        kind, properties, message = parsed.groups()
        demand(kind in {"error", "warning", "notice"}, line)
        names = [pair.split("=", 1)[0] for pair in (properties or "").split(",")]
        demand(set(names) <= {"file", "line", "endLine", "col", "endColumn", "title"}, line)
        demand(len(names) == len(set(names)), line)
        demand(message != "", line)
        title = dict(pair.split("=", 1) for pair in properties.split(","))["title"]
        if kind == "error":
            found.append(title.replace("%3A", ":").removeprefix("portcullis: "))
    wanted = ["undecided"] * undecided(report) + blocking(report)
    demand(found == wanted, f"{found} instead of {wanted}")


def gitlab(path, report):
    entries = json.loads(text(path))
    demand(isinstance(entries, list), "no array")
    fingerprints = set()
    for entry in entries:
        demand(isinstance(entry["description"], str) and isinstance(entry["check_name"], str), entry)
        demand(entry["severity"] in SEVERITIES, entry)
        place = entry["location"]
        demand(isinstance(place["path"], str) and not place["path"].startswith(("/", "./")), entry)
        demand(isinstance(place["lines"]["begin"], int) and place["lines"]["begin"] > 0, entry)
        demand(entry["fingerprint"] not in fingerprints, entry)
        fingerprints.add(entry["fingerprint"])
    names = [entry["check_name"] for entry in entries if entry["severity"] in {"major", "critical", "blocker"}]
    wanted = ["undecided"] * undecided(report) + blocking(report)
    demand(names == wanted, f"{names} instead of {wanted}")


def rdjsonl(path, report):
    """reviewdog's `proto/rdf/jsonschema/Diagnostic.json`."""
    names = []
    for line in text(path).splitlines():
        one = json.loads(line)
        demand(set(one) <= {"message", "location", "severity", "source", "code", "suggestions"}, line)
        for suggestion in one.get("suggestions", []):
            demand(set(suggestion) == {"range", "text"} and isinstance(suggestion["text"], str), line)
        demand(one["severity"] in {"ERROR", "WARNING", "INFO"}, line)
        place = one["location"]
        demand(set(place) <= {"path", "range"} and isinstance(place["path"], str), line)
        for point in place.get("range", {}).values():
            demand(point["line"] > 0 and point["column"] > 0, line)
        if one["severity"] == "ERROR":
            names.append(one.get("code", {"value": "undecided"})["value"])
    wanted = ["undecided"] * undecided(report) + blocking(report)
    demand(names == wanted, f"{names} instead of {wanted}")


def multitool(path):
    """Every result of the multitool counts, whatever its level, but those that are allowed."""
    run = json.loads(text(path).removeprefix("\ufeff"))["runs"][0]
    told = [result for result in run.get("results", []) if result["ruleId"] not in ALLOWED]
    for result in told:
        print(result["ruleId"], result["message"])
    demand(not told, f"{len(told)} results of the multitool")
    demand(all(one.get("executionSuccessful") for one in run.get("invocations", [])), "the multitool failed")


AXE = """axe.run().then((told) => {
  const list = told.violations.map((one) => one.id + ": " + one.nodes.map((node) => node.html).join(" "));
  document.body.setAttribute("data-axe", JSON.stringify({passes: told.passes.length, violations: list}));
});"""


def axe_page(page, axe):
    """The page, with everything opened, axe in it, and a policy that lets axe run."""
    opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text(page))
    opened = opened.replace("<details>", '<details open="open">')
    print(opened.replace("</body>", f"<script>{text(axe)}</script><script>{AXE}</script></body>"))


def axe_result(path):
    from html import unescape
    found = re.search(r'data-axe="([^"]*)"', text(path))
    demand(found, "axe did not end")
    told = json.loads(unescape(found.group(1)))
    demand(told["passes"] > 10, f"axe passed only {told['passes']} rules")
    demand(not told["violations"], told["violations"])


READERS = {
    "github": lambda path, report: github(path, json.loads(text(report))),
    "gitlab": lambda path, report: gitlab(path, json.loads(text(report))),
    "rdjsonl": lambda path, report: rdjsonl(path, json.loads(text(report))),
    "multitool": multitool,
    "axe-page": axe_page,
    "axe-result": axe_result,
}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in READERS:
        sys.exit(__doc__)
    READERS[sys.argv[1]](*sys.argv[2:])

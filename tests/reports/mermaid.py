"""Draws the graph of a summary in a browser, and reads what it shows.

usage: mermaid.py page SUMMARY MERMAID > PAGE
       mermaid.py result DOM JSON-REPORT
Ends with 1 and says why where the graph shows something else than the steps of the findings.
"""

import json
import re
import sys
from html import unescape

from readers import demand, text

# As the report cuts and escapes a name for a label.
LONGEST = 60
DRAW = """mermaid.initialize({startOnLoad: false, securityLevel: "strict"});
mermaid.render("graph", GRAPH).then((drawn) => {
  document.getElementById("out").innerHTML = drawn.svg;
  document.body.setAttribute("data-mermaid", "drawn");
}).catch((error) => document.body.setAttribute("data-mermaid", "refused: " + error));"""


def page(summary, mermaid):
    fences = re.findall(r"^```mermaid\n(.*?)\n```$", text(summary), re.S | re.M)
    demand(len(fences) == 1, f"{len(fences)} graphs in {summary}")
    graph = json.dumps(fences[0]).replace("<", "\\u003c")
    library = text(mermaid).replace("</script", "<\\/script")
    print('<!DOCTYPE html><meta charset="utf-8"><body><div id="out"></div>')
    print(f"<script>{library}</script><script>{DRAW.replace('GRAPH', graph)}</script></body>")


def shown(name):
    """What a reader sees of a name: invisible characters are spelled out."""
    cut = name if len(name) <= LONGEST else name[:LONGEST - 1] + "…"
    return re.sub("[\u0000-\u001f\u007f\u200b-\u200f\u202a-\u202e]", lambda one: f"\\u{{{ord(one.group()):x}}}", cut)


def result(dom, report):
    drawn = re.sub(r"<script.*?</script>", "", text(dom), flags=re.S)
    told = re.search(r'data-mermaid="([^"]*)"', drawn)
    demand(told, "mermaid did not end")
    demand(told.group(1) == "drawn", unescape(told.group(1)))
    for element in ("a", "img", "script", "iframe", "i", "object"):
        demand(not re.search(rf"<{element}[ >]", drawn), f"<{element}> in the graph")
    labels = re.findall(r'<span class="nodeLabel[^"]*">(.*?)</span>', drawn, re.S)
    names = {unescape(re.sub(r"</?(p|br)\s*/?>", "", label)) for label in labels}
    edges = [edge for finding in json.loads(text(report))["findings"] for edge in finding["path"]]
    wanted = {shown(edge[end]["name"]) for edge in edges for end in ("from", "to")}
    demand(wanted, "no finding has steps")
    clusters = {f"cluster {finding['object']['cluster']}" for finding in json.loads(text(report))["findings"] if finding["object"]}
    stations = names - clusters
    demand(stations <= wanted, f"{sorted(stations - wanted)} are no stations")
    demand(len(stations) == min(len(wanted), 30) or stations == wanted, f"{sorted(wanted - stations)} are not drawn")


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in {"page", "result"}:
        sys.exit(__doc__)
    {"page": page, "result": result}[sys.argv[1]](*sys.argv[2:])

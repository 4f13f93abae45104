#!/usr/bin/env bash
# Reports of a hostile change, judged by the validators of those who read them.
# usage: tests/reports/conformance.sh PORTCULLIS
# SARIF: Microsoft's multitool with GitHub's rules. JUnit: the schema of Jenkins' xunit plugin. HTML: html-validate,
# and axe in a browser. The graph of a summary: mermaid, in a browser. Code Quality, annotations and diagnostics: tests/reports/readers.py, written from the hosts' pages.
# Installs what it lacks where it may; what it cannot run, it prints and counts as unmet, and fails only where a
# validator objects. MULTITOOL and JUNIT_SCHEMA name a program and a file that are here already.
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,7s/^# //p' "$0" >&2; exit 2; }
portcullis=$(realpath "$1")
here=$(realpath "$(dirname "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unmet=0
lacking=0
met=0
pass() { met=$((met + 1)); }
fail() { echo "UNMET: $*"; unmet=$((unmet + 1)); }
lacks() { echo "UNMET: $1 is not here and cannot be installed, so $2 was not validated"; lacking=$((lacking + 1)); }
node_package() { npm install --silent --no-audit --no-fund --prefix "$work/$1" "$2" >/dev/null 2>&1; }

# Two branches: a change that is accepted, and one with what each medium would obey.
"$here/repository.sh" "$work/repository"
for change in accepted hostile undecided; do
  for format in sarif junit github gitlab markdown rdjsonl html json; do
    status=0
    "$portcullis" check --repo "$work/repository" --base base --head "$change" --format "$format" > "$work/$change.$format" || status=$?
    case $change in accepted) expected=0 ;; hostile) expected=1 ;; undecided) expected=3 ;; esac
    if [ "$status" -eq "$expected" ]; then pass; else fail "$change as $format ends with $status instead of $expected"; fi
  done
done

sarif() {
  local tool=${MULTITOOL:-}
  if [ -z "$tool" ] && node_package sarif @microsoft/sarif-multitool-linux@5.7.0; then
    tool=$(find "$work/sarif" -name Sarif.Multitool -type f | head -n 1)
  fi
  [ -n "$tool" ] || { lacks sarif-multitool SARIF; return; }
  chmod +x "$tool"
  for change in accepted hostile undecided; do
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$tool" validate "$work/$change.sarif" --rule-kind 'Sarif;Ghas' \
      --output "$work/$change.told" --log ForceOverwrite >"$work/multitool.log" 2>&1 || true
    # Its exit code is 0 whatever it finds.
    if python3 "$here/readers.py" multitool "$work/$change.told"; then pass; else fail "SARIF, $change"; fi
  done
}

# The sources of pytest hold a copy of the plugin's schema.
junit_schema() {
  python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$work/pytest" pytest==8.3.4 >/dev/null 2>&1 || return
  tar --extract --to-stdout --file "$work/pytest/pytest-8.3.4.tar.gz" pytest-8.3.4/testing/example_scripts/junit-10.xsd > "$1"
}

junit() {
  local schema=${JUNIT_SCHEMA:-$work/junit-10.xsd}
  local digest=a1a816f58d1bf95ebabf371994df0b9246dee66ea9572fbec4f9296f1b2c0ff6
  [ -e "$schema" ] || junit_schema "$schema" || true
  command -v xmllint >/dev/null || apt-get install --yes --quiet libxml2-utils >/dev/null 2>&1 || true
  command -v xmllint >/dev/null || { lacks xmllint JUnit; return; }
  [ -s "$schema" ] || { lacks junit-10.xsd JUnit; return; }
  [ "$(sha256sum < "$schema")" = "$digest  -" ] || { fail "junit-10.xsd is not the file that it was"; return; }
  for change in accepted hostile undecided; do
    if xmllint --noout --nonet --schema "$schema" "$work/$change.junit" 2>"$work/xmllint.log"; then pass; else
      cat "$work/xmllint.log"; fail "JUnit, $change"
    fi
  done
}

html() {
  node_package html html-validate@10 || { lacks html-validate HTML; return; }
  for change in accepted hostile undecided; do
    cp "$work/$change.html" "$work/html/$change.html"
    cp "$here/htmlvalidate.json" "$work/html/.htmlvalidate.json"
    if (cd "$work/html" && npx --no-install html-validate "$change.html"); then pass; else fail "HTML, $change"; fi
  done
}

# axe runs in the page: for this, and only here, a copy of the page lets it.
accessible() {
  local browser
  browser=$(browser)
  [ -n "$browser" ] || { lacks chromium "accessibility"; return; }
  node_package axe axe-core@4 || { lacks axe-core "accessibility"; return; }
  for change in accepted hostile undecided; do
    for scheme in 0 1; do
      python3 "$here/readers.py" axe-page "$work/$change.html" "$work/axe/node_modules/axe-core/axe.min.js" > "$work/axe.html"
      "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/browser" --blink-settings=preferredColorScheme=$scheme \
        --virtual-time-budget=20000 --dump-dom "file://$work/axe.html" > "$work/axe.dom" 2>/dev/null || true
      if ! grep -q 'data-axe=' "$work/axe.dom"; then lacks "an answer of the browser" "$change in colour scheme $scheme"
      elif python3 "$here/readers.py" axe-result "$work/axe.dom"; then pass
      else fail "axe, $change, colour scheme $scheme"; fi
    done
  done
}

browser() { command -v chromium || command -v google-chrome || { apt-get install --yes --quiet chromium >/dev/null 2>&1; command -v chromium; } || true; }

graph() {
  local browser
  browser=$(browser)
  [ -n "$browser" ] || { lacks chromium "the graph"; return; }
  node_package mermaid mermaid@11 || { lacks mermaid "the graph"; return; }
  "$portcullis" check --repo "$work/repository" --base base --head hostile --summary "$work/summary.md" >/dev/null || true
  python3 "$here/mermaid.py" page "$work/summary.md" "$work/mermaid/node_modules/mermaid/dist/mermaid.min.js" > "$work/mermaid.html" || { fail "the graph"; return; }
  "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$work/browser" --virtual-time-budget=20000 \
    --dump-dom "file://$work/mermaid.html" > "$work/mermaid.dom" 2>/dev/null || true
  if ! grep -q 'data-mermaid=' "$work/mermaid.dom"; then lacks "an answer of the browser" "the graph"
  elif python3 "$here/mermaid.py" result "$work/mermaid.dom" "$work/hostile.json"; then pass
  else fail "the graph"; fi
}

readers() {
  for change in accepted hostile undecided; do
    for format in github gitlab rdjsonl; do
      if python3 "$here/readers.py" "$format" "$work/$change.$format" "$work/$change.json"; then pass; else fail "$format, $change"; fi
    done
  done
}

if command -v python3 >/dev/null; then readers; sarif; accessible; graph; else lacks python3 "most of it"; fi
junit
if command -v npm >/dev/null; then html; else lacks npm HTML; fi
echo "reports: $met met, $unmet refused, $lacking could not be tried"
[ "$unmet" -eq 0 ]

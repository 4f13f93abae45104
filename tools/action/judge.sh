#!/usr/bin/env bash
# Judges the pull request of the event, or two revisions, with the program that install.sh has put in place.
# Inputs arrive as INPUT_*; what is empty is left to the program. Ends with the verdict's exit code.
set -euo pipefail
place="$RUNNER_TEMP/portcullis"
stop() { echo "::error title=portcullis::$1"; exit 2; }
arguments=()
add() { [ -z "$2" ] || arguments+=("--$1=$2"); }
switch() {
  case "$2" in
    true) [ -z "$1" ] || arguments+=("--$1") ;;
    false | "") ;;
    *) stop "$3 is true or false." ;;
  esac
}
# An output is one line: a second one would be an output of its own.
one_line() { case "$2" in *$'\n'* | *$'\r'*) stop "$1 is no name of a file." ;; esac; }

if [ -n "${INPUT_BASE:-}${INPUT_HEAD:-}" ]; then
  [ -n "${INPUT_BASE:-}" ] && [ -n "${INPUT_HEAD:-}" ] || stop "Say both base and head, or neither."
  [ "$(git rev-parse --is-shallow-repository)" = false ] || stop "The clone is shallow: check out with fetch-depth 0."
  arguments=(check "--base=$INPUT_BASE" "--head=$INPUT_HEAD")
else
  # A repository of its own: the workspace may be the pull request's, with settings of its author.
  arguments=(pr "--repo=$place/repository")
  add number "${INPUT_NUMBER:-}"
  add context "${INPUT_CONTEXT:-}"
  add comment "${INPUT_COMMENT:-}"
  add deadline "${INPUT_DEADLINE:-}"
  switch annotations "${INPUT_ANNOTATIONS:-}" annotations
  switch suggestions "${INPUT_SUGGESTIONS:-}" suggestions
fi
switch "" "${INPUT_FAIL_ON_ERROR:-}" fail-on-error
add server-policy "${INPUT_SERVER_POLICY:-}"
add format "${INPUT_FORMAT:-}"
one_line sarif-file "${INPUT_SARIF_FILE:-}"
one_line report-json "${INPUT_REPORT_JSON:-}"
add also "${INPUT_SARIF_FILE:+sarif=$INPUT_SARIF_FILE}"
add also "${INPUT_REPORT_JSON:+json=$INPUT_REPORT_JSON}"
add also "${INPUT_HTML_FILE:+html=$INPUT_HTML_FILE}"
rm -f "$place/summary.md" "$place/outputs"
arguments+=("--summary=$place/summary.md" "--outputs=$place/outputs")

# No line of a report is a command to the runner; and if one were, it would not obey it. The annotations of the
# format `github` are commands.
token=$(od -An -N 16 -t x1 /dev/urandom | tr -d ' \n')
[ "${INPUT_FORMAT:-}" = github ] || echo "::stop-commands::$token"
status=0
"$place/bin/portcullis" "${arguments[@]}" || status=$?
[ "${INPUT_FORMAT:-}" = github ] || printf '\n::%s::\n' "$token"

{
  if [ -s "$place/outputs" ]; then cat "$place/outputs"; else echo "exit-code=$status"; fi
  for output in "sarif-file=${INPUT_SARIF_FILE:-}" "report-json=${INPUT_REPORT_JSON:-}" "summary-file=$place/summary.md"; do
    [ ! -e "${output#*=}" ] || echo "$output"
  done
} >> "${GITHUB_OUTPUT:-/dev/null}"
[ ! -e "$place/summary.md" ] || cat "$place/summary.md" >> "${GITHUB_STEP_SUMMARY:-/dev/null}"
[ "${INPUT_FAIL_ON_ERROR:-}" != false ] || [ "$status" -gt 1 ] || exit 0
exit "$status"

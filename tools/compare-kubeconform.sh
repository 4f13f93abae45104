#!/usr/bin/env bash
# Measures `portcullis validate` and kubeconform over the same folders, whole process, on two cores.
# usage: tools/compare-kubeconform.sh PACKAGE PORTCULLIS KUBECONFORM FOLDER...
# PACKAGE is the unpacked package kubernetes-validate (see tools/embed-schemas.py): both sides judge by the same
# schemas of Kubernetes 1.36, strictly. Prints the best and the median of RUNS (7) runs as a Markdown table.
set -euo pipefail
[ $# -ge 4 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
package=$(realpath "$1") portcullis=$(realpath "$2") kubeconform=$(realpath "$3")
shift 3
runs=${RUNS:-7}
here=$(dirname "$(realpath "$0")")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 "$here/standalone-schemas.py" "$package" 1.36 "$work"
location="$work/v1.36.0-standalone{{ .StrictSuffix }}/{{ .ResourceKind }}{{ .KindSuffix }}.json"

# Exit code 1 means findings, which is a result; anything else is a failure.
judge() {
  case $1 in
    portcullis) taskset -c 0,1 "$portcullis" validate --kubernetes-version 1.36 "$2" ;;
    kubeconform) taskset -c 0,1 "$kubeconform" -n 2 -strict -summary -ignore-missing-schemas \
      -kubernetes-version 1.36.0 -schema-location "$location" "$2" ;;
  esac >"$work/out" 2>&1 || [ $? -eq 1 ]
}

# Milliseconds of each run, sorted.
measure() {
  local begin end run
  judge "$@"
  for run in $(seq "$runs"); do
    begin=$(date +%s%N)
    judge "$@"
    end=$(date +%s%N)
    echo $(((end - begin) / 1000000))
  done | sort -n
}

echo "| folder | files | portcullis, best (median) | kubeconform, best (median) | ratio of medians |"
echo "|---|---|---|---|---|"
for folder in "$@"; do
  files=$(find "$folder" -name .git -prune -o \( -name '*.yaml' -o -name '*.yml' -o -name '*.json' \) -print | wc -l)
  ours=$(measure portcullis "$folder")
  theirs=$(measure kubeconform "$folder")
  median() { sed -n "$(((runs + 1) / 2))p" <<<"$1"; }
  ratio=$(awk -v a="$(median "$theirs")" -v b="$(median "$ours")" 'BEGIN { printf "%.1f", a / b }')
  echo "| $(basename "$folder") | $files | $(head -n 1 <<<"$ours") ($(median "$ours")) ms | $(head -n 1 <<<"$theirs") ($(median "$theirs")) ms | $ratio |"
done

#!/usr/bin/env bash
# A repository whose branches `accepted`, `hostile` and `undecided` are changes of `base`.
# usage: tests/reports/repository.sh FOLDER
set -euo pipefail
[ $# -eq 1 ] || { sed -n '2,3s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
cd "$1"
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
git init --quiet --initial-branch=base .
git config user.name Alice
git config user.email alice@example.com
commit() { git add --all && git commit --quiet --message Change; }

service() {
  printf 'apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  type: %s\n' "$1"
  printf '  selector: {app: web}\n  ports: [{port: 80}]\n'
}

mkdir apps
printf 'apiVersion: portcullis.dev/v1\nkind: GatePolicy\nchecks:\n  public-load-balancer: {enforce: approve, approvers: ["@acme/network"]}\n' > .portcullis.yaml
service ClusterIP > apps/web.yaml
commit

git switch --quiet --create accepted
echo 'nothing that a cluster reads' > notes.txt
commit

git switch --quiet --create hostile base
service LoadBalancer > apps/web.yaml
texts=(']]></failure><script>alert(1)</script>' '</td></pre></article><img src=x onerror=alert(1)>'
  '::error file=a.yaml,line=1::pwned%0A::set-output name=x::y' '##[add-path]tmp' '<!-- --> ``` </details>'
  '`x` **b** [text](https://evil.example) | @org/team #1' $'\u202egpj.exe'
  '"]; click n0 "https://evil.example" %%{init: {"securityLevel": "loose"}}%%' 'fa:fa-ban #quot; <br/>1. x')
for number in "${!texts[@]}"; do
  text=${texts[$number]}
  folder="apps/$number$text"$'\n'"::error::line"
  mkdir -p "$folder"
  {
    printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: role-%s}\n' "$number"
    printf 'rules:\n- {apiGroups: [""], resources: [secrets], verbs: [get, list]}\n---\n'
    printf 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: binding-%s}\n' "$number"
    printf 'roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: role-%s}\n' "$number"
    printf "subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: '%s'}]\n" "$text"
  } > "$folder/rbac.yaml"
done
commit

# A file whose object is lost can be neither accepted nor turned away for what it says.
git switch --quiet --create undecided base
service LoadBalancer | sed 's/name: web/name: lost/' > apps/lost.yaml
commit
lost=$(git rev-parse HEAD:apps/lost.yaml)
rm -f ".git/objects/${lost:0:2}/${lost:2}"

#!/usr/bin/env bash
# Builds what the tests need of Argo Workflows, from Go modules alone: build.sh [--where]. Prints the folder of the programs: a
# cache of the user's, named by the hash of what they are made of. `--where` builds nothing. Minutes, once.
#
#   argo-validate        reads objects as Argo's API does, and judges them as its controller does (main.go)
#   workflow-controller  Argo's own
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hash=$(cat "$here/main.go" "$here/go.mod" "$here/go.sum" | sha256sum)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/agent-runbook/argo/${hash:0:16}

build() {
  [ ! -x "$folder/$1" ] || return 0
  local started=$SECONDS
  echo "building $1" >&2
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$folder/$1.$$" "$2" >&2)
  mv "$folder/$1.$$" "$folder/$1"
  echo "built $1 in $((SECONDS - started)) s" >&2
}

if [ "${1:-}" = --where ]; then
  :
elif command -v go >/dev/null; then
  mkdir -p "$folder"
  build argo-validate .
  build workflow-controller github.com/argoproj/argo-workflows/v4/cmd/workflow-controller
else
  echo 'no Go toolchain here: nothing of Argo is built' >&2
fi
echo "$folder"

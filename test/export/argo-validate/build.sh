#!/usr/bin/env bash
# Builds Argo's own judge of workflows, from Go modules alone: build.sh [--where]. Prints the path of the program, which
# lies in a cache of the user's, named by the hash of what it is made of. `--where` builds nothing. Minutes, once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hash=$(cat "$here/main.go" "$here/go.mod" "$here/go.sum" | sha256sum)
program=${XDG_CACHE_HOME:-$HOME/.cache}/agent-runbook/argo-validate/${hash:0:16}
if [ "${1:-}" != --where ] && [ ! -x "$program" ]; then
  if command -v go >/dev/null; then
    mkdir -p "$(dirname "$program")"
    echo "building argo-validate" >&2
    (cd "$here" && CGO_ENABLED=0 go build -trimpath -o "$program.$$" . && mv "$program.$$" "$program") >&2
  else
    echo 'no Go toolchain here: argo-validate is not built' >&2
  fi
fi
echo "$program"

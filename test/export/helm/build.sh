#!/usr/bin/env bash
# Builds helm for the tests from its Go module: build.sh [--where]. Prints the path of the program, in a cache of the user's that
# is named by the hash of go.mod and go.sum. `--where` builds nothing. Five minutes of one core, once.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
hash=$(cat "$here/go.mod" "$here/go.sum" | sha256sum)
helm=${XDG_CACHE_HOME:-$HOME/.cache}/agent-runbook/tools/helm-${hash:0:16}

if [ "${1:-}" != --where ] && [ ! -x "$helm" ]; then
  mkdir -p "${helm%/*}"
  (cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$helm.$$" helm.sh/helm/v4/cmd/helm >&2)
  mv "$helm.$$" "$helm"
fi
echo "$helm"

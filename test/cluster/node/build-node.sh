#!/usr/bin/env bash
# Builds the programs of a real Kubernetes node from Go modules alone: build-node.sh [--where | --argo]
#
# Prints the directory of the programs, a cache next to the control plane's; its name is the hash of what they are built
# from. `--where` builds nothing. `--argo` adds Argo Workflows, Argo Events and nats-server. kubelet and kube-proxy belong to
# the module of the control plane: `build-binaries.sh --node`.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export CGO_ENABLED=0

main() {
  directory=$(cache_directory)
  if [ "${1:-}" = --where ]; then
    :
  elif ! command -v go >/dev/null; then
    echo 'no Go toolchain here: no node is built, and only what is cached can be used' >&2
  else
    mkdir -p "$directory"
    build_node
    [ "${1:-}" != --argo ] || build_argo
  fi
  echo "$directory"
}

cache_directory() {
  local hash
  hash=$(cd "$here" && cat modules/*/go.mod modules/*/go.sum | sha256sum)
  echo "${XDG_CACHE_HOME:-$HOME/.cache}/agent-runbook/cluster/node-${hash:0:16}"
}

build_node() {
  local containerd=github.com/containerd/containerd/v2 version
  version=$(cd "$here/modules/containerd" && go list -m -f '{{.Version}}' $containerd)
  local flags="-s -w -X $containerd/version.Version=$version"
  build modules/containerd containerd $containerd/cmd/containerd "$flags"
  build modules/containerd containerd-shim-runc-v2 $containerd/cmd/containerd-shim-runc-v2 "$flags"
  build modules/coredns coredns github.com/coredns/coredns '-s -w'
  for program in pause trouble; do
    [ "$directory/$program" -nt "$here/programs/$program/main.go" ] || rm -f "$directory/$program"
    build programs $program ./$program '-s -w'
  done
}

build_argo() {
  local events=github.com/argoproj/argo-events workflows=github.com/argoproj/argo-workflows/v4
  build modules/nats-server nats-server github.com/nats-io/nats-server/v2 '-s -w'
  build modules/argo-events argo-events $events/cmd "-s -w $(argo_version $events v1.9.9)"
  if [ -x "$directory/workflow-controller" ] && [ -x "$directory/argoexec" ] && [ -x "$directory/argo" ]; then return; fi
  local modfile
  modfile=$(complete_argo_workflows $workflows)
  # The controller takes the tag of the executor's image from its own version.
  for program in workflow-controller argoexec argo; do
    build modules/argo-workflows $program $workflows/cmd/$program "-s -w $(argo_version $workflows v4.0.5)" "-modfile=$modfile"
  done
  rm -rf "$directory/argo-workflows-source" "$directory/argo-workflows.mod" "$directory/argo-workflows.sum"
}

argo_version() {
  echo "-X $1.version=$2 -X $1.gitTag=$2 -X $1.gitTreeState=clean -X $1.gitCommit=$(printf '0%.0s' {1..40}) -X $1.buildDate=2026-01-01T00:00:00Z"
}

# The module lacks two files: ui/dist/app, which webpack makes and the server embeds, and signal_linux.go, a symlink to
# signal_darwin.go (modules hold no symlinks). `go build -overlay` refuses files of the module cache, so a copy is completed.
# Prints a go.mod that uses the copy.
complete_argo_workflows() {
  local module=$1 copy=$directory/argo-workflows-source modfile=$directory/argo-workflows.mod source
  rm -rf "$copy"
  source=$(cd "$here/modules/argo-workflows" && go mod download -json "$module" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p')
  cp -r "$source" "$copy"
  chmod -R u+w "$copy"
  cp "$copy"/workflow/executor/osspecific/signal_{darwin,linux}.go
  mkdir -p "$copy/ui/dist/app"
  printf '<!doctype html><title>Argo</title><base href="/"><h1>Argo</h1>\n' >"$copy/ui/dist/app/index.html"
  cp "$here/modules/argo-workflows/go.mod" "$modfile"
  cp "$here/modules/argo-workflows/go.sum" "${modfile%.mod}.sum"
  go mod edit -replace "$module=$copy" "$modfile"
  echo "$modfile"
}

build() { # FOLDER PROGRAM PACKAGE LDFLAGS [FLAG...]
  local folder=$1 program=$2 package=$3 flags=$4 started=$SECONDS
  shift 4
  [ ! -x "$directory/$program" ] || return 0
  echo "building $program" >&2
  (cd "$here/$folder" && go build -trimpath -buildvcs=false -ldflags "$flags" "$@" -o "$directory/$program.part" "$package" >&2)
  mv "$directory/$program.part" "$directory/$program"
  echo "built $program in $((SECONDS - started)) s" >&2
}

main "$@"

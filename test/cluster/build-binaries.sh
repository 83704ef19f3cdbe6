#!/usr/bin/env bash
# Builds a real Kubernetes control plane for the tests, from Go modules alone: build-binaries.sh [--where | --all | --node]
#
# Prints the directory that holds the binaries. `--where` builds nothing. `--all` also builds kubectl, which only the
# benchmark needs; `--node` that, kubelet and kube-proxy, for a real node. What the environment names (KUBEBUILDER_ASSETS, TEST_ASSET_…) is not built. The directory is a cache of the user's, outside the repository; its
# name is the hash of go.mod and go.sum, so another version is another directory. A build that is cut off leaves nothing half-done.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# BINARY PACKAGE
control_plane='
  etcd                     go.etcd.io/etcd/server/v3
  kube-apiserver           k8s.io/kubernetes/cmd/kube-apiserver
  kube-controller-manager  k8s.io/kubernetes/cmd/kube-controller-manager
  kube-scheduler           k8s.io/kubernetes/cmd/kube-scheduler
  kwok                     sigs.k8s.io/kwok/cmd/kwok
'
kubectl='
  kubectl                  k8s.io/kubernetes/cmd/kubectl
'
node='
  kubelet                  k8s.io/kubernetes/cmd/kubelet
  kube-proxy               k8s.io/kubernetes/cmd/kube-proxy
'

main() {
  local directory wanted=$control_plane
  directory=$(cache_directory)
  [ "${1:-}" != --all ] || wanted+=$kubectl
  [ "${1:-}" != --node ] || wanted+=$kubectl$node
  if [ "${1:-}" = --where ]; then
    :
  elif ! command -v go >/dev/null; then
    echo 'no Go toolchain here: a control plane is not built, and only what is found can be used' >&2
  else
    mkdir -p "$directory"
    build_missing "$directory" "$wanted"
  fi
  echo "$directory"
}

cache_directory() {
  local hash
  hash=$(cat "$here/binaries/go.mod" "$here/binaries/go.sum" | sha256sum)
  echo "${XDG_CACHE_HOME:-$HOME/.cache}/agent-runbook/cluster/${hash:0:16}"
}

build_missing() {
  local binary package
  while read -r binary package; do
    [ -z "$binary" ] || [ -x "$1/$binary" ] || given "$binary" || build "$1" "$binary" "$package"
  done <<<"$2"
}

# As findBinaries in binaries.ts, which prefers these to the cache.
given() {
  local variable
  variable=TEST_ASSET_$(tr a-z- A-Z_ <<<"$1")
  [ -x "${!variable:-}" ] || [ -x "${KUBEBUILDER_ASSETS:-/nowhere}/$1" ]
}

build() {
  local started=$SECONDS
  echo "building $2" >&2
  # CGO would want a C compiler. The version is what the API server answers at /version, which clients read.
  (cd "$here/binaries" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w $(version_flags)" -o "$1/$2.part" "$3" >&2)
  mv "$1/$2.part" "$1/$2"
  echo "built $2 in $((SECONDS - started)) s" >&2
}

version_flags() {
  local version major minor package=k8s.io/component-base/version
  version=$(cd "$here/binaries" && go list -m -f '{{.Version}}' k8s.io/kubernetes)
  IFS=.v read -r _ major minor _ <<<"$version"
  echo "-X $package.gitVersion=$version -X $package.gitMajor=$major -X $package.gitMinor=$minor"
}

main "$@"

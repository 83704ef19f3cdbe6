
set -euo pipefail

engine=$1 cache=$2 packages=$3 suite=$4 hash=$5
certificates=/usr/local/share/ca-certificates # authorities that the host trusts besides Debian's own

main() {
  key=$({ echo "$hash $packages"; apt_settings; apt_sources; extra_certificates; } | sha256sum | cut -c1-12)
  image=localhost/agent-runbook-box:$suite-$key
  tarball=$cache/debian-$suite-$key.tar
  if ! imported; then
    mkdir -p "$cache"
    exec 9>"$tarball.lock"
    flock 9
    [ -s "$tarball" ] || make_tarball
    imported || "$engine" import "$tarball" "$image" >&2
  fi
  echo "$image"
}

imported() { "$engine" image inspect "$image" >/dev/null 2>&1; }

# The proxies and relaxed checks of the host's apt, which may be needed to reach a repository.
apt_settings() {
  apt-config dump 2>/dev/null | grep -E '^Acquire::(Check-(Valid-Until|Date)|Retries|https?::Proxy)' || true
}

apt_sources() { cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null || true; }

# The repository that the host's apt uses for this suite; empty on a host of another suite.
mirror() {
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' "Codename: $suite" 'Component: main' 2>/dev/null | head -n 1 || true
}

extra_certificates() { find "$certificates" -name '*.crt' -exec cat {} + 2>/dev/null || true; }

make_tarball() {
  command -v debootstrap >/dev/null || fail 'debootstrap is not installed'
  [ "$(id -u)" = 0 ] || fail 'debootstrap has to run as root'
  scratch=$tarball.making root=$scratch/root
  # A killed build may have left its scratch folder. Never descend into a mount.
  rm -rf --one-file-system "$scratch"
  mkdir -p "$root"
  trap 'rm -rf --one-file-system "$scratch"' EXIT
  proxy=$(apt-config shell http_proxy Acquire::http::Proxy 2>/dev/null || true)
  [ -z "$proxy" ] || eval "export $proxy"

  # shellcheck disable=SC2046 # without a mirror there is no argument, and debootstrap uses Debian's own
  unshare --mount debootstrap --variant=minbase --include="$packages" \
    "$suite" "$root" $(mirror) >"$scratch/log" 2>&1 ||
    fail "debootstrap failed: $(tail -n 3 "$scratch/log")"

  { echo 'Acquire::Languages "none";'; apt_settings; } >"$root/etc/apt/apt.conf.d/90host"
  if [ -n "$(extra_certificates)" ]; then
    cp -rL "$certificates/." "$root/$certificates/"
    chroot "$root" update-ca-certificates >/dev/null
  fi
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  tar -C "$root" -cf "$scratch/tar" .
  mv "$scratch/tar" "$tarball"
}

fail() {
  echo "$1" >&2
  exit 1
}

main

#!/usr/bin/env bash
# Runs a node until its stdin closes: supervise.sh STATE. A line `reboot` ends the node's processes and starts them again.
#
# The node has mount, PID, network, UTS and IPC namespaces of its own. Killing its first process ends pods too, and takes
# mounts, bridges, packet filter rules and the veth pair along. What is left then, the cgroups and STATE, is removed here. Only
# the tests hold the other end of stdin, so a test run that is killed leaves nothing either.
# CONTROL_PLANE and PROGRAMS are the folders of the binaries, SHARED the folders of this machine that the node uses as they are.
set -uo pipefail
trap '' INT TERM HUP
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export S=$1
link=rbn0 group=rbnode

main() {
  start
  while read -r order; do
    case $order in
      reboot) stop; start ;;
      *) echo "unknown order: $order" >&2 ;;
    esac
  done
  stop
  rm -rf "$S" || { pause 1; rm -rf "$S"; }
}

start() {
  rm -f "$S/init.pid"
  make_cgroups
  ulimit -n 1048576 2>/dev/null || ulimit -n "$(ulimit -Hn)"
  unshare --mount --pid --net --uts --ipc --fork --kill-child --propagation private \
    bash "$here/first-process.sh" </dev/null >"$S/log/first-process.log" 2>&1 &
  outer=$!
  init=
  until [ -n "$init" ] || ! kill -0 "$outer" 2>/dev/null; do
    init=$(pgrep -P "$outer" | head -1)
    pause 0.05
  done
  [ -n "$init" ] || { echo "the namespaces cannot be made: $(tail -1 "$S/log/first-process.log")" >"$S/failure"; return; }
  connect || { echo "the network link $link cannot be made; does another node run on this machine?" >"$S/failure"; return; }
  echo "$init" >"$S/init.pid"
}

connect() {
  ip link add $link type veth peer name eth0 netns "$init" &&
    ip addr add 10.97.0.1/24 dev $link &&
    ip link set $link up
}

stop() {
  [ -z "$init" ] || kill -KILL "$init" 2>/dev/null
  wait "$outer" 2>/dev/null
  ip link del $link 2>/dev/null
  for _ in {1..50}; do
    remove_cgroups
    [ -n "$(find_cgroups)" ] || break
    pause 0.1
  done
}

# kubelet's cgroups are all below one group of each hierarchy. A new group of cpuset may use nothing until it is told what.
make_cgroups() {
  local hierarchy
  for hierarchy in /sys/fs/cgroup/*/; do
    [ ! -w "$hierarchy/cgroup.procs" ] || mkdir -p "$hierarchy/$group"
  done
  for file in cpuset.cpus cpuset.mems; do
    cat "/sys/fs/cgroup/cpuset/$file" >"/sys/fs/cgroup/cpuset/$group/$file"
  done
}

find_cgroups() { find /sys/fs/cgroup/*/$group -maxdepth 0 -type d 2>/dev/null; }

remove_cgroups() { find /sys/fs/cgroup/*/$group -depth -type d -exec rmdir {} \; 2>/dev/null; }

pause() { read -r -t "$1" _ <> <(:); }

main

#!/usr/bin/env bash
# What people write by hand: one multiplexed connection a host, a process of ssh a step, all hosts at once.
# control-master.sh SSH_CONFIG SOCKETS COMMANDS PORT…
set -euo pipefail
config=$1 sockets=$2 commands=$3
shift 3
one() {
  local ssh=(ssh -F "$config" -p "$1" -o ControlMaster=auto -o "ControlPath=$sockets/%p" -o ControlPersist=60 127.0.0.1)
  while IFS= read -r command <&3; do "${ssh[@]}" "$command" </dev/null >/dev/null; done 3<"$commands"
  "${ssh[@]}" -O exit 2>/dev/null
}
pids=()
for port in "$@"; do
  one "$port" &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid"; done

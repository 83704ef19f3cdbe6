# shellcheck disable=SC2086 # words are split on purpose
# Process groups: whether one runs, and how they are ended. A zombie does not run, although its group can be signaled. What
# sudo started as another user can be signaled only through sudo.
signal() { kill -s "$1" -- "-$2" || sudo -n kill -s "$1" -- "-$2"; }
in_group() {
  [ -d /proc/self ] || { signal 0 "$1"; return; }
  for stat in /proc/[0-9]*/stat; do
    IFS= read -r fields <"$stat" || continue
    fields=${fields##*) }
    case $fields in [ZX]*) continue ;; esac
    set -- "$1" $fields
    [ "$4" != "$1" ] || return 0
  done
  return 1
}
# SIGTERM, then SIGKILL after a grace period.
end_groups() {
  for group; do signal TERM "$group"; done
  count=0
  for group; do
    while in_group "$group" && [ "$count" -lt 100 ]; do sleep 0.05 || sleep 1; count=$((count + 1)); done
  done
  for group; do ! in_group "$group" || signal KILL "$group"; done
}

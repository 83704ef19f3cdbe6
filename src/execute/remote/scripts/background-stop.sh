# shellcheck disable=SC2086,SC2154 # functions and variables of process-identity; words are split on purpose
# Ends every process group of the session $1, which started at $2: SIGTERM, then SIGKILL after a grace period.
pid=$1
runs "$pid" "$2" || exit 0
groups=$pid
for stat in /proc/[0-9]*/stat; do
  IFS= read -r fields <"$stat" || continue
  fields=${fields##*) }
  case $fields in [ZX]*) continue ;; esac
  set -- $fields
  [ "$4" != "$pid" ] || groups="$groups $3"
done 2>/dev/null
signal() { kill -s "$1" -- "-$2" || sudo -n kill -s "$1" -- "-$2"; }
for group in $groups; do signal TERM "$group"; done 2>/dev/null
count=0
for group in $groups; do
  while in_group "$group" && [ "$count" -lt 100 ]; do { sleep 0.05 || sleep 1; } 2>/dev/null; count=$((count + 1)); done
done
for group in $groups; do ! in_group "$group" || signal KILL "$group"; done 2>/dev/null

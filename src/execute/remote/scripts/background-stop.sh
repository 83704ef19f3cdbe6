# shellcheck disable=SC2086,SC2154 # functions and variables of the other parts; words are split on purpose
# Ends every process group of the session $1, which started at $2.
exec 2>/dev/null
pid=$1
runs "$pid" "$2" || exit 0
groups=$pid
for stat in /proc/[0-9]*/stat; do
  IFS= read -r fields <"$stat" || continue
  fields=${fields##*) }
  case $fields in [ZX]*) continue ;; esac
  set -- $fields
  [ "$4" != "$pid" ] || groups="$groups $3"
done
end_groups $groups

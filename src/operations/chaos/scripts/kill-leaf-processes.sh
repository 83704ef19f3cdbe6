# shellcheck disable=SC2086 # words are split on purpose
# Kills the processes of the box's step with SIGKILL: those that are not in `before` and have no children. Retries up
# to a hundred times until there is one. Reads the kernel's list, so no tool is needed.
before=" $1 "
tries=0
while [ $tries -lt 100 ]; do
  parents=' '; fresh=''
  for dir in /proc/[0-9]*; do
    pid=${dir#/proc/}
    { read -r line <"$dir/stat"; } 2>/dev/null || continue
    rest=${line##*) }; set -- $rest; parents="$parents$2 "
    case "$before" in *" $pid "*) ;; *) [ "$pid" = $$ ] || [ "$2" = $$ ] || [ "$1" = Z ] || fresh="$fresh $pid" ;; esac
  done
  killed=''
  for pid in $fresh; do
    case "$parents" in *" $pid "*) ;; *) kill -9 "$pid" 2>/dev/null && killed="$killed $pid" ;; esac
  done
  [ -n "$killed" ] && { echo "$killed"; exit 0; }
  tries=$((tries + 1))
done
exit 1

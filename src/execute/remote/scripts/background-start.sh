# shellcheck disable=SC2016,SC2086,SC2094,SC2154 # functions and variables of process-identity; without setsid the variable is empty
# Starts the fence on standard input in its own session, with its output in the file $1.
log=$1
folder=$(dirname -- "$log")
for place in "$(dirname -- "$folder")" "$folder" "$log"; do
  [ ! -L "$place" ] || { echo "its log must not be a symbolic link, and $place is one; remove it" >&2; exit 1; }
done
[ -d "$folder" ] || (umask 077; mkdir -p "$folder") || exit 1
if [ ! -c "$log" ]; then (umask 077; : >"$log") && chmod 600 "$log" || exit 1; fi
program=$(cat; echo x) program=${program%x}
session=$(command -v setsid)
{
  exec 3>&1
  { printf %s "$program" | { exec $session sh -c 'eval "$(cat)"' sh 3>&-; } 2>>"$log" & echo $! >&3; }
  exec 3>&-
} | { IFS= read -r pid; start_of "$pid" 2>/dev/null; printf '%s %s\n' "$pid" "$start"; cat; }

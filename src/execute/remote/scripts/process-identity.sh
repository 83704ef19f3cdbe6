# shellcheck disable=SC2046,SC2086 # words are split on purpose
# On Linux a start time counts from boot, so it is prefixed with the boot id; on other systems it is a date. Must match
# execute/background. `in_group` is in groups.sh.
start_of() {
  if [ -r "/proc/$1/stat" ]; then
    IFS= read -r fields <"/proc/$1/stat" || return
    fields=${fields##*) }
    set -- $fields
    state=$1; shift 19; IFS= read -r boot </proc/sys/kernel/random/boot_id
    start=$boot:$1
  else
    set -- $(LC_ALL=C TZ=UTC ps -o stat= -o lstart= -p "$1")
    state=$1; shift; start=$*
  fi
}
runs() {
  state= start=
  start_of "$1" 2>/dev/null
  [ -z "$start" ] || [ "$start" = "$2" ] || return
  case $state in ''|[ZX]*) in_group "$1" 2>/dev/null ;; esac
}

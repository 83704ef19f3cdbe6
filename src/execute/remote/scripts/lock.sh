# shellcheck disable=SC2154,SC2034,SC2086 # variables of the other parts; words are split on purpose
# The box's lock, with the same rules and files as journal/lock, which explains why it is free of races. The holder is
# the watchdog process, which lives as long as the connection. `set -- $json` would expand patterns, so the holder's
# JSON is never split into words.
start_of() {
  IFS= read -r fields <"/proc/$1/stat" || return
  fields=${fields##*) }
  case $fields in [ZX]*) start=dead; return ;; esac
  set -f; set -- $fields; set +f
  shift 19
  start=$1
}
boot_id() { IFS= read -r boot </proc/sys/kernel/random/boot_id || boot=; }
lives() {
  pid=${1#*'"pid":'} pid=${pid%%[!0-9]*}
  [ -n "$pid" ] || return
  then=${1#*'"start":"'} then=${then%%'"'*}
  there=${1#*'"boot":"'} there=${there%%'"'*}
  boot_id
  [ "$there" = "$boot" ] || return
  start=
  if [ -d /proc/self ]; then [ -e "/proc/$pid/stat" ] || return; start_of "$pid"; else kill -s 0 "$pid" || return; fi
  [ -z "$start" ] || [ -z "$then" ] || [ "$start" = "$then" ]
}
read_line() { content=; [ -r "$1" ] && { IFS= read -r content <"$1" || :; }; }
digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }
successor_of() { successor=$(printf '%s\n%s' "$1" "$2" | digest); successor=${successor%% *}; successor=$rb_state/lock.${successor%"${successor#????????????????????????????????}"}; }
walk() {
  at=$rb_state/lock last= dead= content=
  while [ -e "$at" ]; do
    before=$content
    read_line "$at" || { content=$before; break; }
    [ -z "$last" ] || dead="$dead $last"
    last=$at
    set -- "$rb_state"/lock.????????????????????????????????
    [ -e "$1" ] || break
    successor_of "$at" "$content"
    at=$successor
  done
}
write_draft() { { [ -d "$rb_state" ] || mkdir -p "$rb_state"; } && printf %s "$mine" >"$draft"; }
take_lock() {
  start=; ! [ -d /proc/self ] || start_of $$
  boot_id
  mine="{\"pid\":$$,\"start\":\"$start\",\"boot\":\"$boot\",$3"
  draft=$rb_state/lock.$2
  if ! write_draft && ! said=$(write_draft 2>&1); then
    rb_say "$1 failed $said"; rm -f "$draft"; return
  fi
  while :; do
    walk
    place=$at first=$last
    if [ -n "$last" ]; then
      if lives "$content"; then
        seen=$content
        walk
        [ "$content" = "$seen" ] || continue
        rb_say "$1 held $content"; break
      fi
      successor_of "$last" "$content"
      place=$successor
    fi
    if ! ln "$draft" "$place"; then
      [ -r "$place" ] && continue
      said=$(ln "$draft" "$place" 2>&1) || { rb_say "$1 failed $said"; break; }
    fi
    walk
    if [ "$content" != "$mine" ]; then rm -f "$place"; continue; fi
    if [ -n "$first" ]; then
      mv -f "$draft" "$rb_state/lock"
      for each in $dead "$place"; do [ "$each" = "$rb_state/lock" ] || rm -f "$each"; done
    fi
    held=$mine
    rb_say "$1 ok"
    break
  done
  rm -f "$draft"
}
give_lock() {
  [ -n "$held" ] || return 0
  read_line "$rb_state/lock"
  [ "$content" != "$held" ] || rm -f "$rb_state/lock"
  held=
}

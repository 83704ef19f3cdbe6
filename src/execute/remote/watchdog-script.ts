import { LOCK_FUNCTIONS } from './lock-script.ts';

/** How a fence and a whole session end. A zombie does not run, though its group can be signalled. */
const ENDING = `
find_children() {
  children=
  if [ -r "/proc/$1/task/$1/children" ]; then IFS= read -r children <"/proc/$1/task/$1/children"
  else children=$(ps -A -o ppid= -o pid= | awk -v host="$1" '$1 == host { print $2 }'); fi
}
signal() { kill -s "$1" -- "-$2" || sudo -n kill -s "$1" -- "-$2"; }
runs() {
  kill -s 0 -- "-$1" || sudo -n kill -s 0 -- "-$1" || return
  [ -d /proc/self ] || return 0
  for stat in /proc/[0-9]*/stat; do
    IFS= read -r fields <"$stat" || continue
    fields=\${fields##*) }
    case $fields in [ZX]*) continue ;; esac
    set -- "$1" $fields
    [ "$4" != "$1" ] || return 0
  done
  return 1
}
nap() { sleep 0.05 || sleep 1; }
end_groups() {
  for group; do signal TERM "$group"; done
  count=0
  for group; do
    while runs "$group" && [ "$count" -lt 100 ]; do nap; count=$((count + 1)); done
  done
  for group; do ! runs "$group" || signal KILL "$group"; done
}
end_fence() {
  read -r number group <"$rb_host/group" || number=
  if [ "$number" = "$1" ]; then end_groups "$group"; return; fi
  read -r host <"$rb_host/pid" || return
  kill -s STOP "$host"
  find_children "$host"
  kill -s KILL "$host"
  end_groups $children
}
end_session() {
  : >"$rb_host/ended"
  if read -r host <"$rb_host/pid"; then
    kill -s STOP "$host"
    find_children "$host"
    for child in $children; do
      kill -s KILL -- "-$child" "$child" || sudo -n kill -s KILL -- "-$child"
    done
    kill -s KILL "$host"
  fi
  rm -rf -- "$rb_host"
  give_lock
  # What a fence left running may hold the streams open; with this nobody waits for them.
  rb_say "bye "
}
`;

/**
 * What a keeper is told, a line each; TAG is answered with:
 *
 *   f SIZE | f END-NUMBER   a frame follows: so many bytes for bash, the lines up to the same END for another shell
 *   k TAG NUMBER            ends the fence of that frame, gently, then not
 *   o TAG KEY | r TAG KEY   the number of a journal, opened for writing or only read
 *   c KEY NUMBER            writes it, in place, by one system call
 *   s TAG [disk]            answers once everything before it is written; with `disk`, once it is on the disk
 *   l TAG WORD JSON | u     takes the lock; gives it back
 */
export const WATCHDOG = `${ENDING}${LOCK_FUNCTIONS}
to_disk() { sync -d "$1" || dd if=/dev/null of="$1" conv=notrunc,fsync || sync; }
open_number() { { [ -d "$journals" ] || mkdir -p "$journals"; } && true 1<>"$1"; }
take_frame() {
  if [ "$rb_kind" = bash ]; then
    LC_ALL=C IFS= read -r -N "$1" frame
    builtin printf '%s\\n%s' "$1" "$frame"
  else
    printf '%s\\n' "$1"
    while IFS= read -r line && [ "$line" != "$1" ]; do printf '%s\\n' "$line"; done
    printf '%s\\n' "$1"
  fi
}
keep() {
  trap : HUP INT TERM
  umask 077
  held= bad= journals=$rb_state/journals last=
  while IFS= read -r line; do
    set -- $line
    case $1 in
      f) take_frame "$2" ;;
      c) last=$journals/$2; printf %s "$3" 1<>"$last" || bad=1 ;;
      k) { end_fence "$3"; rb_say "$2 ok"; } & ;;
      s)
        if [ -n "$bad" ]; then rb_say "$2 bad"
        elif [ -n "$3" ] && [ -n "$last" ]; then { to_disk "$last"; rb_say "$2 ok"; } &
        else rb_say "$2 ok"; fi ;;
      o)
        said=ok
        open_number "$journals/$3" || said=$(open_number "$journals/$3" 2>&1) && said=ok
        read_line "$journals/$3"
        rb_say "$2 $said $content" ;;
      r) read_line "$journals/$3"; rb_say "$2 ok $content" ;;
      l) take_lock "$2" "$3" "\${line#l * * }" ;;
      u) give_lock ;;
    esac
  done
  end_session
}
`;

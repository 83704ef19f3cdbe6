# shellcheck disable=SC2154,SC2034,SC2086,SC3045 # variables of the other parts; words are split on purpose; read -N is for bash
# How a fence and a whole session are ended.
find_children() {
  children=
  if [ -r "/proc/$1/task/$1/children" ]; then IFS= read -r children <"/proc/$1/task/$1/children"
  else children=$(ps -A -o ppid= -o pid= | awk -v shell="$1" '$1 == shell { print $2 }'); fi
}
# The groups of programs that left the group $2 of their fence, as setsid does. Their environment holds the fence's mark $1.
# Each group is named once: a second SIGTERM would end what a handler of the first one starts.
find_marked() {
  marked=
  [ -n "$1" ] && [ -r /proc/self/environ ] || return
  newline=$(printf '\nx') newline=${newline%x}
  for file in /proc/[0-9]*/environ; do
    variables=$(tr '\0' '\n' <"$file") || continue
    case $newline$variables$newline in *"${newline}RUNBOOK_FENCE=$1$newline"*) ;; *) continue ;; esac
    IFS= read -r fields <"${file%environ}stat" || continue
    fields=${fields##*) }
    set -- "$1" "$2" $fields
    case " $2$marked " in *" $5 "*) continue ;; esac
    [ "$5" -le 1 ] || marked="$marked $5"
  done
}
end_fence() {
  read -r number group <"$rb_scratch/group" || number=
  find_marked "$2" "$group"
  if [ "$number" = "$1" ]; then end_groups "$group" $marked; return; fi
  read -r shell <"$rb_scratch/pid" || return
  kill -s STOP "$shell"
  find_children "$shell"
  kill -s KILL "$shell"
  end_groups $children $marked
}
end_session() {
  : >"$rb_scratch/ended"
  if read -r shell <"$rb_scratch/pid"; then
    kill -s STOP "$shell"
    find_children "$shell"
    for child in $children; do
      kill -s KILL -- "-$child" "$child" || sudo -n kill -s KILL -- "-$child"
    done
    kill -s KILL "$shell"
  fi
  rm -rf -- "$rb_scratch"
  give_lock
  # A process that a fence left running may hold the streams open; "bye" tells the engine not to wait for them.
  rb_say "bye "
}

# Lines that the watchdog reads. A reply starts with TAG:
#
#   f SIZE | f END-NUMBER   a frame follows: SIZE bytes for bash, or the lines up to the same END for another shell
#   k TAG NUMBER [MARK]     ends the fence of that frame and the programs with its mark, with SIGTERM and then SIGKILL
#   o TAG KEY | r TAG KEY   returns the counter of a journal, opened for writing or only read
#   c KEY NUMBER            writes the counter in place with one system call
#   s TAG [disk]            replies once everything before it is written; with `disk`, once it is on the disk
#   l TAG WORD JSON | u     acquires the lock; releases it
to_disk() { sync -d "$1" || dd if=/dev/null of="$1" conv=notrunc,fsync || sync; }
open_number() { { [ -d "$journals" ] || mkdir -p "$journals"; } && true 1<>"$1"; }
take_frame() {
  if [ "$rb_kind" = bash ]; then
    LC_ALL=C IFS= read -r -N "$1" frame
    builtin printf '%s\n%s' "$1" "$frame"
  else
    printf '%s\n' "$1"
    while IFS= read -r line && [ "$line" != "$1" ]; do printf '%s\n' "$line"; done
    printf '%s\n' "$1"
  fi
}
watch_session() {
  trap : HUP INT TERM
  umask 077
  held= bad= journals=$rb_state/journals last=
  while IFS= read -r line; do
    set -- $line
    case $1 in
      f) take_frame "$2" ;;
      c) last=$journals/$2; printf %s "$3" 1<>"$last" || bad=1 ;;
      k) { end_fence "$3" "$4"; rb_say "$2 ok"; } & ;;
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
      l) take_lock "$2" "$3" "${line#l * * }" ;;
      u) give_lock ;;
    esac
  done
  end_session
}

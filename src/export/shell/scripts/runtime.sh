# shellcheck disable=SC2015,SC2030,SC2031,SC2034,SC2154,SC2317 # called by name; variables are set before, by eval, or for a subshell
# How a step is walked. Fences run in shells of their own: `rb_state` is what they exported, `rb_pwd` where they stand.
# Descriptors: 3 is the terminal or what standard input was, 4 standard output, 9 the lock.

say() { printf '%-6s %s%s\n' "$1" "$2" "${3:+  $3}"; }
stop() { printf 'stop   %s\n' "$2" >&2; exit "$1"; }
enter() { eval "$rb_state"; cd -- "$rb_pwd" || exit 1; }
inside() (enter; "$@")

# code keep|once|file|terminal|background|pass SECONDS FOLDER USER INTERPRETER...: runs standard input
code() {
  rb_kind=$1 rb_seconds=$2 rb_at=$3 rb_user=$4
  shift 4
  rb_code=$(cat)
  case $rb_kind in
    keep | terminal)
      rb_kept=$(exec 5>&1 >&4; keep "$@") || return 1
      rb_state=$rb_kept
      [ -n "$rb_at" ] || rb_pwd=$(eval "$rb_state"; printf '%s' "$PWD")
      ;;
    once) (launch "$@" -c "$rb_code") </dev/null ;;
    file)
      rb_file=$(mktemp) && printf '%s\n' "$rb_code" >"$rb_file" || return 1
      (launch "$@" "$rb_file") </dev/null
      set -- $?
      rm -f "$rb_file"
      return "$1"
      ;;
    *)
      (rb_seconds=; launch setsid "$@" -c "$rb_code") </dev/null >/dev/null 2>&1 &
      printf '%s %s\n' "$!" "$(since "$!")" >>"$rb_memory/$rb_id.processes"
      [ "$rb_kind" = background ] || rb_ending="$rb_ending $!"
      ;;
  esac
}

# Standard output is descriptor 5 here: a pipe that only this process holds, so that background processes cannot keep it open.
keep() {
  read -r rb_self _ </proc/self/stat
  rb_code="runbook_keep() { runbook_status=\$?; sh -c 'export PWD; export -p' >/proc/$rb_self/fd/5; return \$runbook_status; }
trap runbook_keep EXIT
$rb_code"
  if [ "$rb_kind" = terminal ]; then (rb_seconds=; launch "$@" -c "$rb_code") <&3
  else (launch "$@" -c "$rb_code") </dev/null; fi
}

# launch COMMAND...: in the state of the pass, as the user, with a limit on time
launch() {
  enter
  [ -z "$rb_at" ] || cd -- "$rb_at" || exit 1
  if [ -n "$rb_user" ] && [ "$rb_user" != "$(id -un)" ]; then
    if has sudo; then set -- sudo -n -E -u "$rb_user" -- "$@"; else set -- runuser -u "$rb_user" -- "$@"; fi
  fi
  if [ -n "$rb_seconds" ] && has timeout; then set -- timeout -k 5 "$rb_seconds" "$@"; fi
  exec "$@" 3<&- 4>&- 5>&- 9>&-
}

# since PID: when a process started, so that another one with its number is not mistaken for it
since() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
end_processes() {
  [ -f "$rb_memory/$1.processes" ] || return 0
  while read -r rb_process rb_since; do
    [ "$(since "$rb_process")" != "$rb_since" ] || kill -- "-$rb_process" || kill "$rb_process"
  done <"$rb_memory/$1.processes" 2>/dev/null
  rm -f "$rb_memory/$1.processes"
}

# put_file|same_file PATH MODE OWNER FUNCTION: the function prints the content
put_file() {
  same_file "$@" && return
  umask 022
  mkdir -p -- "$(dirname -- "$1")" || return 1
  (umask 077; "$4" >"$1.runbook") && { [ -z "$3" ] || chown -- "$3" "$1.runbook"; } && chmod "$2" "$1.runbook" && mv -f -- "$1.runbook" "$1"
}
same_file() {
  [ -f "$1" ] && [ "$(stat -L -c %a "$1")" = "$2" ] && "$4" | cmp -s - "$1" || return 1
  case $3 in
    '') ;;
    :*) [ "$(stat -L -c :%G "$1")" = "$3" ] ;;
    *:*) [ "$(stat -L -c %U:%G "$1")" = "$3" ] ;;
    *) [ "$(stat -L -c %U "$1")" = "$3" ] ;;
  esac
}

# Objects of Kubernetes: the function prints them, with values as JSON.
json_text() { printf '%s' "$1" | sed 's/[\\"]/\\&/g' | awk 'NR > 1 { printf "\\n" } { printf "%s", $0 }'; }
json_value() { case $1 in true | false) printf '%s' "$1" ;; '' | *[!0-9.-]* | *.*.* | ?*-*) printf '"%s"' "$(json_text "$1")" ;; *) printf '%s' "$1" ;; esac; }
base64_text() { printf '%s' "$1" | base64 | tr -d '\n'; }
# The Secret of a registry: NAME SERVER USERNAME PASSWORD. Docker Hub has a key of its own.
registry_text() {
  rb_server=$2
  case ${2#http*://} in docker.io | docker.io/* | index.docker.io | index.docker.io/* | registry-1.docker.io | registry-1.docker.io/*) rb_server=https://index.docker.io/v1/ ;; esac
  rb_account="\"username\":\"$(json_text "$3")\",\"password\":\"$(json_text "$4")\",\"auth\":\"$(base64_text "$3:$4")\""
  printf '{"apiVersion":"v1","kind":"Secret","type":"kubernetes.io/dockerconfigjson","metadata":{"name":"%s"},"data":{".dockerconfigjson":"%s"}}\n' \
    "$(json_text "$1")" "$(base64_text "{\"auths\":{\"$(json_text "$rb_server")\":{$rb_account}}}")"
}
put_objects() { "$2" | kubectl apply --server-side --field-manager runbook-script --namespace "$1" --filename -; }
same_objects() { has kubectl || return 2; "$2" | kubectl diff --server-side --force-conflicts --field-manager runbook-script --namespace "$1" --filename -; }
# put_patch|same_patch OBJECT NAMESPACE TYPE FUNCTION
put_patch() { kubectl patch "$1" --namespace "$2" --type "$3" --patch "$("$4")"; }
same_patch() {
  has kubectl || return 2
  rb_found=$(kubectl patch "$1" --namespace "$2" --type "$3" --patch "$("$4")" --dry-run=server) || return 2
  case $rb_found in *'(no change)'*) return 0 ;; *) return 1 ;; esac
}

# check SECONDS COVERS TEXT COMMAND...: counts one verdict; the seconds count from the last action
check() {
  rb_within=$1 rb_covers=$2 rb_check=$3
  shift 3
  [ "$rb_phase" = wait ] || rb_within=0
  while :; do
    ("$@") </dev/null >/dev/null 2>&1
    rb_verdict=$?
    [ "$rb_verdict" -ne 0 ] && [ "$(date +%s)" -lt $((rb_ended + rb_within)) ] || break
    sleep 1
  done
  case $rb_verdict in
    0) rb_covered=$((rb_covered + rb_covers)) ;;
    2) rb_unknown=$rb_check ;;
    *) rb_failed=$rb_check ;;
  esac
}
# asked before|wait|after FUNCTION: 0 all checks hold, 1 one does not, 2 one is unknown, 3 they hold but do not cover the step
asked() (
  rb_phase=$1 rb_failed='' rb_unknown='' rb_covered=0
  enter
  "$2"
  if [ -n "$rb_failed" ]; then
    [ "$1" != after ] || printf 'does not hold: %s\n' "$rb_failed" >&2
    exit 1
  fi
  if [ -n "$rb_unknown" ]; then
    [ "$1" != after ] || printf 'cannot be measured: %s\n' "$rb_unknown" >&2
    exit 2
  fi
  [ "$rb_covered" -gt 0 ] || exit 3
)
# verified PREFIX: waits for each check, then asks all of them once together
verified() {
  rb_ended=$(date +%s)
  asked wait "$1_verify"
  asked after "$1_verify"
  case $? in 0 | 3) return 0 ;; *) return 1 ;; esac
}

# What is known of a step: STATUS ACTION INPUTS CONFIRMED ACTED, the last two as numbers of a common count.
recall() {
  rb_status='' rb_known='' rb_known_inputs='' rb_confirmed=0 rb_acted=0
  [ ! -f "$rb_memory/$1" ] || read -r rb_status rb_known rb_known_inputs rb_confirmed rb_acted <"$rb_memory/$1"
}
# record ID STATUS ACTION INPUTS CONFIRMED ACTED
record() {
  printf '%s\n' "$rb_count" >"$rb_memory/.count"
  printf '%s %s %s %s %s\n' "$2" "$3" "$4" "$5" "$6" >"$rb_memory/$1.new" && mv -f "$rb_memory/$1.new" "$rb_memory/$1" || stop 3 "$rb_memory cannot be written"
}
# keyed_hash NAME...: of the values, with a key that stays on this box
keyed_hash() (
  enter
  {
    cat "$rb_memory/.key"
    for rb_name do eval "printf '%s\\n' \"\${$rb_name-}\""; done
  } | sha256sum | cut -d ' ' -f 1
)
# kept_exports NAME...: what later steps use; fails if a secret is in it, which is never kept
kept_exports() (
  enter
  for rb_name do
    eval "rb_value=\${$rb_name-}"
    for rb_secret in $rb_secrets; do
      eval "rb_secret=\${$rb_secret-}"
      case $rb_value in "$rb_secret"*) [ -z "$rb_secret" ] || exit 1 ;; *?"$rb_secret"*) [ -z "$rb_secret" ] || exit 1 ;; esac
    done
    printf "export %s='%s'\n" "$rb_name" "$(printf '%s' "$rb_value" | sed "s/'/'\\\\''/g")"
  done
)
restore_exports() {
  [ -f "$rb_memory/$rb_id.exports" ] || return 0
  rb_state="$rb_state$rb_newline$(cat "$rb_memory/$rb_id.exports")"
  case " $rb_exports " in *' PWD '*) rb_pwd=$(eval "$rb_state"; printf '%s' "$PWD") ;; esac
}

# obstacle PREFIX TITLE: removes a known obstacle if it is there
obstacle() {
  asked before "$1_verify"
  case $? in 0 | 3) return 0 ;; esac
  say fix "$rb_id" "$2"
  "$1_run" && verified "$1"
}

# step PREFIX ID ACTION NEEDS INPUTS EXPORTS
step() {
  rb_prefix=$1 rb_id=$2 rb_action=$3 rb_needs=$4 rb_inputs=$5 rb_exports=$6
  asked before "${rb_prefix}_when"
  case $? in 1) say skip "$rb_id" 'does not apply'; return ;; 2) stop 3 "$rb_id: whether it applies cannot be measured" ;; esac
  # shellcheck disable=SC2086 # words are split on purpose, here and below
  rb_inputs=$(keyed_hash $rb_inputs)
  reason
  if [ -n "$rb_reason" ]; then act; else restore_exports && "${rb_prefix}_always" || stop 1 "$rb_id failed"; fi
}
# reason: sets why the step acts; empty: it is satisfied
reason() {
  rb_reason=''
  for rb_need in $rb_needs; do
    recall "$rb_need"
    rb_newest=$rb_acted
    recall "$rb_id"
    [ "$rb_newest" -le "$rb_confirmed" ] || rb_reason='something it needs has acted'
  done
  recall "$rb_id"
  case $rb_status in
    '') rb_reason='' ;;
    confirmed)
      [ "$rb_known" = "$rb_action" ] || rb_reason='edited'
      [ "$rb_known_inputs" = "$rb_inputs" ] || rb_reason='other inputs'
      [ ! -f "$rb_memory/$rb_id.withheld" ] || rb_reason='its secret exports are not kept'
      ;;
    *) rb_reason='did not finish before' ;;
  esac
  [ -z "$rb_reason" ] || return 0
  asked before "${rb_prefix}_verify"
  case $rb_status$? in
    confirmed0 | confirmed3) say skip "$rb_id" ;;
    confirmed1) rb_reason='drifted' ;;
    confirmed2) stop 3 "$rb_id was done before, but whether it still holds cannot be measured" ;;
    0) if [ -n "$rb_exports" ]; then rb_reason='a later step uses what it exports'; else found; fi ;;
    *) rb_reason='new here' ;;
  esac
}
found() {
  rb_count=$((rb_count + 1))
  record "$rb_id" confirmed "$rb_action" "$rb_inputs" "$rb_count" "$rb_acted"
  say skip "$rb_id" 'found so'
}
act() {
  say run "$rb_id" "$rb_reason"
  record "$rb_id" started "$rb_action" "$rb_inputs" "$rb_confirmed" "$rb_acted"
  end_processes "$rb_id"
  "${rb_prefix}_run" && verified "$rb_prefix" || stop 1 "$rb_id failed"
  rm -f "$rb_memory/$rb_id.withheld"
  # shellcheck disable=SC2086
  kept_exports $rb_exports >"$rb_memory/$rb_id.exports" || { rm -f "$rb_memory/$rb_id.exports"; : >"$rb_memory/$rb_id.withheld"; }
  rb_count=$((rb_count + 1))
  record "$rb_id" confirmed "$rb_action" "$rb_inputs" "$rb_count" "$rb_count"
  say ok "$rb_id"
}
# undo PREFIX ID EXPORTS
undo() {
  rb_id=$2 rb_exports=$3
  recall "$rb_id"
  [ -n "$rb_status" ] || return 0
  say undo "$rb_id"
  end_processes "$rb_id"
  (restore_exports; [ -d "$rb_pwd" ] || rb_pwd=$rb_folder; "$1_undo") || stop 1 "$rb_id could not be undone"
  rm -f "$rb_memory/$rb_id" "$rb_memory/$rb_id".*
}

# begin NAME: opens what is known, one for each place of the script, and one script at a time
begin() {
  rb_memory=${XDG_STATE_HOME:-$HOME/.local/state}/runbook-script/$1-$(printf '%s' "$rb_folder" | cksum | cut -d ' ' -f 1)
  (umask 077; mkdir -p "$rb_memory") || stop 3 "$rb_memory cannot be written"
  [ -f "$rb_memory/.key" ] || (umask 077; od -An -tx1 -N 32 /dev/urandom >"$rb_memory/.key")
  exec 3<&0 4>&1 9>"$rb_memory/.lock"
  if has flock; then flock -n 9 || stop 3 'another run of this script is at work'; fi
  rb_count=$(cat "$rb_memory/.count" 2>/dev/null || echo 0)
  rb_state=$(export -p)
  rb_pwd=$rb_folder
  rb_ended=0
  rb_ending=''
  trap 'for rb_process in $rb_ending; do kill -- "-$rb_process"; done 2>/dev/null' EXIT
}

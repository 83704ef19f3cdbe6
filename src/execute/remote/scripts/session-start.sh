# shellcheck disable=SC2154,SC3028,SC3045 # rb_ variables are set before; EPOCHSECONDS, EUID and read -N are for bash
# Finds out what the box is, says so, and reads what is to be exported. Exit code 97: it cannot serve.
rb_fail() { printf '\001K%s failed %s\0' "$rb_nonce" "$1"; exit 97; }
[ -n "${HOME:-}" ] || export HOME=/
if [ "$rb_kind" = bash ]; then rb_uid=$EUID; else rb_uid=$(id -u); fi
rb_state=${RUNBOOK_BOX_STATE:-}
[ -n "$rb_state" ] || if [ "$rb_uid" = 0 ]; then rb_state=/var/lib/runbook; else
  case ${XDG_STATE_HOME:-} in /*) rb_state=$XDG_STATE_HOME/runbook ;; *) rb_state=$HOME/.local/state/runbook ;; esac
fi
rb_id=
if [ ! -s "$rb_state/box-id" ]; then
  (umask 077; mkdir -p "$rb_state/journals" && printf '%s\n' "$rb_new_id" >"$rb_state/box-id.$rb_new_id" &&
    { ln "$rb_state/box-id.$rb_new_id" "$rb_state/box-id" || :; } && rm -f "$rb_state/box-id.$rb_new_id") 2>/dev/null
fi
[ ! -r "$rb_state/box-id" ] || read -r rb_id <"$rb_state/box-id"
rb_work=${RUNBOOK_WORKSPACES:-}
[ -n "$rb_work" ] || rb_work=${rb_workspaces:-$HOME/.runbook-workspace}
rb_work=$rb_work/$rb_workspace
[ -d "$rb_work" ] || mkdir -p "$rb_work" 2>/dev/null || rb_fail "the folder $rb_work cannot be created: $(mkdir -p "$rb_work" 2>&1)"
cd "$rb_work" || rb_fail "the folder $rb_work cannot be entered"
export PWD
unset OLDPWD
rb_tmp=${TMPDIR:-/tmp}
rb_scratch=$rb_tmp/runbook-$rb_nonce
mkdir -m 700 "$rb_scratch" 2>/dev/null || rb_fail "the folder $rb_scratch cannot be created: $(mkdir "$rb_scratch" 2>&1)"
rb_time= rb_name=
[ "$rb_kind" != bash ] || rb_time=${EPOCHSECONDS:-}
[ -n "$rb_time" ] || rb_time=$(date +%s)
{ IFS= read -r rb_name </proc/sys/kernel/hostname; } 2>/dev/null || rb_name=$(uname -n)
printf '\001K%s hello id=%s\nfolder=%s\nscratch=%s\ntmp=%s\nkind=%s\ntime=%s\nname=%s\n\n' "$rb_nonce" "$rb_id" "$PWD" "$rb_scratch" "$rb_tmp" "$rb_kind" "$rb_time" "$rb_name"
export -p
printf '\0'
if [ "$rb_kind" = bash ]; then
  IFS= read -r rb_l && LC_ALL=C IFS= read -r -N "$rb_l" rb_s || exit 97
else
  rb_n=$(printf '\nx') rb_n=${rb_n%x} rb_s=
  while IFS= read -r rb_l && [ "$rb_l" != "end-$rb_nonce" ]; do rb_s=$rb_s$rb_l$rb_n; done
fi
eval "$rb_s"
rb_s=
exec 3>&1
rb_is_open() { [ -d "$rb_scratch" ] && ! [ -e "$rb_scratch/ended" ]; }
rb_say() { printf '\001K%s %s\0' "$rb_nonce" "$1" >&3; }
printf '\0%s.\0' "$rb_nonce" >&2

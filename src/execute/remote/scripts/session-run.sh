# shellcheck disable=SC2154 # rb_ variables are set before
# Starts the watchdog and the shell, and replaces a shell that dies.
watch_session 2>/dev/null | {
  exec 3>&- 4>&2 2>/dev/null
  while rb_is_open; do
    if [ "$rb_kind" = bash ]
    then bash --noprofile --norc -c "$rb_bash_loop" bash "$rb_scratch" "$rb_bash_start" "$rb_nonce" 2>&4 4>&-
    else sh -c "$rb_sh_loop" sh "$rb_scratch" "$rb_nonce" 2>&4 4>&-
    fi
    rb_status=$?
    rb_is_open || break
    printf '\001K%s host %s\0' "$rb_nonce" "$rb_status"
    printf '\0%s.\0' "$rb_nonce" >&4
    case $rb_status in 0|98) break ;; esac
  done
}

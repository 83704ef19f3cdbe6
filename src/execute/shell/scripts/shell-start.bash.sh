# shellcheck disable=SC2034,SC2086,SC2015 # what is read is not used, only that something is; words are split on purpose
# Set-up of a shell process. 10 and 11 are closed first, because bash uses the lowest free descriptors from 10 on.
# Monitor mode gives every fence its own process group.
#
# The watchdog is forked twice, so that it is not a job of the shell, and reads from the watchdog pipe. Data on it
# means a normal exit. If it closes without data, the engine was killed: the watchdog stops the shell, so that it
# starts nothing more, then kills it and the groups of its children at once. (Without a grace period, because the next
# pass may start at any moment.) The shell's children are exactly the running fence, because init inherited what
# earlier fences left behind. At first, the intermediate shell between the two forks is one of them too; the watchdog
# has its own group, so that it does not kill itself.
((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 401)) || { printf o; exit 1; }
exec 10>&- 11>&-
unset -v BASH_EXECUTION_STRING
set -m -o pipefail
mkfifo -m 666 -- "$1/output" && printf r || { printf x; exit 1; }
( set -m; (
  trap '' HUP INT TERM
  IFS= read -r -u 3 word && exit
  kill -STOP $$
  if [[ -r /proc/$$/task/$$/children ]]; then
    read -r -d '' children </proc/$$/task/$$/children
  else
    children=$(ps -A -o ppid= -o pid= | awk -v shell=$$ '$1 == shell { print $2 }')
  fi
  for child in $children; do
    kill -KILL -- -$child $child || sudo -n kill -KILL -- -$child
  done
  kill -KILL $$
  rm -rf -- "$1"
) </dev/null >/dev/null 2>&1 & )
exec 3<&-

/**
 * The life of a host, as bash. Arguments: its private folder, and HOST_START.
 *
 * File descriptors: frames come on 0, records go out on 1, 3 is the lifeline that closes when the engine dies.
 * The redirection around the loop makes bash keep frames and records at 10 and 11, closed on exec: so a fence's programs
 * see nothing but 0, 1 and 2. `read -N` needs bash 4.1 and takes bytes in LC_ALL=C; reading up to a mark would cost one
 * system call a byte. On one line, since bash counts the lines of a fence from the line of its eval.
 */
export const SHELL_LOOP = [
  'eval "$2"',
  '{ while IFS= read -r -u 10 runbook_size && LC_ALL=C IFS= read -r -N "$runbook_size" -u 10 runbook_frame',
  'do eval "$runbook_frame"',
  String.raw`builtin printf '\0e%d\0' $? >&11`,
  'done; } </dev/null >/dev/null',
].join('; ');

/**
 * What a host does first. 10 and 11 are closed, since bash takes the lowest free ones from 10 on. Monitor mode gives
 * every fence a process group of its own.
 *
 * The warden is forked twice, so that it is no job of the host, and waits on the lifeline. A word on it means that all
 * is well. If it ends without one, the engine was killed: the host is stopped, so that it starts nothing more, and it and
 * the groups of its children die at once. (Not gently: the next pass may begin this very moment.) Its children are
 * exactly the running fence, since what earlier fences left behind was inherited by init. In the first moment the shell
 * between host and warden is one of them too: the warden has a group of its own, so that it does not kill itself with it.
 */
export const SHELL_START = `
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
    children=$(ps -A -o ppid= -o pid= | awk -v host=$$ '$1 == host { print $2 }')
  fi
  for child in $children; do
    kill -KILL -- -$child $child || sudo -n kill -KILL -- -$child
  done
  kill -KILL $$
  rm -rf -- "$1"
) </dev/null >/dev/null 2>&1 & )
exec 3<&-
`;

/**
 * The loop of a persistent bash shell. Arguments: its private folder, and SHELL_START.
 *
 * File descriptors: frames arrive on 0, records leave on 1, and 3 is the watchdog pipe, which closes when the engine
 * dies. The redirection around the loop makes bash keep frames and records at 10 and 11, closed on exec, so that a
 * fence's programs see only 0, 1 and 2. `read -N` needs bash 4.1 and counts bytes in LC_ALL=C; reading up to a mark
 * would cost one system call per byte. On one line, because bash counts the lines of a fence from the line of its eval.
 */
export const SHELL_LOOP = [
  'eval "$2"',
  '{ while IFS= read -r -u 10 runbook_size && LC_ALL=C IFS= read -r -N "$runbook_size" -u 10 runbook_frame',
  'do eval "$runbook_frame"',
  String.raw`builtin printf '\0e%d\0' $? >&11`,
  'done; } </dev/null >/dev/null',
].join('; ');

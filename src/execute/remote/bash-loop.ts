/**
 * The shell loop of a box with bash. Arguments: its private folder, BASH_START, the session's nonce. Descriptors 10 to
 * 12 are frames, records and output, which bash closes on exec, as on this machine (execute/shell/shell-script). If a
 * frame left something running in its group, its record ends with `h`: that process may keep writing, so this session
 * accepts no other frame.
 */
export const BASH_LOOP = [
  'eval "$2"',
  '{ while IFS= read -r -u 10 runbook_size && LC_ALL=C IFS= read -r -N "$runbook_size" -u 10 runbook_frame',
  'do eval "$runbook_frame"',
  'runbook_size=$? runbook_frame=',
  '[[ ! -s $1/group ]] || { read -r _ runbook_frame <"$1/group"; builtin kill -0 -- "-$runbook_frame" && runbook_frame=h || runbook_frame=; : >"$1/group"; }',
  String.raw`builtin printf '\0e%d%s\0' "$runbook_size" "$runbook_frame" >&11`,
  String.raw`builtin printf '\0%s.\0' "$3" >&12`,
  'done; } </dev/null >/dev/null 2>/dev/null',
].join('; ');

/** Set-up of a bash shell process. Monitor mode gives every fence its own process group. */
export const BASH_START = `
exec 10>&- 11>&- 12>&-
unset -v BASH_EXECUTION_STRING
set -m -o pipefail
printf '%s\\n' $$ >"$1/pid" || exit 98
`;

import { shellQuote } from '../../base/shell-quote.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import { BASH_LOOP, BASH_START, SH_LOOP } from './shell-loops.ts';
import { WATCHDOG } from './watchdog-script.ts';

/*
 * A session is the shell of one connection to another box. Nothing is installed there; everything below is sent to it.
 * It reads lines from standard input and runs two processes:
 *
 *   the watchdog reads the lines. It passes frames on to the shell, and handles counters, the lock and stopping fences
 *                itself. When its input ends, the connection or the engine is gone: it then kills the shell and the process
 *                groups of the shell's children at once.
 *   the shell    runs frames, as on this machine (execute/shell/shell-script). Records go to standard output, the output
 *                of fences to standard error. A shell that dies is replaced.
 *
 * The watchdog's replies are mixed with the records and recognized by a random nonce that only this session knows. The
 * same nonce separates the output of two frames. Names start with rb_, because exported variables of the box must reach
 * the fences unchanged.
 */

/**
 * Command of a session, read alike by every login shell. The script comes on its input, and `read` consumes exactly one
 * line of it.
 */
export const BOOT = 'IFS= read -r rb_l && eval "$rb_l"';

/** Parameters of a session. */
export interface SessionSetup {
  /** A random word of letters and digits. */
  readonly nonce: string;
  /** Name of the workspace in the box's folder of workspaces; relative paths start there. */
  readonly workspace: string;
  /** The folder of workspaces if the box does not set RUNBOOK_WORKSPACES. Default: `~/.runbook-workspace`. */
  readonly workspaces?: string;
  /** A random id, which the box stores if it has none yet. */
  readonly newId: string;
}

/** Everything that is sent before the session's first line. bash reads it as one block, another shell line by line. */
export function sessionStart(setup: SessionSetup): Buffer {
  const end = `end-${setup.nonce}`;
  const script = Buffer.from(`${sessionScript(setup)}\n`);
  const inBash =
    '((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] >= 401)) || exec sh -c "$1" sh; ' +
    `rb_kind=bash; LC_ALL=C IFS= read -r -N ${script.length} rb_s && IFS= read -r rb_l && eval "$rb_s"`;
  const inLines = [
    'rb_n=$(printf "\\nx")',
    'rb_n=${rb_n%x} rb_s=',
    `while IFS= read -r rb_l && [ "$rb_l" != ${end} ]; do rb_s=$rb_s$rb_l$rb_n; done`,
    'rb_kind=sh; eval "$rb_s"',
  ].join('; ');
  const gather = [
    'unset BASH_ENV ENV CDPATH POSIXLY_CORRECT BASH_XTRACEFD',
    `if command -v bash >/dev/null 2>&1; then exec bash --noprofile --norc -c ${shellQuote(inBash)} bash ${shellQuote(inLines)}`,
    `else exec sh -c ${shellQuote(inLines)} sh; fi`,
  ].join('; ');
  return Buffer.concat([Buffer.from(`${gather}\n`), script, Buffer.from(`${end}\n`)]);
}

/** Sent once the box has identified itself: variables to export before the shell starts. */
export function sessionExports(
  { nonce }: Pick<SessionSetup, 'nonce'>,
  kind: 'bash' | 'sh',
  env: Readonly<Record<string, string>>,
): Buffer {
  const own = Object.entries(env).map(([name, value]) => `export ${name}=${shellQuote(value)}\n`);
  const text = textToBytes(`:\n${own.join('')}`);
  const end = kind === 'bash' ? '' : `end-${nonce}\n`;
  return Buffer.concat([Buffer.from(kind === 'bash' ? `${text.length}\n` : ''), text, Buffer.from(end)]);
}

function sessionScript({ nonce, workspace, workspaces, newId }: SessionSetup): string {
  return `
rb_fail() { printf '\\001K${nonce} failed %s\\0' "$1"; exit 97; }
[ -n "\${HOME:-}" ] || export HOME=/
if [ "$rb_kind" = bash ]; then rb_uid=$EUID; else rb_uid=$(id -u); fi
rb_state=\${RUNBOOK_BOX_STATE:-}
[ -n "$rb_state" ] || if [ "$rb_uid" = 0 ]; then rb_state=/var/lib/runbook; else
  case \${XDG_STATE_HOME:-} in /*) rb_state=$XDG_STATE_HOME/runbook ;; *) rb_state=$HOME/.local/state/runbook ;; esac
fi
rb_id=
if [ ! -s "$rb_state/box-id" ]; then
  (umask 077; mkdir -p "$rb_state/journals" && printf '%s\\n' ${newId} >"$rb_state/box-id.${newId}" &&
    { ln "$rb_state/box-id.${newId}" "$rb_state/box-id" || :; } && rm -f "$rb_state/box-id.${newId}") 2>/dev/null
fi
[ ! -r "$rb_state/box-id" ] || read -r rb_id <"$rb_state/box-id"
rb_work=\${RUNBOOK_WORKSPACES:-}
[ -n "$rb_work" ] || rb_work=${workspaces === undefined ? '$HOME/.runbook-workspace' : shellQuote(workspaces)}
rb_work=$rb_work/${shellQuote(workspace)}
[ -d "$rb_work" ] || mkdir -p "$rb_work" 2>/dev/null || rb_fail "the folder $rb_work cannot be created: $(mkdir -p "$rb_work" 2>&1)"
cd "$rb_work" || rb_fail "the folder $rb_work cannot be entered"
export PWD
unset OLDPWD
rb_tmp=\${TMPDIR:-/tmp}
rb_scratch=$rb_tmp/runbook-${nonce}
mkdir -m 700 "$rb_scratch" 2>/dev/null || rb_fail "the folder $rb_scratch cannot be created: $(mkdir "$rb_scratch" 2>&1)"
rb_time= rb_name=
[ "$rb_kind" != bash ] || rb_time=\${EPOCHSECONDS:-}
[ -n "$rb_time" ] || rb_time=$(date +%s)
{ IFS= read -r rb_name </proc/sys/kernel/hostname; } 2>/dev/null || rb_name=$(uname -n)
printf '\\001K${nonce} hello id=%s\\nfolder=%s\\nscratch=%s\\ntmp=%s\\nkind=%s\\ntime=%s\\nname=%s\\n\\n' "$rb_id" "$PWD" "$rb_scratch" "$rb_tmp" "$rb_kind" "$rb_time" "$rb_name"
export -p
printf '\\0'
if [ "$rb_kind" = bash ]; then
  IFS= read -r rb_l && LC_ALL=C IFS= read -r -N "$rb_l" rb_s || exit 97
else
  rb_n=$(printf '\\nx') rb_n=\${rb_n%x} rb_s=
  while IFS= read -r rb_l && [ "$rb_l" != end-${nonce} ]; do rb_s=$rb_s$rb_l$rb_n; done
fi
eval "$rb_s"
rb_nonce=${nonce} rb_s=
exec 3>&1
rb_is_open() { [ -d "$rb_scratch" ] && ! [ -e "$rb_scratch/ended" ]; }
rb_say() { printf '\\001K%s %s\\0' "$rb_nonce" "$1" >&3; }
printf '\\0%s.\\0' "$rb_nonce" >&2
${WATCHDOG}
watch_session 2>/dev/null | {
  exec 3>&- 4>&2 2>/dev/null
  while rb_is_open; do
    if [ "$rb_kind" = bash ]
    then bash --noprofile --norc -c ${shellQuote(BASH_LOOP)} bash "$rb_scratch" ${shellQuote(BASH_START)} "$rb_nonce" 2>&4 4>&-
    else sh -c ${shellQuote(SH_LOOP)} sh "$rb_scratch" "$rb_nonce" 2>&4 4>&-
    fi
    rb_status=$?
    rb_is_open || break
    printf '\\001K%s host %s\\0' "$rb_nonce" "$rb_status"
    printf '\\0%s.\\0' "$rb_nonce" >&4
    case $rb_status in 0|98) break ;; esac
  done
}`;
}

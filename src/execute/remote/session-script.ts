import { shellQuote } from '../../base/shell-quote.ts';
import { textToBytes } from '../state/bytes-as-text.ts';
import { BASH_LOOP, BASH_START } from './bash-loop.ts';
import GROUPS from './scripts/groups.sh';
import LOCK from './scripts/lock.sh';
import SESSION_RUN from './scripts/session-run.sh';
import SESSION_START from './scripts/session-start.sh';
import SH_LOOP from './scripts/sh-loop.sh';
import WATCHDOG from './scripts/watchdog.sh';

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

function sessionScript({ nonce, workspace, workspaces = '', newId }: SessionSetup): string {
  const parameters = {
    nonce,
    workspace,
    workspaces,
    new_id: newId,
    bash_loop: BASH_LOOP,
    bash_start: BASH_START,
    sh_loop: SH_LOOP,
  };
  const assigned = Object.entries(parameters).map(([name, value]) => `rb_${name}=${shellQuote(value)}\n`);
  return [...assigned, SESSION_START, LOCK, GROUPS, WATCHDOG, SESSION_RUN].join('');
}

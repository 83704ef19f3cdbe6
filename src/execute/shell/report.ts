import { shellQuote } from '../../base/shell-quote.ts';

/** Where and how a shell reports. */
export interface Reporting {
  /** `builtin` in bash and zsh, `command` in a POSIX shell: what a fence names like a builtin must not be called. */
  readonly prefix: 'builtin' | 'command';
  /** The control pipe. */
  readonly fd: number;
  /** How deep in subshells the fence runs; only this level reports. */
  readonly level: 0 | 1;
}

/**
 * Directory (`d`) and exports (`v`) as records of the control pipe; whatever comes next ends the second. Every write wakes
 * the engine, so bash and zsh say the directory in one, where `PWD` is true: a fence may have written into it.
 */
export function reportCommand({ prefix, fd }: Reporting): string {
  const inSteps = [`printf '\\0d'`, 'pwd', `printf '\\0v'`].map((step) => `${prefix} ${step}`).join('; ');
  const atOnce = `[[ $PWD -ef . ]] && builtin printf '\\0d%s\\n\\0v' "$PWD"`;
  const directory = prefix === 'builtin' ? `${atOnce} || { ${inSteps}; }` : inSteps;
  return `{ ${directory}; ${prefix} export -p; } 2>/dev/null >&${fd}`;
}

/**
 * Makes a shell report on its way out, however it goes. A fence that sets an EXIT trap of its own would replace ours:
 * in bash, and only in a fence that names both words, `trap` becomes a function that puts the report before the fence's
 * own code. (Before, since that code may call exit; what it exports is therefore not carried.)
 */
export function reportOnExit(reporting: Reporting, text: string): string[] {
  const report = `trap ${shellQuote(`${reportCommand(reporting)} || :`)} EXIT`;
  const setsItsOwn = /\btrap\b/.test(text) && /\b(EXIT|0)\b/i.test(text);
  return setsItsOwn && reporting.prefix === 'builtin' ? [...trapFunction(reporting), report] : [report];
}

/** On one line each, as everything before a fence, so that the fence's lines are counted from 1. */
function trapFunction(reporting: Reporting): string[] {
  const body = [
    'builtin trap "$@" || return',
    `[[ $BASH_SUBSHELL == ${reporting.level} && $# -gt 0 && $1 != -[lp]* ]] || return 0`,
    'local own; own=$(builtin trap -p EXIT)',
    `[[ $own == *'export -p'* ]] && return`,
    `eval "own=(\${own:-trap -- '' EXIT})"`,
    `builtin trap "runbook_report && :"$'\\n'"\${own[2]}" EXIT`,
  ];
  return [
    `runbook_report() { local status=$?; ${reportCommand(reporting)}; return $status; }`,
    `trap() { ${body.join('; ')}; }`,
  ];
}

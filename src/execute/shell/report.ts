import { shellQuote } from '../../base/shell-quote.ts';

/** Where and how a shell reports its state. */
export interface Reporting {
  /**
   * `builtin` in bash and zsh, `command` in a POSIX shell, so that a function of the fence with the same name is not
   * called.
   */
  readonly prefix: 'builtin' | 'command';
  /** The control pipe. */
  readonly fd: number;
  /** Subshell depth at which the fence runs; only this level reports. */
  readonly level: 0 | 1;
}

/**
 * Writes the directory (`d`) and exports (`v`) as records; the next record ends the second. Every write wakes the
 * engine, so bash and zsh write the directory at once if `PWD` is true: a fence may have assigned to it.
 */
export function reportCommand({ prefix, fd }: Reporting): string {
  const inSteps = [`printf '\\0d'`, 'pwd', `printf '\\0v'`].map((step) => `${prefix} ${step}`).join('; ');
  const atOnce = `[[ $PWD -ef . ]] && builtin printf '\\0d%s\\n\\0v' "$PWD"`;
  const directory = prefix === 'builtin' ? `${atOnce} || { ${inSteps}; }` : inSteps;
  return `{ ${directory}; ${prefix} export -p; } 2>/dev/null >&${fd}`;
}

/**
 * Makes a shell report when it exits, however it exits. A fence's own EXIT trap would replace ours. In bash, and only
 * in a fence that contains both words, `trap` becomes a function that runs the report before the fence's own code.
 * (Before, because that code may call exit; variables that it exports are therefore not carried.)
 */
export function reportOnExit(reporting: Reporting, text: string): string[] {
  const report = `trap ${shellQuote(`${reportCommand(reporting)} || :`)} EXIT`;
  const setsItsOwn = /\btrap\b/.test(text) && /\b(EXIT|0)\b/i.test(text);
  return setsItsOwn && reporting.prefix === 'builtin' ? [...trapFunction(reporting), report] : [report];
}

/** One line each, as everything before a fence, so that the fence's lines are counted from 1. */
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

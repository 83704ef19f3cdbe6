import type { ShellRequest } from '../../model/shell.ts';
import { plainFenceText } from './plain-fence.ts';

/** In what a fence runs: in the host itself, in a subshell of it, or in a process of its own. */
export type Route =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'fork' }
  | { readonly kind: 'launch' };

/**
 * The cheapest way that makes no difference to the fence. Pure. The host stands in the baseline, so a plain fence must
 * start there; a fence that asks for its shell's process id must not be told the host's, and one that uses the host's
 * descriptors would close or overwrite what its state is reported on.
 */
export function routeOf({ interpreter, text, state, cwd, user }: ShellRequest, plainAllowed: boolean): Route {
  const isBash = interpreter.length === 1 && interpreter[0] === 'bash' && user === undefined;
  if (!isBash || ASKS_FOR_ITS_SHELL.test(text) || TOUCHES_THE_HOST.test(text)) return { kind: 'launch' };
  const startsInBaseline = state.variables.size === 0 && state.cwd === undefined && cwd === undefined;
  const plain = plainAllowed && startsInBaseline ? plainFenceText(text) : undefined;
  return plain === undefined ? { kind: 'fork' } : { kind: 'plain', text: plain };
}

/** 10 and 11 in a redirection (execute/host-script); on another box 12 too (execute/remote/host-loops). */
const TOUCHES_THE_HOST = /(?<![\w$])1[0-2][<>]|[<>]&1[0-2](?!\d)/;

/** `$$`, `${$}`, job control, the depth of subshells. */
const ASKS_FOR_ITS_SHELL = /\$\$|\$\{\$|\bBASH_SUBSHELL\b|\bset\s+-\w*m|\bmonitor\b/;

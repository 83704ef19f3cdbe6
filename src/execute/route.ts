import type { ShellRequest } from '../model/shell.ts';
import { plainText } from './plain-fence.ts';

/** In what a fence runs: in the host itself, in a subshell of it, or in a process of its own. */
export type Route =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'fork' }
  | { readonly kind: 'launch' };

/**
 * The cheapest way that makes no difference to the fence. Pure. The host stands in the baseline, so a plain fence must
 * start there; a fence that asks for its shell's process id must not be told the host's.
 */
export function routeOf({ interpreter, text, state, cwd, user }: ShellRequest, plainAllowed: boolean): Route {
  const isBash = interpreter.length === 1 && interpreter[0] === 'bash' && user === undefined;
  if (!isBash || ASKS_FOR_ITS_SHELL.test(text)) return { kind: 'launch' };
  const startsInBaseline = state.variables.size === 0 && state.cwd === undefined && cwd === undefined;
  const plain = plainAllowed && startsInBaseline ? plainText(text) : undefined;
  return plain === undefined ? { kind: 'fork' } : { kind: 'plain', text: plain };
}

/** `$$`, `${$}`, job control, the depth of subshells. */
const ASKS_FOR_ITS_SHELL = /\$\$|\$\{\$|\bBASH_SUBSHELL\b|\bset\s+-\w*m|\bmonitor\b/;

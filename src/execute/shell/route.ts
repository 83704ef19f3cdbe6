import type { ShellRequest } from '../../model/shell.ts';
import { plainFenceText } from './plain-fence.ts';

/** Where a fence runs: in the shell process itself, in a subshell of it, or in its own process. */
export type ShellRoute =
  | { readonly kind: 'plain'; readonly text: string }
  | { readonly kind: 'fork' }
  | { readonly kind: 'launch' };

/**
 * The cheapest option that does not change the result. Pure. The shell process runs in the baseline, so a plain fence
 * must start there. A fence that reads its shell's process id must not get the shared shell's, and one that uses
 * descriptors 10 to 12 would close or overwrite the ones on which its state is reported.
 */
export function routeOf({ code, state, cwd, user }: ShellRequest, plainAllowed: boolean): ShellRoute {
  const { interpreter, text } = code.value;
  const isBash = interpreter.length === 1 && interpreter[0] === 'bash' && user === undefined;
  if (!isBash || DEPENDS_ON_ITS_SHELL.test(text) || USES_SHELL_DESCRIPTORS.test(text))
    return { kind: 'launch' };
  const startsInBaseline = state.variables.size === 0 && state.cwd === undefined && cwd === undefined;
  const plain = plainAllowed && startsInBaseline ? plainFenceText(text) : undefined;
  return plain === undefined ? { kind: 'fork' } : { kind: 'plain', text: plain };
}

/** 10 and 11 in a redirection (execute/shell/shell-script); on another box also 12 (execute/remote/shell-loops). */
const USES_SHELL_DESCRIPTORS = /(?<![\w$])1[0-2][<>]|[<>]&1[0-2](?!\d)/;

/** `$$`, `${$}`, job control, subshell depth. */
const DEPENDS_ON_ITS_SHELL = /\$\$|\$\{\$|\bBASH_SUBSHELL\b|\bset\s+-\w*m|\bmonitor\b/;

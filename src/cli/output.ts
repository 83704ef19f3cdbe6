import type { Call } from './global-flags.ts';
import type { Page } from './render/text/page.ts';
import { paintIn, wantsColor } from './render/text/paint.ts';

/** As much of a Node stream as the command needs of stdout and stderr. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Widest help text: longer lines are hard to read. */
const HELP_WIDTH = 100;

/** Columns for help and usage. */
export const helpWidth = (output: Output): number => Math.min(HELP_WIDTH, output.columns || HELP_WIDTH);

/** What renderers may do on this stream. */
export function pageFor(output: Output, call: Call, env: Readonly<Record<string, string | undefined>>): Page {
  const verbose = call.on.has('verbose');
  const terminal = output.isTTY === true && env.TERM !== 'dumb';
  return {
    paint: paintIn(wantsColor(env, output.isTTY === true, call.on.has('no-color'))),
    // Who asks for everything gets it whole: nothing is cut.
    width: output.isTTY && !verbose ? output.columns || 80 : undefined,
    terminal,
    verbose,
    quiet: call.on.has('quiet'),
  };
}

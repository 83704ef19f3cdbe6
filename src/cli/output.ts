import type { Call } from './global-flags.ts';
import { supportsLinks } from './render/text/hyperlink.ts';
import type { Page } from './render/text/page.ts';
import { paintIn, wantsColor } from './render/text/paint.ts';

/** The parts of a Node stream that the command needs for stdout and stderr. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/** Maximum width of help text, for readability. */
const HELP_WIDTH = 100;

/** Columns for help and usage. */
export const helpWidth = (output: Output): number => Math.min(HELP_WIDTH, output.columns || HELP_WIDTH);

/** What renderers may use on this stream. */
export function pageFor(output: Output, call: Call, env: Readonly<Record<string, string | undefined>>): Page {
  const verbose = call.on.has('verbose');
  const terminal = output.isTTY === true && env.TERM !== 'dumb';
  return {
    paint: paintIn(wantsColor(env, output.isTTY === true, call.on.has('no-color'))),
    // With --verbose nothing is truncated.
    width: output.isTTY && !verbose ? output.columns || 80 : undefined,
    terminal,
    links: terminal && supportsLinks(env),
    verbose,
    quiet: call.on.has('quiet'),
  };
}

/** Colors by meaning. They are never the only signal: every colored word means the same without its color. */
export interface Paint {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly warn: (text: string) => string;
  readonly busy: (text: string) => string;
}

const wrapIn = (open: number, close: number) => (text: string) =>
  text === '' ? '' : `\u001b[${open}m${text}\u001b[${close}m`;

const plain = (text: string) => text;

/** Only the sixteen terminal colors, so that the person's own theme decides. */
const colours: Paint = {
  strong: wrapIn(1, 22),
  faint: wrapIn(2, 22),
  good: wrapIn(32, 39),
  bad: wrapIn(31, 39),
  warn: wrapIn(33, 39),
  busy: wrapIn(36, 39),
};

export const withoutColor: Paint = {
  strong: plain,
  faint: plain,
  good: plain,
  bad: plain,
  warn: plain,
  busy: plain,
};

export const paintIn = (colour: boolean): Paint => (colour ? colours : withoutColor);

/**
 * Whether to use colors: NO_COLOR (https://no-color.org) and `--no-color` come first, then FORCE_COLOR (`0` and
 * `false` mean no), otherwise a terminal that is not dumb.
 */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
  refused: boolean,
): boolean {
  if (refused || env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTerminal && env.TERM !== 'dumb';
}

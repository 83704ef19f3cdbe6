import { nearest } from '../base/nearest.ts';

/** Verbs that a schedule may name, with their flags; `value`: the flag has one. Everything else is a person's word. */
const VERBS: Readonly<Record<string, Readonly<Record<string, 'switch' | 'value'>>>> = {
  drift: { '--on': 'value' },
  verify: { '--on': 'value' },
  facts: { '--on': 'value', '--write': 'switch' },
  replay: {
    '--on': 'value',
    '--dry-run': 'switch',
    '--only': 'value',
    '--from': 'value',
    '--keep-going': 'switch',
    '--undo-on-failure': 'switch',
  },
  prove: {},
};

/** What a schedule runs: a verb with its arguments, before the document. */
export interface Task {
  readonly verb: string;
  readonly flags: readonly string[];
  /** Another document, relative to this one. */
  readonly document?: string;
}

/** Reads a cell of the column What: a verb with flags, a step, or another document. */
export function readTask(
  text: string,
  stepIds: readonly string[],
): { readonly task: Task } | { readonly problem: string } {
  const words = text.trim().split(/\s+/);
  const [first = '', ...rest] = words[0] === 'runbook' ? words.slice(1) : words;
  if (Object.hasOwn(VERBS, first)) return readFlags(first, rest);
  if (rest.length > 0) return { problem: `"${first}" is not a verb that a schedule can run` };
  if (stepIds.includes(first)) return { task: { verb: 'replay', flags: ['--only', first] } };
  if (/\.(?:md|markdown)$/i.test(first)) return { task: { verb: 'replay', flags: [], document: first } };
  const near = nearest(first, [...Object.keys(VERBS), ...stepIds]);
  const hint = near ? ` (did you mean "${near}"?)` : '';
  return { problem: `"${first}" is neither a verb, a step nor another document${hint}` };
}

function readFlags(
  verb: string,
  words: readonly string[],
): { readonly task: Task } | { readonly problem: string } {
  const known = VERBS[verb]!;
  for (let at = 0; at < words.length; at++) {
    const word = words[at]!;
    const kind = known[word];
    if (kind === undefined) return { problem: `a schedule of ${verb} cannot have ${word}` };
    if (kind === 'switch') continue;
    const value = words[++at];
    if (value === undefined || value.startsWith('-')) return { problem: `${word} needs a value` };
  }
  return { task: { verb, flags: words } };
}

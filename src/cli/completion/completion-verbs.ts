import type { OperationRow } from '../../operations/all.ts';
import type { Operation } from '../../operations/operation.ts';
import { type Flag, flagsOf } from '../flags.ts';
import { globalFlags } from '../global-flags.ts';
import { familyOf, verbsOf } from '../verbs.ts';

/** The values that a flag accepts, for completion. */
export type CompletionValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'step' }
  | { readonly kind: 'pass' }
  | { readonly kind: 'box' }
  | { readonly kind: 'file' }
  | { readonly kind: 'free' }
  | { readonly kind: 'words'; readonly words: readonly string[] };

export interface CompletionFlag {
  readonly name: string;
  readonly summary: string;
  readonly value: CompletionValue;
}

export interface CompletionVerb {
  /** One word, or two: `box launch`. */
  readonly name: string;
  readonly summary: string;
  /** The kind of its arguments. */
  readonly argument:
    | CompletionValue
    | { readonly kind: 'document' }
    /** This many boxes first, then files. */
    | { readonly kind: 'boxes'; readonly boxes: number };
  readonly flags: readonly CompletionFlag[];
}

export const globalCompletions: readonly CompletionFlag[] = globalFlags.map(({ name, summary }) => ({
  name,
  summary,
  value: { kind: 'none' },
}));

/** The verbs in the form that completion needs; a family comes before its verbs of two words. Loads every operation. */
export async function completionVerbs(
  operations: readonly OperationRow[],
): Promise<readonly CompletionVerb[]> {
  const loaded = await Promise.all(operations.map((row) => row.load()));
  return verbsOf(operations).flatMap((verb): CompletionVerb[] => {
    const family = familyOf(verb.name, operations);
    const members = family?.verbs ?? [];
    const words = family ? members.map(({ name }) => name.split(' ')[1]!) : ['bash', 'zsh', 'fish'];
    const own = loaded.find(({ name }) => name === verb.name);
    return [
      own
        ? completionVerb(own)
        : { ...named(verb), argument: { kind: 'words', words }, flags: globalCompletions },
      ...members.map(({ name }) => completionVerb(loaded.find((each) => each.name === name)!)),
    ];
  });
}

const named = ({ name, summary }: { name: string; summary: string }) => ({ name, summary });

function completionVerb(operation: Operation): CompletionVerb {
  const flags = flagsOf(operation).filter((flag) => !flag.hidden);
  return {
    ...named(operation),
    argument: argumentOf(flags.filter((flag) => flag.positional)),
    flags: [...flags.filter((flag) => !flag.positional).map(completionFlag), ...globalCompletions],
  };
}

function argumentOf(places: readonly Flag[]): CompletionVerb['argument'] {
  const boxes = places.filter(({ name }) => BOXES.has(name)).length;
  if (boxes > 0) return { kind: 'boxes', boxes };
  if (places.some(({ name }) => name === 'FOLDER')) return { kind: 'file' };
  if (places.some(({ name }) => name === 'PASS')) return { kind: 'pass' };
  if (places.some(({ name }) => name === 'STEP')) return { kind: 'step' };
  return { kind: places.some(({ field }) => field === 'file') ? 'document' : 'free' };
}

/** The placeholders of box arguments; parity uses A and B. */
const BOXES: ReadonlySet<string> = new Set(['BOX', 'A', 'B']);
const FILES: ReadonlySet<string> = new Set(['FILE', 'INVENTORY']);

const completionFlag = (flag: Flag): CompletionFlag => ({
  name: flag.name,
  summary: flag.summary,
  value: expected(flag),
});

/** The placeholder determines the values: ID is a step, BOX a box, FILE a path. */
function expected(flag: Flag): CompletionValue {
  if (flag.kind === 'switch') return { kind: 'none' };
  if (flag.choices.length > 0) return { kind: 'words', words: flag.choices };
  if (flag.placeholder === 'ID') return { kind: 'step' };
  if (flag.placeholder === 'PASS') return { kind: 'pass' };
  if (BOXES.has(flag.placeholder)) return { kind: 'box' };
  return FILES.has(flag.placeholder) ? { kind: 'file' } : { kind: 'free' };
}

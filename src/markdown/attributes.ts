import { parseDuration } from '../base/duration.ts';
import { nearest } from '../base/nearest.ts';
import { type Info, NO_ATTRIBUTES } from './fence.ts';
import { present } from './record/present.ts';
import type { Report } from './report.ts';

/** The known attributes of a fence, typed. Missing attributes are undefined, missing flags false. */
export interface Attributes {
  readonly name?: string;
  readonly cwd?: string;
  readonly user?: string;
  readonly timeoutMs?: number;
  readonly withinMs?: number;
  readonly interactive: boolean;
  readonly background: 'no' | 'keep' | 'pass';
  readonly always: boolean;
  /** On a shell check: evaluated only after acting. */
  readonly after: boolean;
  readonly file?: string;
  readonly mode?: number;
  readonly owner?: string;
  readonly apply?: 'kubernetes';
  readonly from?: string;
  readonly registry?: string;
  readonly patch?: string;
  readonly namespace?: string;
  readonly type?: 'json' | 'merge' | 'strategic';
  readonly interpreter?: readonly string[];
  readonly ignore: boolean;
  readonly excludeFromRunAll: boolean;
}

/** How to parse one value. Undefined: invalid. */
interface Form<T> {
  readonly wanted: string;
  read(text: string): T | undefined;
}

const text: Form<string> = { wanted: 'a text', read: (value) => (value.trim() === '' ? undefined : value) };
const word: Form<string> = {
  wanted: 'one word without blanks, commas or backticks',
  read: (value) => (/^[^\s,`]+$/.test(value) ? value : undefined),
};
const duration: Form<number> = {
  wanted: 'a duration such as 90s, 5m or 1m30s, up to 24h',
  read: parseDuration,
};
const flag: Form<boolean> = {
  wanted: '"true" or "false"',
  read: (value) => ({ true: true, false: false })[value.toLowerCase()],
};
const background: Form<Attributes['background']> = {
  wanted: '"true", "false" or "pass"',
  read: (value) => (({ true: 'keep', false: 'no', pass: 'pass' }) as const)[value.toLowerCase()],
};
const octal: Form<number> = {
  wanted: 'permission bits in octal such as "0644"',
  read: (value) => (/^0?[0-7]{3,4}$/.test(value) ? Number.parseInt(value, 8) : undefined),
};
const owner: Form<string> = {
  wanted: '`user`, `user:group` or `:group`',
  read: (value) => (/^(?:[^\s:]+(?::[^\s:]+)?|:[^\s:]+)$/.test(value) ? value : undefined),
};
const kubernetes: Form<'kubernetes'> = {
  wanted: '"kubernetes", the only supported value',
  read: (value) => (value === 'kubernetes' ? value : undefined),
};
const target: Form<string> = {
  wanted: 'a kind and a name such as "deployment/argo-server"',
  read: (value) => (/^[^\s/]+\/[^\s/]+$/.test(value) ? value : undefined),
};
const patchType: Form<NonNullable<Attributes['type']>> = {
  wanted: '"json", "merge" or "strategic"',
  read: (value) => (['json', 'merge', 'strategic'] as const).find((each) => each === value),
};
const words: Form<readonly string[]> = {
  wanted: 'a program with optional arguments, such as "python3 -u"',
  read: (value) => (value.trim() === '' ? undefined : value.trim().split(/\s+/)),
};

/** Every known attribute and how it is parsed. */
const KNOWN = {
  name: word,
  cwd: text,
  user: word,
  timeout: duration,
  within: duration,
  interactive: flag,
  background,
  always: flag,
  after: flag,
  file: text,
  mode: octal,
  owner,
  apply: kubernetes,
  from: text,
  registry: word,
  patch: target,
  namespace: word,
  type: patchType,
  interpreter: words,
  ignore: flag,
  excludeFromRunAll: flag,
} satisfies Record<string, Form<unknown>>;

/** Attributes of runme, which must not be reported as misspelled (https://docs.runme.dev/configuration/cell-level). */
const FOREIGN = new Set([
  'category',
  'tag',
  'id',
  'mimeType',
  'promptEnv',
  'terminalRows',
  'closeTerminalOnSuccess',
  'openTerminalOnError',
  'title',
  'filename',
]);

/**
 * Reads the known attributes. An invalid value is an error. A key that resembles a known one is a warning, because
 * without it the fence may do something else than its author meant. Other keys are ignored.
 * | @param offset of the fence, for places
 */
export function readAttributes(info: Info, offset: number, report: Report): Attributes {
  if (info.attributes === NO_ATTRIBUTES) return NOTHING_WRITTEN;
  suggestKnown(info, offset, report);
  const read = <T>(key: keyof typeof KNOWN, form: Form<T>): T | undefined => {
    const written = info.attributes[key];
    if (written === undefined) return undefined;
    const value = form.read(written);
    if (value === undefined) {
      report.error(
        'bad-attribute',
        offset,
        `The value "${written}" of \`${key}\` is not valid.`,
        `Write ${form.wanted}.`,
      );
    }
    return value;
  };
  return present({
    name: read('name', KNOWN.name),
    cwd: read('cwd', KNOWN.cwd),
    user: read('user', KNOWN.user),
    timeoutMs: read('timeout', KNOWN.timeout),
    withinMs: read('within', KNOWN.within),
    interactive: read('interactive', KNOWN.interactive) ?? false,
    background: read('background', KNOWN.background) ?? 'no',
    always: read('always', KNOWN.always) ?? false,
    after: read('after', KNOWN.after) ?? false,
    file: read('file', KNOWN.file),
    mode: read('mode', KNOWN.mode),
    owner: read('owner', KNOWN.owner),
    apply: read('apply', KNOWN.apply),
    from: read('from', KNOWN.from),
    registry: read('registry', KNOWN.registry),
    patch: read('patch', KNOWN.patch),
    namespace: read('namespace', KNOWN.namespace),
    type: read('type', KNOWN.type),
    interpreter: read('interpreter', KNOWN.interpreter),
    ignore: read('ignore', KNOWN.ignore) ?? false,
    excludeFromRunAll: read('excludeFromRunAll', KNOWN.excludeFromRunAll) ?? false,
  });
}

const NOTHING_WRITTEN: Attributes = {
  interactive: false,
  background: 'no',
  always: false,
  after: false,
  ignore: false,
  excludeFromRunAll: false,
};

/**
 * Warns about keys that resemble known ones. This includes documentation fences, which may be documentation only
 * because of the typo.
 */
export function suggestKnown({ attributes }: Info, offset: number, report: Report): void {
  for (const key of Object.keys(attributes)) {
    if (Object.hasOwn(KNOWN, key) || FOREIGN.has(key)) continue;
    const guess = nearest(key, Object.keys(KNOWN));
    const message = `The attribute \`${key}\` is not known, so it is ignored.`;
    if (guess) report.warning('unknown-attribute', offset, message, `Did you mean \`${guess}\`?`);
  }
}

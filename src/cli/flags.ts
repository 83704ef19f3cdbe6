import type { z } from 'zod';
import type { Operation } from '../operations/operation.ts';

/** One field of an operation's input as a command-line flag or argument. */
export interface Flag {
  /** The input field that it sets. */
  readonly field: string;
  /** `dry-run` for `--dry-run`; for an argument its name in the usage line, `FILE`. */
  readonly name: string;
  /** `o` for `-o`; undefined if it has no short form. */
  readonly short?: string;
  readonly positional: boolean;
  /** switch: no value. pairs: `K=V`, repeatable. list: repeatable. */
  readonly kind: 'switch' | 'text' | 'number' | 'list' | 'pairs';
  /** A switch that is on by default is offered as `--no-…`, which turns it off. */
  readonly negated: boolean;
  readonly placeholder: string;
  readonly summary: string;
  readonly required: boolean;
  /** Shown in help; undefined if it is not worth showing. */
  readonly default?: string;
  /** The allowed range, inclusive; undefined if the flag is not a number. */
  readonly range?: { readonly least?: number; readonly most?: number };
  /** The allowed values, for help and completion; empty if any value is allowed. */
  readonly choices: readonly string[];
  readonly hidden: boolean;
}

/** The conventions of operations/operation.ts for a field's `.meta()`. */
interface FieldMeta {
  readonly description?: string;
  readonly positional?: boolean;
  readonly flag?: string;
  readonly short?: string;
  readonly placeholder?: string;
  readonly repeat?: boolean;
  readonly hidden?: boolean;
}

/** The default document: the file that an agent leaves in a folder. */
export const DEFAULT_FILE = 'AUTODOCK.md';

/** Path of a pass's JUnit report. Only the command writes it, so it is not a field of the operation. */
const reportFlag: Flag = {
  field: 'report',
  name: 'report',
  positional: false,
  kind: 'text',
  negated: false,
  placeholder: 'FILE',
  summary: 'write the pass as JUnit XML for CI',
  required: false,
  choices: [],
  hidden: false,
};

/** Flags and arguments of an operation, in the order of its input's fields. */
export function flagsOf(operation: Operation): readonly Flag[] {
  const fields = Object.entries(operation.input.shape).map(([field, schema]) =>
    flagOf(field, schema as z.ZodType),
  );
  return operation.name === 'replay' ? [...fields, reportFlag] : fields;
}

function flagOf(field: string, schema: z.ZodType): Flag {
  const { core, range, meta, optional, defaultValue } = unwrap(schema);
  const positional = meta.positional === true;
  const kind = kindOf(core);
  const negated = kind === 'switch' && defaultValue === true;
  const name = meta.flag ?? kebab(field);
  const fallback = field === 'file' && positional ? DEFAULT_FILE : shownDefault(defaultValue);
  return {
    field,
    name: positional ? (meta.placeholder ?? name.toUpperCase()) : negated ? `no-${name}` : name,
    ...(meta.short === undefined ? {} : { short: meta.short }),
    positional,
    kind,
    negated,
    placeholder:
      meta.placeholder ?? (kind === 'pairs' ? 'K=V' : kind === 'number' ? 'N' : name.toUpperCase()),
    summary: meta.description ?? '',
    required: !optional && fallback === undefined && kind !== 'switch',
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(range ? { range } : {}),
    choices: choicesOf(core),
    hidden: meta.hidden === true,
  };
}

interface Unwrapped {
  readonly core: z.core.$ZodTypes['_zod']['def'];
  readonly range?: Flag['range'];
  readonly meta: FieldMeta;
  readonly optional: boolean;
  readonly defaultValue: unknown;
}

/** Finds the type that a person enters, inside optional, default and pipe. Outer descriptions override inner ones. */
function unwrap(schema: z.ZodType): Unwrapped {
  const def = (schema as unknown as z.core.$ZodTypes)._zod.def;
  const meta = (schema.meta() ?? {}) as FieldMeta;
  const through = (inner: z.core.$ZodType, more: Partial<Unwrapped> = {}): Unwrapped => {
    const below = unwrap(inner as z.ZodType);
    return { ...below, ...more, meta: { ...below.meta, ...meta } };
  };
  switch (def.type) {
    case 'optional':
    case 'nullable':
      return through(def.innerType, { optional: true });
    case 'default':
    case 'prefault':
      return through(def.innerType, { optional: true, defaultValue: def.defaultValue });
    case 'readonly':
    case 'catch':
    case 'nonoptional':
      return through(def.innerType);
    case 'pipe':
      return through(def.in);
    case 'number':
      return {
        core: def,
        range: rangeOf(schema as z.ZodNumber),
        meta,
        optional: false,
        defaultValue: undefined,
      };
    default:
      return { core: def, meta, optional: false, defaultValue: undefined };
  }
}

/** An integer without explicit bounds is limited to the safe integers. */
function rangeOf({ minValue, maxValue }: z.ZodNumber): Flag['range'] {
  return {
    ...(minValue !== null && minValue > Number.MIN_SAFE_INTEGER ? { least: minValue } : {}),
    ...(maxValue !== null && maxValue < Number.MAX_SAFE_INTEGER ? { most: maxValue } : {}),
  };
}

function choicesOf(core: Unwrapped['core']): string[] {
  if (core.type === 'array') return choicesOf(unwrap(core.element as z.ZodType).core);
  return core.type === 'enum' ? Object.values(core.entries).map(String) : [];
}

function kindOf(core: Unwrapped['core']): Flag['kind'] {
  switch (core.type) {
    case 'boolean':
      return 'switch';
    case 'number':
      return 'number';
    case 'array':
      return 'list';
    case 'record':
      return 'pairs';
    default:
      return 'text';
  }
}

function shownDefault(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

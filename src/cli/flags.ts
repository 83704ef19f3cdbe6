import type { z } from 'zod';
import type { Operation } from '../operations/operation.ts';

/** One field of an operation's input as the command line knows it. */
export interface Flag {
  /** The field of the input that it fills. */
  readonly field: string;
  /** `dry-run` for `--dry-run`; for an argument the name in the usage line, `FILE`. */
  readonly name: string;
  readonly positional: boolean;
  /** switch: no value. pairs: `K=V`, repeated. list: repeated. */
  readonly kind: 'switch' | 'text' | 'number' | 'list' | 'pairs';
  /** A switch that is on unless told otherwise is offered as `--no-…` and turns it off. */
  readonly negated: boolean;
  readonly placeholder: string;
  readonly summary: string;
  readonly required: boolean;
  /** Shown in help; undefined where there is none worth showing. */
  readonly default?: string;
  /** The numbers that it takes, both ends included; undefined: no number. */
  readonly range?: { readonly least?: number; readonly most?: number };
  /** The only values allowed, for help and completion; empty: anything. */
  readonly choices: readonly string[];
  readonly hidden: boolean;
}

/** The conventions of operations/operation.ts for a field's `.meta()`. */
interface FieldMeta {
  readonly description?: string;
  readonly positional?: boolean;
  readonly flag?: string;
  readonly placeholder?: string;
  readonly repeat?: boolean;
  readonly hidden?: boolean;
}

/** A document where none is named: what an agent leaves behind in a folder. */
export const DEFAULT_FILE = 'AUTODOCK.md';

/** Where the JUnit report of a pass goes: a matter of this front end alone, so no field of the operation. */
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

/** Looks through optional, default and pipe to the type a person types; words on the outside win over those inside. */
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

/** A whole number without a bound has the bounds of what a double can count. */
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

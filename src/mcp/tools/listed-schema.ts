import { z } from 'zod';

type Schema = Record<string, unknown>;

const extended = new WeakMap<z.ZodObject, z.ZodObject>();

/** The output of a tool, with what the server adds. Created once: a schema costs more than a call. */
export function withMore(output: z.ZodObject): z.ZodObject {
  const made = extended.get(output) ?? output.extend({ more: z.record(z.string(), z.number()).optional() });
  extended.set(output, made);
  return made;
}

/** The listed schema of an input: every field with its description, and nothing else. A shape that comes twice is described once. */
export function inputSchema(input: z.ZodObject): Schema {
  const schema = trimmed(z.toJSONSchema(input, { io: 'input' }));
  return { ...(describedOnce(schema, new Set()) as Schema), additionalProperties: false };
}

function describedOnce(value: unknown, seen: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((each) => describedOnce(each, seen));
  if (typeof value !== 'object' || value === null) return value;
  const schema = value as Schema;
  if (schema.type === 'object' && schema.properties !== undefined) {
    const shape = JSON.stringify(schema);
    if (seen.has(shape)) return { type: 'object' };
    seen.add(shape);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, inner]) => [key, describedOnce(inner, seen)]));
}

/**
 * Omitted from listed schemas; a call that breaks one of these rules gets an error. `$schema` because older clients
 * know only draft 7.
 */
const HIDDEN_KEYWORDS = [
  '$schema',
  'propertyNames',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
];

/** Removes what does not help to call a tool, such as the bounds of every integer. */
function trimmed(schema: unknown): Schema {
  const kept = Object.entries(schema as Schema).filter(
    ([key, value]) =>
      !HIDDEN_KEYWORDS.includes(key) &&
      !(key === 'additionalProperties' && typeof value === 'boolean') &&
      !(key === 'default' && ['[]', '{}', 'false'].includes(JSON.stringify(value))) &&
      Math.abs(Number(value)) !== Number.MAX_SAFE_INTEGER,
  );
  return Object.fromEntries(
    kept.map(([key, value]) =>
      Array.isArray(value) && key === 'type' ? oneOf(value) : [key, inner(key, value)],
    ),
  );
}

/** Alternatives with one type each: more clients understand them than a list of types. */
const oneOf = (types: readonly unknown[]): [string, unknown] => ['anyOf', types.map((type) => ({ type }))];

function inner(key: string, value: unknown): unknown {
  switch (key) {
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Schema).map(([name, field]) => [name, trimmed(field)]),
      );
    case 'items':
    case 'additionalProperties':
      return trimmed(value);
    case 'anyOf':
    case 'oneOf':
    case 'allOf':
      return (value as unknown[]).map(trimmed);
    default:
      return value;
  }
}

import { z } from 'zod';

type Schema = Record<string, unknown>;

const extended = new WeakMap<z.ZodObject, z.ZodObject>();

/** What a tool gives, with what the server adds to it. Made once: a schema costs more than a call. */
export function withMore(output: z.ZodObject): z.ZodObject {
  const made = extended.get(output) ?? output.extend({ more: z.record(z.string(), z.number()).optional() });
  extended.set(output, made);
  return made;
}

/**
 * An output as its fields and their types, no deeper, without what is required and without `more`, which it may have besides: the
 * list has 16 KB for all tools, clients check results against it, and models never see it.
 */
export function outputSchema(output: z.ZodObject): Schema {
  const { properties = {} } = z.toJSONSchema(output, { io: 'output' });
  const outline = ([name, field]: [string, unknown]) => [name, typeOf(field as Schema)];
  return { properties: Object.fromEntries(Object.entries(properties).map(outline)) };
}

function typeOf({ type, anyOf }: Schema): Schema {
  if (typeof type === 'string') return { type };
  if (Array.isArray(anyOf)) return { anyOf: anyOf.map(typeOf) };
  return Array.isArray(type) ? Object.fromEntries([oneOf(type)]) : {};
}

/** An input as a model needs it to call: every field with its meaning, and none besides. */
export function inputSchema(input: z.ZodObject): Schema {
  return { ...trimmed(z.toJSONSchema(input, { io: 'input' })), additionalProperties: false };
}

/** Left out of what is listed; a call that breaks one of these rules is told so. The dialect: older clients know only draft 7. */
const UNTOLD = ['$schema', 'propertyNames', 'pattern', 'minLength', 'maxLength', 'minItems', 'maxItems'];

/** Takes off what costs characters and helps nobody to call, such as the bounds of every integer. */
function trimmed(schema: unknown): Schema {
  const kept = Object.entries(schema as Schema).filter(
    ([key, value]) =>
      !UNTOLD.includes(key) &&
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

/** As alternatives with one type each, which more clients understand than a list of types. */
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

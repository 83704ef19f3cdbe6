import { stringify } from 'yaml';
import type { Input } from '../../model/runbook.ts';

/** values.yaml, with what each input is for as comments. An input that must be given is a comment. */
export function valuesText(
  inputs: readonly Input[],
  secrets: ReadonlyMap<string, readonly string[]>,
  hasTests: boolean,
): string {
  const values = inputs.map((input) => {
    const comment = input.purpose.split('\n').map((line) => `# ${line}`.trimEnd());
    const type = input.type ? [`# ${input.type.written}`] : [];
    const line =
      input.default === undefined
        ? input.required
          ? `# ${input.name}: required`
          : `${input.name}: ""`
        : stringify({ [input.name]: defaultOf(input) }, { lineWidth: 0 }).trimEnd();
    return [...(input.purpose === '' ? [] : comment), ...type, line].join('\n');
  });
  const existing = [...secrets].map(
    ([name, keys]) =>
      `  # needs ${keys.join(', ')}\n${stringify({ [name]: name })
        .trimEnd()
        .replace(/^/, '  ')}`,
  );
  return `${[
    ...values,
    ...(existing.length > 0
      ? [
          `# Secrets that exist in the namespace, by the name that the document gives them.\nexistingSecrets:\n${existing.join('\n')}`,
        ]
      : []),
    ...(hasTests
      ? ['# An image with sh and curl for `helm test`; empty: no tests.\ntests:\n  image: ""']
      : []),
  ].join('\n\n')}\n`;
}

/** values.schema.json from the types of the inputs. */
export function valuesSchema(inputs: readonly Input[]): string {
  return `${JSON.stringify(
    {
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      properties: Object.fromEntries(inputs.map((input) => [input.name, schemaOf(input)])),
      required: inputs.filter((input) => input.required).map(({ name }) => name),
    },
    null,
    2,
  )}\n`;
}

function schemaOf({ type, purpose }: Input): object {
  const description = purpose === '' ? {} : { description: purpose };
  const range = {
    ...(type?.least === undefined ? {} : { minimum: type.least }),
    ...(type?.most === undefined ? {} : { maximum: type.most }),
  };
  if (!type) return { ...description, type: ['string', 'number', 'boolean'] };
  switch (type.name) {
    case 'number':
      return { ...description, type: 'number', ...range };
    case 'port':
      return { ...description, type: 'integer', minimum: 1, maximum: 65_535, ...range };
    case 'boolean':
      return { ...description, type: 'boolean' };
    case 'enum':
      return { ...description, type: 'string', enum: type.choices };
    case 'url':
      return { ...description, type: 'string', format: 'uri' };
    default:
      // Helm's schemas have no flags for expressions.
      return {
        ...description,
        type: 'string',
        ...(type.pattern && !type.pattern.ignoreCase ? { pattern: type.pattern.source } : {}),
      };
  }
}

/** A default with the type that the schema wants. */
function defaultOf({ type, default: value = '' }: Input): string | number | boolean {
  if (type?.name === 'number' || type?.name === 'port') return Number(value);
  return type?.name === 'boolean' ? value === 'true' : value;
}

import { endMark } from '../../base/shell-quote.ts';
import { REFERENCE } from '../../base/substitute.ts';
import { TYPED } from '../exporter.ts';
import { type IsReference, literal } from './words.ts';

/** A here-document of JSON. Values are converted on the box: text inside of a string, or a number where YAML would read one. */
export function objectsText(value: unknown, isReference: IsReference, secrets: readonly string[]): string {
  const json = JSON.stringify(value ?? null, null, 1);
  const typed = new RegExp(
    `"${JSON.stringify(TYPED).slice(1, -1).replaceAll('\\', '\\\\')}([A-Za-z_]\\w*)"`,
    'g',
  );
  const mark = endMark(json);
  // Private-use characters replace the substitutions while the rest is escaped.
  const marked = json
    .replaceAll(typed, (_, name: string) =>
      secrets.includes(name) ? `"\uE000${name}\uE002"` : `\uE001${name}\uE002`,
    )
    .replaceAll(REFERENCE, (reference, name: string) =>
      reference.startsWith('$$') || !isReference(name) ? literal(reference) : `\uE000${name}\uE002`,
    );
  const text = marked
    .replaceAll(/[\\`$]/g, '\\$&')
    .replaceAll(/\uE000(\w+)\uE002/g, '$(json_text "${$1}")')
    .replaceAll(/\uE001(\w+)\uE002/g, '$(json_value "${$1}")');
  return `<<${mark}\n${text}\n${mark}`;
}

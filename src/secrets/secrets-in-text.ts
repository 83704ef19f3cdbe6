import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import { formsOf, isShort, type Secret } from './forms.ts';
import { markOf } from './mask.ts';
import { createSecretScanner } from './scan.ts';

/**
 * Secrets in a document, in clear or encoded. These are errors, because documents are shared. A value shorter than 8
 * characters may be a common word, so it is a warning. Messages never contain the value.
 */
export function secretsInText(
  source: { readonly text: string; placeAt(offset: number): Place },
  secrets: readonly Secret[],
): Diagnostic[] {
  const forms = secrets.flatMap(formsOf);
  if (forms.length === 0) return [];
  const short = new Set(secrets.filter(({ value }) => isShort(value)).map(({ name }) => name));
  const { found } = createSecretScanner(forms)(source.text, { before: '', last: true });
  return found.map(({ name, start }) => ({
    code: 'secret-in-text',
    severity: short.has(name) ? 'warning' : 'error',
    message: `A document must not contain secrets. The value of ${name} is here.`,
    remedy: `Write \${${name}} instead, and change the secret because it may have been read; masked output shows ${markOf(name)}.`,
    place: source.placeAt(start),
  }));
}

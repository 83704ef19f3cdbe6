import type { Diagnostic } from '../model/diagnostic.ts';
import type { Place } from '../model/place.ts';
import { formsOf, isShort, type Secret } from './forms.ts';
import { markOf } from './mask.ts';
import { createSecretScanner } from './scan.ts';

/**
 * Secrets that stand in a document, in clear or encoded: errors, because documents are shared. A value shorter than
 * 8 characters may be a common word, so that is a warning. The value itself is in no message.
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
    message: `The value of the secret ${name} stands here.`,
    remedy: `Write \${${name}} instead and change the secret, since it may have been read; ${markOf(name)} is what others would see.`,
    place: source.placeAt(start),
  }));
}

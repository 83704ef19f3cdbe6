/** `${NAME}`, or `$${NAME}` for the literal text. */
export const REFERENCE = /\$?\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** A text with its references replaced, and the unknown names, each once and in order. */
export interface Substituted {
  readonly text: string;
  readonly missing: string[];
}

/**
 * Replaces `${NAME}` for every name that `lookup` knows. Any other `${` is left unchanged, and `$${NAME}` becomes a
 * literal `${NAME}`. Values are not scanned again, so a value cannot introduce a reference.
 */
export function substitute(text: string, lookup: (name: string) => string | undefined): Substituted {
  const missing = new Set<string>();
  const replaced = text.replace(REFERENCE, (reference: string, name: string) => {
    if (reference.startsWith('$$')) return reference.slice(1);
    const value = lookup(name);
    if (value === undefined) missing.add(name);
    return value ?? reference;
  });
  return { text: replaced, missing: [...missing] };
}

/** The names that a text refers to with `${NAME}`, each once and in order. */
export function references(text: string): string[] {
  return substitute(text, () => undefined).missing;
}

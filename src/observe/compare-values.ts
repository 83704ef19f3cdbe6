import type { Comparator } from '../model/check.ts';

/**
 * Compares as numbers if both are numbers, exactly and at any length. Otherwise `=` and `!=` compare as text, and the
 * other comparators return undefined. Rule: docs/format.md, Checks.
 */
export function compareValues(a: string, comparator: Comparator, b: string): boolean | undefined {
  const [left, right] = [decimal(a), decimal(b)];
  if (!left || !right) return compareTexts(a, comparator, b);
  const scale = Math.max(left.scale, right.scale);
  const difference =
    left.digits * 10n ** BigInt(scale - left.scale) - right.digits * 10n ** BigInt(scale - right.scale);
  switch (comparator) {
    case '=':
      return difference === 0n;
    case '!=':
      return difference !== 0n;
    case '<':
      return difference < 0n;
    case '<=':
      return difference <= 0n;
    case '>':
      return difference > 0n;
    case '>=':
      return difference >= 0n;
  }
}

function compareTexts(a: string, comparator: Comparator, b: string): boolean | undefined {
  if (comparator === '=') return a === b;
  return comparator === '!=' ? a !== b : undefined;
}

/** `["-"] digits ["." digits]`. Anything longer than 100 characters is not a quantity. */
function decimal(text: string): { digits: bigint; scale: number } | undefined {
  const parts = text.length <= 100 ? /^(-?\d+)(?:\.(\d+))?$/.exec(text) : null;
  return parts ? { digits: BigInt(`${parts[1]}${parts[2] ?? ''}`), scale: parts[2]?.length ?? 0 } : undefined;
}

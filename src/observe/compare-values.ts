import type { Comparator } from '../model/check.ts';

/**
 * Compares as numbers if both are numbers, exactly and whatever their length; else `=` and `!=` compare as text and
 * the others have no answer (undefined). Rule: docs/format.md, Checks.
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

/** `["-"] digits ["." digits]`; longer than any quantity is not a number. */
function decimal(text: string): { digits: bigint; scale: number } | undefined {
  const parts = text.length <= 100 ? /^(-?\d+)(?:\.(\d+))?$/.exec(text) : null;
  return parts ? { digits: BigInt(`${parts[1]}${parts[2] ?? ''}`), scale: parts[2]?.length ?? 0 } : undefined;
}

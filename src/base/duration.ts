const SHAPE = /^(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?(?:(\d{1,9})ms)?$/;

const UNITS = [
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

/** The longest duration that a document may request: 24 hours, in milliseconds. */
export const LONGEST_MS = 86_400_000;

/**
 * Parses a duration such as `90s`, `1m30s` or `500ms` into milliseconds (docs/format.md: `[int h][int m][int s][int
 * ms]`). Returns undefined if the form is different or the value is outside 1ms..24h.
 */
export function parseDuration(text: string): number | undefined {
  const parts = SHAPE.exec(text);
  if (!parts || text === '') return undefined;
  const total = UNITS.reduce((sum, [, size], index) => sum + Number(parts[index + 1] ?? 0) * size, 0);
  return total >= 1 && total <= LONGEST_MS ? total : undefined;
}

/** The shortest text that `parseDuration` reads as the same whole milliseconds; `0ms` for zero. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  let text = '';
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text || '0ms';
}

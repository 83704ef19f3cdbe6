import type { PredictionRow } from './hypothesis.ts';

/**
 * Whether what a hypothesis foretold came true. `no` as soon as one line fails; `yes` only if every line passes and at
 * least one did not before, for what held anyway foretells nothing. Whatever could not be asked is `unknown`.
 */
export function predictionHeld(rows: readonly PredictionRow[]): 'yes' | 'no' | 'unknown' {
  if (rows.some((row) => row.after === 'fail')) return 'no';
  const allPass = rows.every((row) => row.after === 'pass');
  return allPass && rows.some((row) => row.before === 'fail' || row.before === 'unknown') ? 'yes' : 'unknown';
}

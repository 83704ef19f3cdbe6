import type { PredictionRow } from './hypothesis.ts';

/**
 * Whether the prediction of a hypothesis came true. `no` if any line fails. `yes` only if every line passes and at
 * least one did not pass before: a line that already held predicts nothing. Otherwise `unknown`.
 */
export function predictionHeld(rows: readonly PredictionRow[]): 'yes' | 'no' | 'unknown' {
  if (rows.some((row) => row.after === 'fail')) return 'no';
  const allPass = rows.every((row) => row.after === 'pass');
  return allPass && rows.some((row) => row.before === 'fail' || row.before === 'unknown') ? 'yes' : 'unknown';
}

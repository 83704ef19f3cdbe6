/**
 * Runs every way once a round, in turn (A B C, A B C, …), so that a machine that grows busier meanwhile burdens all alike.
 * Answers each way's measurements in the order of the rounds.
 *
 * @template T
 * @param {Record<string, (round: number) => T | Promise<T>>} ways
 * @param {number} count
 * @returns {Promise<Record<string, T[]>>}
 */
export async function inTurn(ways, count) {
  const results = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  for (let round = 0; round < count; round += 1) {
    for (const [name, way] of Object.entries(ways)) results[name].push(await way(round));
  }
  return results;
}

/** Median of the ratios of paired measurements: what is compared was measured within the same seconds. */
export const medianRatio = (ours, theirs) => median(ours.map((value, round) => value / theirs[round]));

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

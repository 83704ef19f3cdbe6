/** `1 step`, `2 steps`. Pass `several` for irregular plurals: `2 boxes`. */
export function pluralize(number: number, noun: string, several = `${noun}s`): string {
  return `${number} ${number === 1 ? noun : several}`;
}

/** `2 fences, 1 shell check and 3 commands`, leaving out what counts 0; empty if all do. */
export function listCounts(counts: readonly (readonly [number: number, noun: string])[]): string {
  const parts = counts.filter(([number]) => number > 0).map(([number, noun]) => pluralize(number, noun));
  const last = parts.pop() ?? '';
  return parts.length === 0 ? last : `${parts.join(', ')} and ${last}`;
}

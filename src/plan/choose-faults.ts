import type { Fault } from '../model/reports/chaos.ts';

/** A fault and the step at whose start it is injected. */
export interface ChosenFault {
  readonly fault: Fault;
  readonly step: string;
}

/** Chooses when each fault is injected. Pure: the same seed, faults and steps give the same result on every machine. */
export function chooseFaults(
  seed: number,
  faults: readonly Fault[],
  steps: readonly string[],
): readonly ChosenFault[] {
  const random = mulberry32(seed);
  return steps.length === 0
    ? []
    : faults.map((fault) => ({ fault, step: steps[Math.floor(random() * steps.length)]! }));
}

/**
 * Pseudo-random numbers in [0, 1): Tommy Ettinger's mulberry32, public domain. Short, and sufficient for this purpose.
 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

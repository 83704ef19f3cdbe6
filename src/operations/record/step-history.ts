import type { FixHistory } from '../../model/page.ts';
import type { PassDigest } from '../../model/pass-record.ts';

/** A Fix that has not fired for so long may no longer work, or no longer be needed. */
const OLD_AFTER_MS = 90 * 24 * 60 * 60_000;

/** What the recorded passes on a box say about its steps and problems. */
export interface StepHistory {
  /** ISO 8601: the end of the last pass in which a step's checks passed. */
  lastHeld(step: string): string | undefined;
  /** ISO 8601: the end of the last pass that looked at it, if its checks failed there. */
  lastFailed(step: string): string | undefined;
  fired(problem: string): FixHistory;
}

/** `digests` are those of one box, newest first. */
export function stepHistory(digests: readonly PassDigest[], now: number): StepHistory {
  const held = new Map<string, string>();
  const failed = new Map<string, string>();
  const fired = new Map<string, string[]>();
  for (const digest of digests) {
    const end = endOf(digest);
    for (const step of digest.failed) if (!held.has(step) && !failed.has(step)) failed.set(step, end);
    for (const step of digest.held) if (!held.has(step)) held.set(step, end);
    for (const { problem } of digest.fired) fired.set(problem, [...(fired.get(problem) ?? []), end]);
  }
  const oldest = digests.at(-1)?.at;
  return {
    lastHeld: (step) => held.get(step),
    lastFailed: (step) => failed.get(step),
    fired: (problem) => {
      const times = fired.get(problem) ?? [];
      const since = times[0] ?? oldest;
      const old = since !== undefined && now - Date.parse(since) > OLD_AFTER_MS;
      return { times: times.length, ...(times[0] === undefined ? {} : { last: times[0] }), old };
    },
  };
}

const endOf = ({ at, ms = 0 }: PassDigest): string => new Date(Date.parse(at) + ms).toISOString();

import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { clip, type RawEvent } from './raw.ts';

export type NewEvent = Extract<NewClusterFact, { kind: 'event' }>;

/** An event of core/v1 or events.k8s.io/v1; both are in use. */
export function eventFact(raw: RawEvent): NewEvent {
  const about = raw.involvedObject ?? raw.regarding ?? {};
  const namespace = about.namespace ?? raw.metadata?.namespace ?? 'default';
  return {
    kind: 'event',
    namespace,
    type: raw.type ?? 'Normal',
    reason: raw.reason ?? '',
    message: clip(raw.message ?? raw.note),
    about: `${about.kind ?? ''} ${namespace}/${about.name ?? ''}`,
    uid: about.uid ?? '',
    count: raw.series?.count ?? raw.count ?? 1,
    last: lastOf(raw),
  };
}

/** When it was last seen. Each API version leaves some of these fields empty. */
function lastOf({ series, lastTimestamp, eventTime, metadata }: RawEvent): string {
  return series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? '';
}

/**
 * Selects the events worth keeping: first those about failing objects, then warnings, then the most recent. Holds at
 * most twice its limit at any time.
 */
export class EventSelection {
  readonly #most: number;
  readonly #isWanted: (uid: string) => boolean;
  #kept: NewEvent[] = [];
  #seen = 0;

  constructor(most: number, isWanted: (uid: string) => boolean) {
    this.#most = most;
    this.#isWanted = isWanted;
  }

  add(raw: RawEvent): void {
    this.#seen++;
    this.#kept.push(eventFact(raw));
    if (this.#kept.length >= this.#most * 2) this.#prune();
  }

  /** The most recent first, and how many were dropped. */
  end(): { readonly facts: readonly NewEvent[]; readonly more: number } {
    this.#prune();
    const facts = [...this.#kept].sort(newestFirst);
    return { facts, more: this.#seen - facts.length };
  }

  #prune(): void {
    const rank = (each: NewEvent): number =>
      (this.#isWanted(each.uid) ? 0 : 2) + (each.type === 'Warning' ? 0 : 1);
    this.#kept.sort((a, b) => rank(a) - rank(b) || newestFirst(a, b));
    this.#kept = this.#kept.slice(0, this.#most);
  }
}

function newestFirst(a: NewEvent, b: NewEvent): number {
  return a.last < b.last ? 1 : a.last > b.last ? -1 : 0;
}

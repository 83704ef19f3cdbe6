import type { Probe } from '../model/check.ts';
import type { CheckReader } from './line/check-reader.ts';

/** The probe of one kind. */
export type ProbeOf<K extends Probe['kind']> = Extract<Probe, { kind: K }>;

/**
 * What an agent could learn by a probe. operations/confine decides from it what an agent's probe may ask.
 * `open`: nothing private. `url`, `host`: whether another machine answers. `file`: whether a file exists, or (`content`) what is
 * in it; `at` is the same probe with every symbolic link of the path resolved. `refused`: never evaluated for an agent.
 */
export type Reach<P extends Probe = Probe> =
  | { readonly kind: 'open' }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'host'; readonly host: string }
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly content: boolean;
      readonly at: (path: string) => P;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/**
 * How `within` waits for a result: by evaluating the probe again after growing pauses, sooner when the file at `path` changes, or
 * by watching the box's cluster.
 */
export type RetryMode =
  | { readonly kind: 'again' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'cluster' };

/** Everything about one kind of probe except its evaluation, which is a row of observe/probes/all. */
export interface ProbeKind<K extends Probe['kind']> {
  /** For the table in docs/checks.md: the line after its first word, and one sentence. */
  readonly docs: { readonly syntax: string; readonly summary: string; readonly agents: string };
  /** Reads the line after its first word. */
  readonly read: (reader: CheckReader) => ProbeOf<K>;
  readonly wait: (probe: ProbeOf<K>) => RetryMode;
  /** What an agent could learn by it. No default exists: a new kind must answer. */
  readonly reach: (probe: ProbeOf<K>) => Reach<ProbeOf<K>>;
  /** Whether the evaluation sends the probe's own text to another machine. Such a text must not hold a secret. */
  readonly sendsText: boolean;
  /** What the probe is about. Guards compare two probes of the same subject. */
  readonly subject: (probe: ProbeOf<K>) => string;
  /** How `now` is weaker than `old`, for guards; empty if it is not weaker. */
  readonly looser: (old: ProbeOf<K>, now: ProbeOf<K>) => readonly string[];
  /** Why the probe passes on every box, for guards; undefined if it can fail. */
  readonly cannotFail: (probe: ProbeOf<K>) => string | undefined;
}

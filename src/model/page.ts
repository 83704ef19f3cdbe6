import type { CheckResult } from './outcome.ts';
import type { PassDetail } from './pass-record.ts';
import type { Place } from './place.ts';
import type { PlanStep } from './plan.ts';
import type { Runbook } from './runbook.ts';

/** What is known about one step, for the page. */
export interface StepState {
  readonly status: 'confirmed' | 'failed' | 'interrupted' | 'undone' | 'edited' | 'new';
  /** ISO 8601: when the journal last learned about it. */
  readonly at?: string;
  /** Of the last pass that ran it. */
  readonly ms?: number;
  readonly checks: readonly CheckResult[];
  /** Recorded output of that pass, masked. */
  readonly output: string;
  /** ISO 8601: when a recorded pass last saw its checks pass. */
  readonly lastHeld?: string;
  /** ISO 8601: confirmed, but its checks failed in a later pass. */
  readonly drifted?: string;
}

/** What is known about a recorded Fix. */
export interface FixHistory {
  /** How often it cleared its problem, over all recorded passes. */
  readonly times: number;
  /** ISO 8601. */
  readonly last?: string;
  /** It has not fired for 90 days. */
  readonly old: boolean;
}

/** Objects in a vendored manifest: `Deployment argo/argo-server`. */
export type VendoredObjects = ReadonlyMap<string, readonly string[]>;

/** Everything that the page shows; it is rendered without any further reading. */
export interface PageInput {
  readonly text: string;
  /** Where a line of the text (from 1) is written: the text of a site is merged from several files. */
  readonly placeOfLine: (line: number) => Place;
  readonly runbook: Runbook;
  readonly steps: readonly PlanStep[];
  readonly states: ReadonlyMap<string, StepState>;
  /** By id. */
  readonly problems: ReadonlyMap<string, FixHistory>;
  readonly vendored: VendoredObjects;
  readonly box: string;
  readonly lastPass?: PassDetail;
  /** Whether the certificate's hash still covers the document; undefined: it has no certificate. */
  readonly certificate?: 'valid' | 'stale';
  /** ISO 8601. */
  readonly at: string;
  readonly version: string;
}

/** The result of `runbook page`. */
export interface PageReport {
  readonly file: string;
  readonly page: string;
  readonly bytes: number;
}

/** A part of a pass's output. */
export interface LogWindow {
  /** Numbered from 1, in all of the output. */
  readonly lines: readonly { readonly number: number; readonly text: string }[];
  /** Lines of all the output. */
  readonly total: number;
  /** With a search: how many lines match, of which the first are in `lines`. */
  readonly matches?: number;
}

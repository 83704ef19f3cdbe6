import type { Check, Probe, ProbeCheck } from '../model/check.ts';
import { kindOf } from '../probes/all.ts';

/** A check that asks less than it did. */
export interface CheckChange {
  readonly before: string;
  /** The check that stands in its place; absent: none does. */
  readonly after?: string;
  /** What is less, in a few words. */
  readonly what: string;
}

/** Every old check that is gone or looser, in the old order. Longer deadlines are sleep-spiral's, and none here. */
export function checkChanges(before: readonly Check[], after: readonly Check[]): readonly CheckChange[] {
  const same = new Set(after.map(withoutWait));
  return before.filter((each) => !same.has(withoutWait(each))).flatMap((each) => changeOf(each, after));
}

function withoutWait(check: Check): string {
  return check.text
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/ within \S+$/, '');
}

function changeOf(before: Check, after: readonly Check[]): readonly CheckChange[] {
  const others = after.filter((each) => each.kind === 'probe');
  if (before.kind !== 'probe')
    return [{ before: before.text, what: `\`${firstLine(before.text)}\` is gone` }];
  const candidates = others.filter((each) => subject(each.probe) === subject(before.probe));
  if (candidates.some((each) => differences(before, each).length === 0)) return [];
  const [closest] = candidates;
  if (!closest) return [{ before: before.text, what: `\`${before.text}\` is gone` }];
  return [{ before: before.text, after: closest.text, what: differences(before, closest).join(', ') }];
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** In what the new check of the same subject asks less than the old one; empty: it asks as much, or more. */
function differences(before: ProbeCheck, after: ProbeCheck): readonly string[] {
  if (before.not !== after.not) return [`\`not\` is ${after.not ? 'added' : 'taken away'}`];
  if (!before.not) return looser(before.probe, after.probe);
  return looser(after.probe, before.probe).length > 0 ? ['it denies less'] : [];
}

function looser(old: Probe, now: Probe): readonly string[] {
  return kindOf(old).looser(old, now);
}

/** Two probes of one subject can be compared. */
function subject(probe: Probe): string {
  return kindOf(probe).subject(probe);
}

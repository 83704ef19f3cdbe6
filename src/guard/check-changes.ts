import type { Check, Probe, ProbeCheck } from '../model/check.ts';
import { kindOf } from '../probes/all.ts';

/** A check that has become weaker. */
export interface CheckChange {
  readonly before: string;
  /** The check that replaces it. Absent: it was removed. */
  readonly after?: string;
  /** How it is weaker, in a few words. */
  readonly what: string;
}

/** Every old check that was removed or weakened, in the old order. Longer deadlines are left to sleep-spiral. */
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
    return [{ before: before.text, what: `\`${firstLine(before.text)}\` was removed` }];
  if (others.some((each) => answersAt(each, before))) return [];
  const candidates = others.filter((each) => subject(each.probe) === subject(before.probe));
  if (candidates.some((each) => differences(before, each).length === 0)) return [];
  const [closest] = candidates;
  if (!closest) return [{ before: before.text, what: `\`${before.text}\` was removed` }];
  return [{ before: before.text, after: closest.text, what: differences(before, closest).join(', ') }];
}

/** An HTTP answer from an address implies that its port is open. */
function answersAt(now: ProbeCheck, before: ProbeCheck): boolean {
  if (now.not || before.not || now.probe.kind !== 'http' || before.probe.kind !== 'tcp') return false;
  if (!URL.canParse(now.probe.url)) return false;
  const { protocol, hostname, port } = new URL(now.probe.url);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  return number === before.probe.port && hostname === before.probe.host;
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** How the new check of the same subject is weaker than the old one; empty if it is not weaker. */
function differences(before: ProbeCheck, after: ProbeCheck): readonly string[] {
  if (before.not !== after.not) return [`\`not\` was ${after.not ? 'added' : 'removed'}`];
  if (!before.not) return looser(before.probe, after.probe);
  return looser(after.probe, before.probe).length > 0 ? ['it excludes less'] : [];
}

function looser(old: Probe, now: Probe): readonly string[] {
  return kindOf(old).looser(old, now);
}

/** Two probes with the same subject can be compared. */
function subject(probe: Probe): string {
  return kindOf(probe).subject(probe);
}

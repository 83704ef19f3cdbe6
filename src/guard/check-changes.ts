import type { Check, Probe, ProbeCheck, TextTest } from '../model/check.ts';

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

/** What a probe is about; two probes of one subject can be compared. */
function subject(probe: Probe): string {
  switch (probe.kind) {
    case 'http':
      return `http ${probe.url}`;
    case 'tcp':
      return `tcp ${probe.host}:${probe.port}`;
    case 'port':
      return `port ${probe.port}/${probe.protocol}`;
    case 'file':
      return `file ${probe.path}`;
    case 'process':
    case 'service':
    case 'command':
      return `${probe.kind} ${probe.name}`;
    case 'k8s':
      return `k8s ${probe.namespace} ${probe.resource}/${probe.name ?? ''} ${probe.selector ?? ''}`;
    case 'fact':
      return `fact ${probe.name}`;
  }
}

/** In what the new check of the same subject asks less than the old one; empty: it asks as much, or more. */
function differences(before: ProbeCheck, after: ProbeCheck): readonly string[] {
  if (before.not !== after.not) return [`\`not\` is ${after.not ? 'added' : 'taken away'}`];
  if (!before.not) return looser(before.probe, after.probe);
  return looser(after.probe, before.probe).length > 0 ? ['it denies less'] : [];
}

function looser(old: Probe, now: Probe): readonly string[] {
  switch (old.kind) {
    case 'http':
      return now.kind === 'http' ? httpLooser(old, now) : ['another kind of check'];
    case 'port':
      return now.kind === 'port' ? expectLooser(old.expect, now.expect, 'taken') : ['another kind of check'];
    case 'file':
      return now.kind === 'file' ? fileLooser(old.expect, now.expect) : ['another kind of check'];
    case 'service':
      return now.kind === 'service' && now.state === old.state ? [] : [`${old.state} is no longer asked`];
    case 'k8s':
      return now.kind === 'k8s' ? expectLooser(old.expect, now.expect, 'exists') : ['another kind of check'];
    case 'fact':
      return now.kind === 'fact' ? factLooser(old, now) : ['another kind of check'];
    case 'tcp':
    case 'process':
    case 'command':
      return [];
  }
}

type Http = Extract<Probe, { kind: 'http' }>;

const ANY_SUCCESS = { from: 200, to: 299 };

function httpLooser(old: Http, now: Http): readonly string[] {
  const [was, is] = [old.status ?? ANY_SUCCESS, now.status ?? ANY_SUCCESS];
  return [
    ...(is.from < was.from || is.to > was.to
      ? [`status ${was.from}-${was.to} became ${is.from}-${is.to}`]
      : []),
    ...textLooser(old.text, now.text),
    ...(now.insecure && !old.insecure ? ['the certificate is no longer checked'] : []),
    ...(old.method === 'GET' && now.method === 'HEAD' ? ['GET became HEAD'] : []),
    ...(old.headers.join('\n') === now.headers.join('\n') ? [] : ['other headers are sent']),
  ];
}

function textLooser(old: TextTest | undefined, now: TextTest | undefined): readonly string[] {
  if (!old) return [];
  if (!now) return [`${old.kind} is gone`];
  if (old.kind === 'contains' && now.kind === 'contains') {
    return now.value.includes(old.value) ? [] : [`contains "${old.value}" became "${now.value}"`];
  }
  return JSON.stringify(old) === JSON.stringify(now) ? [] : ['another text is looked for'];
}

type FileExpect = Extract<Probe, { kind: 'file' }>['expect'];

function fileLooser(old: FileExpect, now: FileExpect): readonly string[] {
  if (old.kind === 'text' && now.kind === 'text') return textLooser(old.text, now.text);
  // A hash fixes every byte, and so any text in it.
  if (now.kind === 'sha256' && old.kind === 'text') return [];
  return expectLooser(old, now, 'exists');
}

/** Any expectation implies the weakest of its probe: that there is something at all. */
function expectLooser(
  old: { readonly kind: string },
  now: { readonly kind: string },
  weakest: string,
): readonly string[] {
  if (JSON.stringify(old) === JSON.stringify(now)) return [];
  const stronger = old.kind === weakest && now.kind !== 'absent' && now.kind !== 'free';
  return stronger ? [] : [`${shown(old)} became ${shown(now)}`];
}

function shown({ kind, ...rest }: { readonly kind: string }): string {
  const values = Object.values(rest).map((each) =>
    typeof each === 'object' ? JSON.stringify(each) : String(each),
  );
  return [kind, ...values].join(' ');
}

type Fact = Extract<Probe, { kind: 'fact' }>;

function factLooser(old: Fact, now: Fact): readonly string[] {
  const [was, is] = [Number(old.value), Number(now.value)];
  const isBound = old.comparator === now.comparator && !Number.isNaN(was) && !Number.isNaN(is);
  if (isBound && /^>/.test(old.comparator) && is >= was) return [];
  if (isBound && /^</.test(old.comparator) && is <= was) return [];
  const same = old.comparator === now.comparator && old.value === now.value;
  return same ? [] : [`${old.comparator} ${old.value} became ${now.comparator} ${now.value}`];
}

import type { Slot } from './line/check-reader.ts';
import { comparison } from './line/comparison.ts';
import type { ProbeKind, ProbeOf } from './probe-kind.ts';

export const fact: ProbeKind<'fact'> = {
  docs: {
    syntax: 'NAME = VALUE',
    summary: 'the recorded value of a fact compares as written (`=`, `!=`, `<`, `<=`, `>`, `>=`)',
    agents: 'everything',
  },
  read: (reader) => ({ kind: 'fact', name: reader.slot(NAME), ...comparison(reader) }),
  wait: () => ({ kind: 'again' }),
  reach: () => ({ kind: 'open' }),
  sendsText: false,
  subject: ({ name }) => `fact ${name}`,
  looser,
  cannotFail: () => undefined,
};

const NAME: Slot<string> = {
  what: 'the name of a fact',
  example: 'egress_mbps',
  fallback: '',
  parse: (text) => (/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(text) ? text : undefined),
};

function looser(old: ProbeOf<'fact'>, now: ProbeOf<'fact'>): readonly string[] {
  const [was, is] = [Number(old.value), Number(now.value)];
  const isBound = old.comparator === now.comparator && !Number.isNaN(was) && !Number.isNaN(is);
  if (isBound && /^>/.test(old.comparator) && is >= was) return [];
  if (isBound && /^</.test(old.comparator) && is <= was) return [];
  const same = old.comparator === now.comparator && old.value === now.value;
  return same ? [] : [`${old.comparator} ${old.value} became ${now.comparator} ${now.value}`];
}

import type { Slot } from './line/check-reader.ts';
import type { ProbeKind, ProbeOf } from './probe-kind.ts';
import { HOST_PORT } from './tcp.ts';

export const cert: ProbeKind<'cert'> = {
  docs: {
    syntax: 'HOST:PORT|PATH valid for TIME [name NAME]',
    summary:
      'the certificate of a server or in a file does not expire within this time, and is for this name',
    agents:
      'servers of this box and of hosts that a person has listed; files as for `file`, where a person approved the check',
  },
  read: (reader) => {
    const source = sourceIn(reader.value('HOST:PORT or a path'));
    reader.keyword(['valid']);
    reader.keyword(['for']);
    const hours = reader.slot(TIME);
    if (!reader.more()) return { kind: 'cert', source, hours };
    reader.keyword(['name'], ['within']);
    return { kind: 'cert', source, hours, name: reader.value('a host name') };
  },
  wait: ({ source }) => (source.kind === 'file' ? source : { kind: 'again' }),
  reach: (probe) =>
    probe.source.kind === 'server'
      ? { kind: 'host', host: probe.source.host }
      : {
          kind: 'file',
          path: probe.source.path,
          content: true,
          at: (path) => ({ ...probe, source: { kind: 'file', path } }),
        },
  sendsText: true,
  subject: ({ source }) => `cert ${source.kind === 'file' ? source.path : `${source.host}:${source.port}`}`,
  looser,
  cannotFail: () => undefined,
};

function sourceIn(text: string): ProbeOf<'cert'>['source'] {
  const server = text.startsWith('/') ? undefined : HOST_PORT.parse(text);
  return server ? { kind: 'server', ...server } : { kind: 'file', path: text };
}

const TIME: Slot<number> = {
  what: 'a time in days or hours',
  example: '30d',
  fallback: 0,
  parse: (text) => {
    const [, count, unit] = /^(\d{1,5})([dh])$/.exec(text) ?? [];
    return count === undefined ? undefined : Number(count) * (unit === 'd' ? 24 : 1);
  },
};

function looser(old: ProbeOf<'cert'>, now: ProbeOf<'cert'>): readonly string[] {
  return [
    ...(now.hours < old.hours ? [`valid for ${old.hours}h became ${now.hours}h`] : []),
    ...(old.name !== undefined && old.name !== now.name ? [`the name ${old.name} is no longer checked`] : []),
  ];
}

import { comparison } from './line/comparison.ts';
import type { ProbeKind } from './probe-kind.ts';

type Format = 'json' | 'yaml' | 'ini';

/** A value of a structured file, by its path of keys. */
function structured<K extends Format>(kind: K, example: string): ProbeKind<Format> {
  return {
    docs: {
      syntax: 'PATH KEY = VALUE',
      summary: `a value of ${example} file compares as written; KEY is a path such as \`server.ports.0\``,
      agents:
        'files of the project and the system outside of credential stores, where a person approved the check',
    },
    read: (reader) => ({
      kind,
      path: reader.value('a path'),
      key: reader.value('a path of keys'),
      ...comparison(reader),
    }),
    wait: ({ path }) => ({ kind: 'file', path }),
    reach: (probe) => ({
      kind: 'file',
      path: probe.path,
      content: true,
      at: (path) => ({ ...probe, path }),
    }),
    sendsText: false,
    subject: ({ path, key }) => `${kind} ${path} ${key}`,
    looser: (old, now) =>
      old.comparator === now.comparator && old.value === now.value
        ? []
        : [`${old.comparator} ${old.value} became ${now.comparator} ${now.value}`],
    cannotFail: () => undefined,
  };
}

export const json = structured('json', 'a JSON');
export const yaml = structured('yaml', 'a YAML');
export const ini = structured('ini', 'an INI, `.env` or unit');

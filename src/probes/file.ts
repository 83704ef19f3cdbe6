import type { CheckReader, Slot } from './line/check-reader.ts';
import { comparison } from './line/comparison.ts';
import { expectLooser, textLooser } from './looser.ts';
import type { ProbeKind, ProbeOf } from './probe-kind.ts';

type Expect = ProbeOf<'file'>['expect'];

export const file: ProbeKind<'file'> = {
  docs: {
    syntax:
      'PATH exists|absent|contains TEXT|matches /REGEX/|mode OCTAL|sha256 HEX|owner NAME|group NAME|size >= BYTES|lines >= COUNT|symlink [TARGET]',
    summary: 'a file exists, is absent, or has this text, mode, content, owner, size or link target',
    agents:
      'files of the project and the system outside of credential stores; their content only where a person approved the check',
  },
  read: (reader) => ({ kind: 'file', path: reader.value('a path'), expect: readExpect(reader) }),
  wait: ({ path }) => ({ kind: 'file', path }),
  reach: (probe) => ({
    kind: 'file',
    path: probe.path,
    content: READS_CONTENT.has(probe.expect.kind),
    at: (path) => ({ ...probe, path }),
  }),
  sendsText: false,
  subject: ({ path }) => `file ${path}`,
  looser: (old, now) => looser(old.expect, now.expect),
  cannotFail,
};

/** States that depend on the bytes of the file. */
const READS_CONTENT: ReadonlySet<Expect['kind']> = new Set(['text', 'sha256', 'lines', 'symlink']);

function readExpect(reader: CheckReader): Expect {
  const what = reader.keyword(WORDS);
  switch (what) {
    case 'exists':
    case 'absent':
      return { kind: what };
    case 'contains':
    case 'matches':
      return { kind: 'text', text: reader.text(what) };
    case 'mode':
      return { kind: 'mode', mode: reader.slot(OCTAL) };
    case 'sha256':
      return { kind: 'sha256', hex: reader.slot(SHA256) };
    case 'owner':
      return { kind: what, owner: reader.value('the name of a user') };
    case 'group':
      return { kind: what, group: reader.value('the name of a group') };
    case 'size':
    case 'lines':
      return { kind: what, ...comparison(reader) };
    case 'symlink':
      return reader.more() ? { kind: what, target: reader.value('the target of the link') } : { kind: what };
  }
}

const WORDS = [
  'exists',
  'absent',
  'contains',
  'matches',
  'mode',
  'sha256',
  'owner',
  'group',
  'size',
  'lines',
  'symlink',
] as const;

const OCTAL: Slot<number> = {
  what: 'an octal mode',
  example: '0644',
  fallback: 0,
  parse: (text) => (/^[0-7]{3,4}$/.test(text) ? Number.parseInt(text, 8) : undefined),
};

const SHA256: Slot<string> = {
  what: 'a SHA-256 of 64 hexadecimal digits',
  example: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  fallback: '',
  parse: (text) => (/^[0-9A-Fa-f]{64}$/.test(text) ? text.toLowerCase() : undefined),
};

function looser(old: Expect, now: Expect): readonly string[] {
  if (old.kind === 'text' && now.kind === 'text') return textLooser(old.text, now.text);
  // A hash determines every byte, and so any text in the file.
  if (now.kind === 'sha256' && old.kind === 'text') return [];
  return expectLooser(old, now, 'exists');
}

/** Paths that exist on every box. */
const ALWAYS_THERE = /^\/(?:|etc|tmp|usr|bin|dev|proc|dev\/null|etc\/passwd|usr\/bin|bin\/sh|etc\/hosts)\/?$/;

function cannotFail({ path, expect }: ProbeOf<'file'>): string | undefined {
  if (expect.kind === 'exists' && ALWAYS_THERE.test(path)) return 'that path exists on every box';
  const pattern = expect.kind === 'text' && expect.text.kind === 'matches' ? expect.text.pattern : undefined;
  return pattern !== undefined && /^\^?(?:\.\*|\(\?:\))?\$?$/.test(pattern)
    ? 'that pattern matches every text'
    : undefined;
}

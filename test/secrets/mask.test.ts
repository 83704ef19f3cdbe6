import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, markOf } from '../../src/secrets/mask.ts';
import { ENCODINGS } from './encodings.ts';

const TOKEN = { name: 'TOKEN', value: 'tr0ub4dor&3' };
const masker = createMasker([TOKEN]);
const mark = markOf('TOKEN');

describe('a secret in a text', () => {
  it('is replaced by its name, without other changes', () => {
    expect(masker.mask(`user:${TOKEN.value}@host ${TOKEN.value}`)).toBe(`user:${mark}@host ${mark}`);
    expect(mark).toBe('[secret:TOKEN]');
  });

  it('is masked next to letters, because it is too long for a coincidence', () => {
    expect(masker.mask(`x${TOKEN.value}y`)).toBe(`x${mark}y`);
  });

  it('is named correctly among several secrets, also overlapping ones', () => {
    const two = createMasker([
      { name: 'A', value: 'abcdefghij' },
      { name: 'B', value: 'ghijklmnop' },
      { name: 'C', value: 'abcdefghijXYZ' },
    ]);
    expect(two.mask('abcdefghij-ghijklmnop')).toBe('[secret:A]-[secret:B]');
    expect(two.mask('abcdefghijklmnop')).toBe('[secret:A]');
    expect(two.mask('abcdefghijXYZ')).not.toContain('XYZ');
  });

  it('is masked with CRLF, indented, or one line of several', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQ==\nshort\n-----END KEY-----\n';
    const multi = createMasker([{ name: 'KEY', value: key }]);
    for (const text of [
      key,
      key.replaceAll('\n', '\r\n'),
      key.replaceAll('\n', '\n    '),
      JSON.stringify(key),
    ]) {
      expect(multi.mask(text).replaceAll(/[\s"n\\r]|\[sec.et:KEY\]/g, ''), text).toBe('');
    }
    expect(multi.mask('found hkiG9w0BAQ== here')).toBe('found [secret:KEY] here');
    expect(multi.mask('shortly')).toBe('shortly');
  });

  it('is trimmed first, as programs do', () => {
    expect(createMasker([{ name: 'TOKEN', value: ` ${TOKEN.value}\n` }]).mask(`<${TOKEN.value}>`)).toBe(
      `<${mark}>`,
    );
  });

  it('leaves no bits of its first and last byte in base64', () => {
    const others = ['a', 'b', 'c'].flatMap((ahead) =>
      ['', 'x', 'yz'].map((behind) => [ahead, behind] as const),
    );
    for (const [ahead, behind] of others) {
      for (const pad of ['', '1', '22']) {
        const masked = masker.mask(Buffer.from(pad + ahead + TOKEN.value + behind).toString('base64'));
        const left = masked.replace(mark, '').replaceAll('=', '').length;
        const characters = (bytes: number, round: (value: number) => number) => round((bytes * 8) / 6);
        const [begin, end] = [pad.length + ahead.length, (pad + ahead + TOKEN.value).length];
        const strange =
          characters(begin, Math.floor) +
          characters(end + behind.length, Math.ceil) -
          characters(end, Math.ceil);
        expect(left).toBe(strange);
      }
    }
  });
});

describe('a short secret', () => {
  const pin = createMasker([{ name: 'PIN', value: 'ab12' }]);

  it('is masked only as a whole word, with a warning', () => {
    expect(pin.mask('ab12 xab12 ab12y _ab12 (ab12) ab12.')).toBe(
      '[secret:PIN] xab12 ab12y _ab12 ([secret:PIN]) [secret:PIN].',
    );
    expect(pin.diagnostics).toMatchObject([{ code: 'short-secret', severity: 'warning' }]);
    expect(masker.diagnostics).toEqual([]);
  });

  it('is masked as a whole word in base64 from echo and printf', () => {
    const words = ['ab12', 'ab12\n'].map((text) => Buffer.from(text).toString('base64'));
    for (const word of words) expect(pin.mask(`x ${word} y`)).toBe('x [secret:PIN] y');
  });

  it('is found with one or two characters; an empty one is ignored', () => {
    const tiny = createMasker([
      { name: 'X', value: 'q' },
      { name: 'Y', value: 'é!' },
      { name: 'EMPTY', value: '' },
      { name: 'BLANK', value: ' \n' },
    ]);
    expect(tiny.mask('q qq é! q')).toBe('[secret:X] qq [secret:Y] [secret:X]');
    expect(tiny.mask('')).toBe('');
  });

  it('waits in a stream for the next character', () => {
    const stream = pin.stream();
    expect(stream.push('ab12')).toBe('');
    expect(stream.push('x ab')).toBe('ab12x ');
    expect(stream.push('12')).toBe('');
    expect(stream.end()).toBe('[secret:PIN]');
    const other = pin.stream();
    expect(other.push('x')).toBe('x');
    expect(other.push('ab12 ') + other.end()).toBe('ab12 ');
  });
});

describe('without secrets', () => {
  const nothing = createMasker([]);

  it('returns the same text, byte for byte', () => {
    expect(nothing.mask('text')).toBe('text');
    const value = { a: ['b'] };
    expect(nothing.maskDeep(value)).toBe(value);
    const stream = nothing.stream();
    const bytes = Buffer.from('é€');
    expect(stream.push(bytes.subarray(0, 1)) + stream.push(bytes.subarray(1)) + stream.end()).toBe('é€');
  });
});

describe('plain data', () => {
  it('is masked in strings, keys, numbers, maps and sets, at any depth', () => {
    const number = createMasker([TOKEN, { name: 'ID', value: '1234567890' }]);
    expect(
      number.maskDeep({
        [TOKEN.value]: [{ at: `-${TOKEN.value}-` }, 1234567890, 12, null, undefined, true],
        map: new Map([[TOKEN.value, new Set([TOKEN.value])]]),
      }),
    ).toEqual({
      [mark]: [{ at: `-${mark}-` }, '[secret:ID]', 12, null, undefined, true],
      map: new Map([[mark, new Set([mark])]]),
    });
  });

  it('returns the same object if it contains no secret', () => {
    const value = { a: [{ b: 'text' }, 5] };
    expect(masker.maskDeep(value)).toBe(value);
  });

  it('keeps unusual keys', () => {
    const value = JSON.parse(`{"__proto__":"${TOKEN.value}"}`);
    expect(Object.entries(masker.maskDeep(value))).toEqual([['__proto__', mark]]);
  });
});

describe('a stream', () => {
  it('holds back only text that can be the start of a secret', () => {
    const stream = masker.stream();
    expect(stream.push('Waiting for the pod ... ')).toBe('Waiting for the pod ... ');
    expect(stream.push('tr0ub')).toBe('');
    expect(stream.push('le')).toBe('tr0uble');
    expect(stream.push('tr0ub')).toBe('');
    expect(stream.push('4dor&3\n')).toBe(`${mark}\n`);
    expect(stream.push('tr0u')).toBe('');
    expect(stream.end()).toBe('tr0u');
  });

  it('decodes characters that are split across chunks', () => {
    const secret = createMasker([{ name: 'S', value: 'pässwörd€' }]);
    const stream = secret.stream();
    const bytes = [...Buffer.from('<pässwörd€>')];
    expect(bytes.map((byte) => stream.push(Buffer.from([byte]))).join('') + stream.end()).toBe(
      '<[secret:S]>',
    );
  });

  it('handles binary output', () => {
    const stream = masker.stream();
    const bytes = Buffer.concat([
      Buffer.from([0, 0xff, 0xc3]),
      Buffer.from(TOKEN.value),
      Buffer.from([0xfe, 0xc3]),
    ]);
    const masked = stream.push(bytes) + stream.end();
    expect(masked).toContain(mark);
    expect(masked).not.toContain(TOKEN.value);
  });
});

/** Realistic values: random characters of all kinds, URLs, JSON, lines; without the brackets of marks. */
const value = fc
  .oneof(
    fc.string({ minLength: 8, maxLength: 40 }),
    fc.string({ minLength: 8, maxLength: 30, unit: 'binary' }),
    fc.string({ minLength: 8, maxLength: 20, unit: fc.constantFrom(...`'"\\$&<>%+/=!# \`{}é€😀`) }),
    fc.string({ minLength: 8, maxLength: 60, unit: fc.constantFrom('a', 'b', '\n', 'a') }),
    fc
      .array(fc.string({ minLength: 9, maxLength: 30 }), { minLength: 2, maxLength: 4 })
      .map((lines) => lines.join('\n')),
    fc.base64String({ minLength: 8, maxLength: 100 }),
  )
  .map((text) =>
    text
      .replaceAll(/[[\]\r]/g, '')
      .replaceAll(/[\ud800-\udfff]/gu, '')
      .trim(),
  )
  .filter((text) => [...text].length >= 8 && !text.includes('secret:'));

const around = fc.string({ maxLength: 30 }).map((text) => text.replaceAll(/[[\]]/g, ''));

describe.each(Object.keys(ENCODINGS))('encoded as %s', (encoding) => {
  const encode = ENCODINGS[encoding]!;

  it('masks every value, however the text is split into chunks', () => {
    fc.assert(
      fc.property(
        value,
        around,
        around,
        fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
        (secret, ahead, behind, sizes) => {
          const { mask, stream } = createMasker([{ name: 'S', value: secret }]);
          const written = encode(secret);
          const text = `${ahead}\n${written}\n${behind}`;
          const whole = mask(text);
          expect(whole).not.toContain(written);
          expect(whole).toContain(markOf('S'));
          const pieces = stream();
          let streamed = '';
          for (let at = 0; at < text.length; ) {
            const size = sizes.next().value;
            streamed += pieces.push(text.slice(at, at + size));
            at += size;
          }
          expect(streamed + pieces.end()).toBe(whole);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('several secrets in one text', () => {
  it('masks all of them, in any encoding and order', () => {
    const pieces = fc.array(fc.tuple(fc.nat(4), fc.constantFrom(...Object.keys(ENCODINGS)), around), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 5, maxLength: 5 }), pieces, (secrets, parts) => {
        const all = createMasker(secrets.map((secret, index) => ({ name: `S${index}`, value: secret })));
        const text = parts
          .map(([index, encoding, between]) => `${between} ${ENCODINGS[encoding]!(secrets[index]!)} `)
          .join('');
        const masked = all.mask(text);
        for (const [index, encoding] of parts)
          expect(masked).not.toContain(ENCODINGS[encoding]!(secrets[index]!));
        expect(all.holdsSecret(text)).toBe(parts.length > 0 || masked !== text);
      }),
      { numRuns: 100 },
    );
  });
});

describe('text without secrets', () => {
  it('is unchanged, whatever it looks like', () => {
    const text = readFileSync(new URL('../../node_modules/zod/README.md', import.meta.url), 'utf8');
    const many = createMasker(
      Array.from({ length: 10 }, (_, index) => ({
        name: `S${index}`,
        value: `correct-horse-${index}-battery`,
      })),
    );
    expect(many.mask(text)).toBe(text);
    const encoded =
      Buffer.from(text).toString('base64') + encodeURIComponent(text) + JSON.stringify(JSON.stringify(text));
    expect(many.mask(encoded)).toBe(encoded);
  });

  it('takes time proportional to its length', () => {
    const many = createMasker(
      Array.from({ length: 10 }, (_, index) => ({
        name: `S${index}`,
        value: `correct-horse-${index}-battery`,
      })),
    );
    const line = 'pod/argo-server-7d9f correct-horse %63%6f \\x63 &#99; ready in 12 ms\n';
    const time = (lines: number) => {
      const text = line.repeat(lines);
      const began = performance.now();
      many.mask(text);
      return performance.now() - began;
    };
    time(2_000);
    expect(time(20_000)).toBeLessThan(40 * time(2_000) + 50);
  });
});

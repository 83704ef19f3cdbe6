import { describe, expect, test } from 'vitest';
import { BoundedBytes } from '../../src/base/bounded-bytes.ts';
import { MAX_KEPT } from '../../src/execute/max-kept.ts';
import { replyFilter } from '../../src/execute/remote/reply-filter.ts';
import { recordParser, recordsIn, takeRecord } from '../../src/execute/shell/control-records.ts';

describe('bounded bytes', () => {
  test('joins chunks of any size', () => {
    const bytes = new BoundedBytes(1_000);
    for (const each of ['', 'a', 'bc', '', 'def']) expect(bytes.add(Buffer.from(each))).toBe(true);
    expect(bytes.indexOf(Buffer.from('cd'))).toBe(2);
    expect(bytes.take().toString()).toBe('abcdef');
    expect(bytes.take().length).toBe(0);
  });

  test('does not write into the first chunk', () => {
    const first = Buffer.from('abcd').subarray(0, 2);
    const bytes = new BoundedBytes(10);
    bytes.add(first);
    bytes.add(Buffer.from('x'));
    expect([bytes.take().toString(), first.toString()]).toEqual(['abx', 'ab']);
  });

  test('drops exactly the bytes beyond the limit', () => {
    const bytes = new BoundedBytes(3);
    expect([bytes.add(Buffer.from('ab')), bytes.add(Buffer.from('cd')), bytes.add(Buffer.from('c'))]).toEqual(
      [true, false, true],
    );
    expect(bytes.take().toString()).toBe('abc');
  });
});

/** Feeds endless bytes until the limit is reported; returns the number of bytes accepted. */
function fedUntil(push: (chunk: Buffer) => void, isTooMuch: () => boolean, most: number): number {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  let fed = 0;
  for (; !isTooMuch() && fed <= 2 * most; fed += chunk.length) push(chunk);
  return fed;
}

describe('a remote side that never stops sending', () => {
  test('stops reading when a record exceeds the limit', () => {
    const heard: string[] = [];
    const { push } = recordParser({
      onRecord: (tag) => heard.push(tag),
      onTooMuch: () => heard.push('too much'),
    });
    push(Buffer.from('d/here\0'));
    const fed = fedUntil(push, () => heard.includes('too much'), MAX_KEPT.record);
    expect(fed).toBeLessThanOrEqual(MAX_KEPT.record + 64 * 1024);
    push(Buffer.from('\0e0\0'));
    expect(heard).toEqual(['d', 'too much']);
  });

  test('accepts a record of exactly the limit', () => {
    const lengths: number[] = [];
    const { push, take } = recordParser({
      onRecord: (_, content) => lengths.push(content.length),
      onTooMuch: () => {},
    });
    push(Buffer.alloc(MAX_KEPT.record, 'v'));
    take();
    expect(lengths).toEqual([MAX_KEPT.record - 1]);
  });

  test('keeps only records with a known letter', () => {
    const records = new Map<string, Buffer>();
    const letters = Array.from({ length: 255 }, (_, code) => String.fromCharCode(code + 1));
    for (const each of letters.filter((letter) => letter !== 's'))
      takeRecord(records, each, Buffer.from('x'));
    expect([...records.keys()].sort()).toEqual(['b', 'd', 'l', 'u', 'v', 'x']);
    expect(recordsIn(Buffer.from('\0d/\0\0zno\0x')).get('d')?.toString()).toBe('/');
  });

  test('stops reading when a reply exceeds the limit', () => {
    const heard: string[] = [];
    const push = replyFilter('n0', {
      onReply: () => heard.push('reply'),
      onRest: () => heard.push('rest'),
      onTooMuch: () => heard.push('too much'),
    });
    push(Buffer.from('\x01Kn0 1 ok\0\x01Kn0 2 '));
    const fed = fedUntil(push, () => heard.includes('too much'), MAX_KEPT.reply);
    expect(fed).toBeLessThanOrEqual(MAX_KEPT.reply + 64 * 1024);
    push(Buffer.from('\0\x01Kn0 3 ok\0rest'));
    expect(heard).toEqual(['reply', 'too much']);
  });

  test('separates replies from records at any chunk boundary', () => {
    const whole = Buffer.from('before\x01Kn0 1 ok\0\0d/x\0\x01Kn1 no\0\x01Kn0 2 \0after');
    for (let size = 1; size <= whole.length; size += 1) {
      const replies: string[] = [];
      let rest = '';
      const push = replyFilter('n0', {
        onReply: (text) => replies.push(text.toString()),
        onRest: (bytes) => {
          rest += bytes.toString();
        },
        onTooMuch: () => expect.unreachable(),
      });
      for (let at = 0; at < whole.length; at += size) push(whole.subarray(at, at + size));
      expect([replies, rest]).toEqual([['1 ok', '2 '], 'before\0d/x\0\x01Kn1 no\0after']);
    }
  });
});

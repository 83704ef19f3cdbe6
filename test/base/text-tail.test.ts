import { expect, test } from 'vitest';
import { TextTail } from '../../src/base/text-tail.ts';

test.each([1, 7, 1000, 20_000])('keeps the last characters of pieces of %i', (size) => {
  const whole = Array.from({ length: 100_000 }, (_, at) => at % 10).join('');
  const tail = new TextTail(30_000);
  for (let at = 0; at < whole.length; at += size) tail.add(whole.slice(at, at + size));
  expect(tail.text).toBe(whole.slice(-30_000));
  expect(tail.dropped).toBe(70_000);
});

test('keeps everything below its limit', () => {
  const tail = new TextTail(5);
  expect([tail.text, tail.dropped]).toEqual(['', 0]);
  tail.add('abc');
  tail.add('de');
  expect([tail.text, tail.dropped]).toEqual(['abcde', 0]);
  tail.add('f');
  expect([tail.text, tail.dropped]).toEqual(['bcdef', 1]);
});

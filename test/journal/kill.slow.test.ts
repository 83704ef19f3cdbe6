import { describe, expect, it } from 'vitest';
import { readJournal } from '../../src/journal/journal.ts';
import { journalOptions } from './places.ts';
import { start } from './run-program.ts';

describe('a writer that is killed', () => {
  it('loses and invents nothing in 50 kills with -9 at random moments', async () => {
    const { now: _, version: __, ...place } = journalOptions();
    const confirmed = new Set<string>();
    const seen = new Set<number>();
    let pass = '';
    for (let round = 0; round < 50; round++) {
      let left = Math.ceil(Math.random() * 40);
      const writer = await start(
        'writer',
        { ...place, limit: 100_000, filler: 9000 },
        {
          onLine: (_, child) => {
            left -= 1;
            if (left === 0) setTimeout(() => child.kill('SIGKILL'), Math.random() * 3);
          },
        },
      );
      const { signal, lines, stderr } = await writer.ended;
      expect([signal, stderr]).toEqual(['SIGKILL', '']);
      pass ||= lines[0] ?? '';
      expect(lines[0]).toBe(pass);
      for (const line of lines.slice(1)) {
        const [seq = '', step = ''] = line.split(' ');
        expect(seen.has(Number(seq)), `number ${seq} given twice`).toBe(false);
        seen.add(Number(seq));
        confirmed.add(step);
      }
      const { memory, diagnostics } = await readJournal(place);
      expect(diagnostics.filter((each) => each.code !== 'journal-torn')).toEqual([]);
      for (const step of confirmed) expect(memory.get(step)?.status, step).toBe('confirmed');
      const extra = [...memory].filter(([id, { status }]) => status === 'confirmed' && !confirmed.has(id));
      // One record of each round may be written but not printed yet.
      expect(extra.length).toBeLessThanOrEqual(round + 1);
    }
    expect(confirmed.size).toBeGreaterThan(50);
  }, 120_000);
});

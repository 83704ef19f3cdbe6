import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { journalKey, openCounter } from '../../src/journal/box-state.ts';
import { journalOptions } from './places.ts';
import { start } from './run-program.ts';

/** A journal of many passes over ten steps. */
async function journalOf(records: number) {
  const { now: _, version: __, ...place } = journalOptions();
  const key = journalKey(place.box.id, place.document);
  const path = join(place.folder, '.runbook', `AUTODOCK.md.${key}.jsonl`);
  mkdirSync(join(place.folder, '.runbook'));
  writeFileSync(path, '');
  const record = {
    v: 1,
    at: '2026-11-21T10:00:00Z',
    pass: 'p',
    kind: 'confirmed',
    action: 'a'.repeat(64),
    inputs: '',
    how: 'found',
    ms: 1,
  };
  for (let seq = 1; seq <= records; seq += 1000) {
    const lines = Array.from(
      { length: 1000 },
      (_, at) => `${JSON.stringify({ ...record, seq: seq + at, step: `s${at % 10}` })}\n`,
    );
    appendFileSync(path, lines.join(''));
  }
  const counter = await openCounter(place.stateFolder, key);
  counter.set(records);
  counter.close();
  return place;
}

async function read(records: number): Promise<{ steps: number; ms: number; megabytes: number }> {
  const { ended } = await start('reader', await journalOf(records));
  const [steps = 0, ms = 0, megabytes = 0] = ((await ended).lines[0] ?? '').split(' ').map(Number);
  return { steps, ms, megabytes };
}

it('reads a long journal in linear time and little memory', async () => {
  const short = await read(20_000);
  const long = await read(400_000);
  expect([short.steps, long.steps]).toEqual([10, 10]);
  expect(long.ms).toBeLessThan(60 * short.ms);
  // The file has 80 MB; memory holds a 1 MB chunk and garbage that is not collected yet.
  expect(long.megabytes).toBeLessThan(short.megabytes + 60);
}, 120_000);

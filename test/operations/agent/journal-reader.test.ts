import { appendFile, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { JournalReader } from '../../../src/journal/agent/journal-reader.ts';

async function journal() {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-reader-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'x.agent.jsonl');
  const snapshots = (reader: JournalReader) =>
    reader.read().records.map((each) => ('snapshot' in each ? each.snapshot : each.kind));
  return { path, reader: new JournalReader(path), snapshots };
}

const line = (snapshot: string) =>
  `\n${JSON.stringify({ v: 1, at: '2026-11-21T10:00:00Z', kind: 'snapshot', snapshot, for: 'x' })}\n`;

test('reads what other processes append, and an incomplete last line once it is complete', async () => {
  const { path, reader, snapshots } = await journal();
  expect(snapshots(reader)).toEqual([]);
  await appendFile(path, line('sn-1'));
  expect(snapshots(reader)).toEqual(['sn-1']);
  const [begin, end] = [line('sn-2').slice(0, 30), line('sn-2').slice(30)];
  await appendFile(path, begin);
  expect(snapshots(reader)).toEqual(['sn-1']);
  await appendFile(path, end);
  expect(snapshots(reader)).toEqual(['sn-1', 'sn-2']);
  expect(reader.read().records.map(({ seq }) => seq)).toEqual([1, 2]);
  expect(reader.read().loop).toBe(reader.read().loop);
});

test('rejects an edited beginning, even with the same size and time', async () => {
  const { path, reader, snapshots } = await journal();
  await writeFile(path, line('sn-1') + line('sn-2'));
  const old = new Date(Date.now() - 60_000);
  await utimes(path, old, old);
  expect(snapshots(reader)).toEqual(['sn-1', 'sn-2']);
  await writeFile(path, (await readFile(path, 'utf8')).replace('sn-1', 'sn-9'));
  // The same size and the same time: only the time of the change of the file's own record differs.
  await utimes(path, old, old);
  expect(snapshots(reader)).toEqual(['sn-9', 'sn-2']);
  await writeFile(path, `${line('sn-8')}${line('sn-2')}${line('sn-3')}`);
  expect(snapshots(reader)).toEqual(['sn-8', 'sn-2', 'sn-3']);
  await rm(path);
  expect(snapshots(reader)).toEqual([]);
});

test('memory never contains more than the file', async () => {
  const { path, reader, snapshots } = await journal();
  reader.keep([{ kind: 'snapshot', snapshot: 'sn-m', for: 'observe', at: 0 }]);
  expect(snapshots(reader)).toEqual(['sn-m']);
  await appendFile(path, line('sn-1'));
  expect(snapshots(reader)).toEqual(['sn-1', 'sn-m']);
});

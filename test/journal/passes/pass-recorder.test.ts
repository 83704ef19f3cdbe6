import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, onTestFinished, test } from 'vitest';
import { startRecord } from '../../../src/journal/passes/pass-recorder.ts';
import { prunePasses } from '../../../src/journal/passes/prune-passes.ts';
import { listPasses, passesFolder, readRecord } from '../../../src/journal/passes/read-record.ts';

const START = {
  verb: 'replay',
  file: 'AUTODOCK.md',
  name: 'test',
  box: 'here',
  document: 'abc',
  by: { kind: 'person', name: 'me' },
  version: '0.0.0',
} as const;

async function project() {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-record-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  let clock = Date.parse('2026-11-28T10:00:00Z');
  return { folder, now: () => clock, wait: (ms: number) => (clock += ms) };
}

test('is compressed at its end, readable by this user only', async () => {
  const { folder, now, wait } = await project();
  const recorder = await startRecord(folder, START, now);
  recorder.record({ type: 'output', step: 'a', text: 'hello\n' });
  wait(1500);
  await recorder.end('done');
  const [name] = await readdir(passesFolder(folder));
  expect(name).toBe(`${recorder.id}.jsonl.gz`);
  expect((await stat(join(passesFolder(folder), name!))).mode & 0o777).toBe(0o600);
  expect(gunzipSync(await readFile(join(passesFolder(folder), name!))).toString()).toContain(
    '"text":"hello\\n"',
  );
  expect(await listPasses(folder)).toMatchObject([
    { verb: 'replay', outcome: 'done', ms: 1500, box: 'here' },
  ]);
});

test('keeps the start and the end of a long output, and says how much is missing', async () => {
  const { folder, now } = await project();
  const recorder = await startRecord(folder, START, now);
  const line = `${'x'.repeat(1023)}\n`;
  recorder.record({ type: 'output', step: 'a', text: 'first\n' });
  for (let i = 0; i < 3000; i += 1) recorder.record({ type: 'output', step: 'a', text: line });
  recorder.record({ type: 'output', step: 'a', text: 'last\n' });
  await recorder.end('done');
  const lines = (await readRecord(folder, recorder.id!))!.lines;
  const texts = lines.flatMap((each) => (each.type === 'output' ? [each.text] : []));
  const omitted = lines.flatMap((each) => (each.type === 'output-omitted' ? [each.characters] : []));
  const kept = texts.join('').length;
  expect(texts[0]).toBe('first\n');
  expect(texts.join('').endsWith('last\n')).toBe(true);
  expect(kept).toBeLessThanOrEqual(1024 * 1024);
  expect(kept + omitted.reduce((sum, each) => sum + each, 0)).toBe(3000 * 1024 + 11);
});

test('keeps less of each step once the pass has printed much', async () => {
  const { folder, now } = await project();
  const recorder = await startRecord(folder, START, now);
  const block = 'x'.repeat(1_200_000);
  for (let i = 0; i < 60; i += 1)
    recorder.record({
      type: 'output',
      step: `s${i}`,
      text: `${block}the end of ${i}\n`,
    });
  await recorder.end('done');
  const { lines } = (await readRecord(folder, recorder.id!))!;
  const kept = lines.reduce((sum, each) => sum + (each.type === 'output' ? each.text.length : 0), 0);
  expect(kept).toBeLessThan(34 * 1024 * 1024);
  const last = lines.flatMap((each) => (each.type === 'output' && each.step === 's59' ? [each.text] : []));
  expect(last.at(-1)!.endsWith('the end of 59\n')).toBe(true);
});

test('removes the oldest passes beyond the limit, but never one that is being written', async () => {
  const { folder, now, wait } = await project();
  const open = await startRecord(folder, START, now);
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) {
    wait(1000);
    const recorder = await startRecord(folder, START, now);
    ids.push(recorder.id!);
    await recorder.end('done');
  }
  expect(await prunePasses(passesFolder(folder), { passes: 3 })).toEqual(ids.slice(0, 3));
  expect((await listPasses(folder)).map(({ id }) => id)).toEqual([ids[4], ids[3], open.id]);
  await open.end('done');
});

test('removes passes of verify first where they are many, and counts the boxes of a fleet as one', async () => {
  const { folder, now, wait } = await project();
  const passOf = async (start: object) => {
    wait(1000);
    const recorder = await startRecord(folder, { ...START, ...start }, now);
    await recorder.end('done');
    return recorder.id!;
  };
  const replayed = await passOf({});
  const boxes = [await passOf({ within: 'fleet a' }), await passOf({ within: 'fleet a' })];
  const verified: string[] = [];
  for (let i = 0; i < 4; i += 1) verified.push(await passOf({ verb: 'verify' }));
  // Of four passes, one may be a verify.
  expect(await prunePasses(passesFolder(folder), { passes: 4 })).toEqual(verified.slice(0, 2));
  expect(await prunePasses(passesFolder(folder), { passes: 3 })).toEqual([verified[2]]);
  expect((await listPasses(folder)).map(({ id }) => id)).toEqual([verified[3], boxes[1], boxes[0], replayed]);
});

test('a record that was interrupted can be removed, and readers agree with the index', async () => {
  const { folder, now, wait } = await project();
  const killed = await startRecord(folder, START, now);
  const path = join(passesFolder(folder), `${killed.id}.jsonl`);
  const text = await readFile(path, 'utf8');
  await writeFile(path, text.replace(/"pid":\d+/, '"pid":999999999'));
  wait(1000);
  const recorder = await startRecord(folder, START, now);
  await recorder.end('done');
  expect((await listPasses(folder)).map(({ outcome }) => outcome)).toEqual(['done', 'interrupted']);
  expect(await prunePasses(passesFolder(folder), { passes: 1 })).toEqual([killed.id]);
  expect((await listPasses(folder)).map(({ id }) => id)).toEqual([recorder.id]);
});

test('continues the pass if the folder is not writable', async () => {
  const recorder = await startRecord('/proc/nowhere', START, Date.now);
  recorder.record({ type: 'output', step: 'a', text: 'hello' });
  await recorder.end('done');
  expect(await listPasses('/proc/nowhere')).toEqual([]);
});

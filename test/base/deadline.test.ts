import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { deadline } from '../../src/base/deadline.ts';

const ROOT = join(import.meta.dirname, '../..');

/** A request to a server that accepts and stays silent, while the garbage collector runs; prints how it ended. */
const askSilentServer = (source: string) => `
${source}
const { createServer } = await import('node:net');
const { request } = await import('node:http');
const server = createServer(() => {}).listen(0, '127.0.0.1', () => {
  const caller = new AbortController();
  const ask = () => request({ port: server.address().port, signal: deadline(300, caller.signal) });
  const end = (how) => { console.log(how); process.exit(0); };
  ask().on('error', ({ name }) => end(name)).end();
  setInterval(() => gc(), 20);
  setTimeout(() => end('never ended'), 3000);
  globalThis.caller = caller;
});`;

const endsWith = async (source: string) =>
  (await execa(process.execPath, ['--expose-gc', '--input-type=module', '-e', askSilentServer(source)]))
    .stdout;

describe('deadline', () => {
  test('ends a wait for a silent server although the garbage collector runs', async () => {
    const { code } = transformSync(readFileSync(join(ROOT, 'src/base/deadline.ts'), 'utf8'), {
      loader: 'ts',
      format: 'esm',
    });
    expect(await endsWith(code)).toBe('AbortError');
  });

  test('aborts with the reason of the signal that it was given', () => {
    const caller = new AbortController();
    const signal = deadline(60_000, caller.signal);
    caller.abort('stopped');
    expect(signal.reason).toBe('stopped');
    expect(deadline(60_000, caller.signal).aborted).toBe(true);
  });

  test('aborts with a TimeoutError', async () => {
    const signal = deadline(1);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason.name).toBe('TimeoutError');
  });
});

test('src uses deadline() and never AbortSignal.timeout', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => file !== join('base', 'deadline.ts'));
  expect(files.length).toBeGreaterThan(300);
  const found = files.filter((file) =>
    readFileSync(join(ROOT, 'src', file), 'utf8').includes('AbortSignal.timeout('),
  );
  expect(found).toEqual([]);
});

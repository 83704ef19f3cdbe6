import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { opened, rawServer } from './support/raw-server.ts';
import { standIn } from './support/stand-in.ts';

const server = standIn();

/** Processes whose command line holds a marker: what a job would leave behind. */
function processesOf(marker: string): string[] {
  return execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(marker) && !line.includes('stand-in-server') && !line.includes(' ps '));
}

const napCall = (id: number, marker: string, wait_s: number) => ({
  id,
  method: 'tools/call',
  params: { name: 'nap', arguments: { job: `job-${id}`, seconds: 300, wait_s, marker } },
});

let markers = 0;
const marker = () => `nap-${process.pid}-${++markers}`;

describe('a disconnected server', () => {
  test.each([
    ['at the end of stdin', (child: ReturnType<typeof spawn>) => child.stdin?.end(), 0],
    ['by SIGTERM', (child: ReturnType<typeof spawn>) => child.kill('SIGTERM'), 143],
  ])('%s ends its jobs and exits immediately', async (_, leave, code) => {
    const mark = marker();
    const raw = await rawServer(server.command());
    await opened(raw);
    await raw.ask(napCall(1, mark, 0));
    void raw.ask(napCall(2, mark, 60));
    await expect.poll(() => processesOf(mark).length).toBe(2);
    const started = performance.now();
    const exited = once(raw.child, 'exit');
    leave(raw.child);
    expect((await exited)[0]).toBe(code);
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(processesOf(mark)).toEqual([]);
  });

  test('ends its jobs when its client is killed', async () => {
    const mark = marker();
    const { command, args } = server.command();
    // The client is a process of its own that dies without a word, and with it the pipes.
    const client = spawn(
      process.execPath,
      [
        '-e',
        `const { spawn } = require('node:child_process');
         const server = spawn(${JSON.stringify(command)}, ${JSON.stringify(args)}, { stdio: ['pipe', 'pipe', 'ignore'] });
         const send = (message) => server.stdin.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
         send({ id: 1, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } } });
         send({ method: 'notifications/initialized' });
         send(${JSON.stringify(napCall(2, mark, 60))});
         console.log(server.pid);
         setInterval(() => {}, 1000);`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [first] = await once(client.stdout, 'data');
    const pid = Number(String(first));
    await expect.poll(() => processesOf(mark).length, { timeout: 10_000 }).toBe(1);
    client.kill('SIGKILL');
    await expect.poll(() => processesOf(mark), { timeout: 10_000 }).toEqual([]);
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });

  test('survives a pipe that closes during a write', async () => {
    const raw = await rawServer(server.command());
    await opened(raw);
    raw.child.stdout?.destroy();
    for (let id = 1; id <= 20; id++) {
      raw.send(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/list' })}\n`);
    }
    const [code] = await once(raw.child, 'exit');
    expect(code).toBe(0);
  });
});

describe('stdout', () => {
  test('contains only protocol messages, whatever is sent', async () => {
    const raw = await rawServer(server.command());
    raw.send('this is not JSON\n{"jsonrpc":"2.0"}\n[]\n\u0000\n');
    await opened(raw, '2025-06-18');
    raw.send('{"jsonrpc":"2.0","id":"x","method":"no/such"}\n{broken\n');
    await raw.ask({ id: 5, method: 'tools/call', params: { name: 'refuse', arguments: { how: 'defect' } } });
    expect(await raw.end()).toBe(0);
    for (const line of raw.lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
    expect(raw.stderr()).toContain('boom');
  });
});

describe('a message longer than 10 MiB', () => {
  test('ends the server with a reason on stderr', async () => {
    const raw = await rawServer(server.command());
    await opened(raw);
    raw.child.stdin?.on('error', () => {});
    raw.send('x'.repeat(11 * 1024 * 1024));
    const [code] = await once(raw.child, 'exit');
    expect(code).toBe(0);
    expect(raw.stderr()).toContain('A message must not be longer than 10 MiB. The connection is closed.');
  });
});

describe('every revision', () => {
  test.each(['2025-06-18', '2025-11-25'])('%s is served as requested', async (version) => {
    const raw = await rawServer(server.command());
    expect(await opened(raw, version)).toMatchObject({ protocolVersion: version });
  });

  test('2026-07-28 is served without a handshake', async () => {
    const raw = await rawServer(server.command());
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const { result } = await raw.ask({ id: 1, method: 'server/discover', params: { _meta } });
    expect(result).toMatchObject({ supportedVersions: ['2026-07-28'] });
    const listed = await raw.ask({ id: 2, method: 'tools/list', params: { _meta } });
    expect(listed.result).toMatchObject({ ttlMs: 3_600_000, cacheScope: 'private' });
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

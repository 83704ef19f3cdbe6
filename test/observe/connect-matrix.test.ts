import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectMatrix, ownHosts } from '../../src/observe/ports/connect-matrix.ts';

let server: Server;
let open: number;
let shut: number;

beforeAll(async () => {
  server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  const other = createServer().listen(0, '127.0.0.1');
  await Promise.all([once(server, 'listening'), once(other, 'listening')]);
  open = (server.address() as { port: number }).port;
  shut = (other.address() as { port: number }).port;
  other.close();
  await once(other, 'close');
});

afterAll(() => {
  server.close();
});

test('distinguishes open from refused', async () => {
  const rows = await connectMatrix({ hosts: ['127.0.0.1'], ports: [open, shut] });
  expect(rows).toMatchObject([
    { vantage: 'box', host: '127.0.0.1', port: open, address: '127.0.0.1', result: 'open' },
    { vantage: 'box', host: '127.0.0.1', port: shut, result: 'refused', detail: 'ECONNREFUSED' },
  ]);
  for (const { ms } of rows) expect(ms).toBeLessThan(1000);
});

test('reports a name that does not resolve as dns, not refused', async () => {
  const [row] = await connectMatrix({ hosts: ['no-such-host.invalid'], ports: [80] });
  expect(row).toMatchObject({ result: 'dns' });
  expect(row?.address).toBeUndefined();
});

test('reports silence as timeout after the limit', async () => {
  // Documentation addresses (RFC 5737) never answer: packets are dropped, or a route is missing if the host has no
  // network.
  const [row] = await connectMatrix({ hosts: ['203.0.113.1'], ports: [9], limitMs: 200 });
  expect(row?.ms).toBeLessThan(3_000);
  expect(row?.result).not.toBe('refused');
});

test('tries loopback and the box’s own addresses by default', async () => {
  expect(ownHosts()).toContain('127.0.0.1');
  const rows = await connectMatrix({ ports: [open] });
  expect(rows.map(({ host }) => host)).toEqual(ownHosts());
  expect(rows.find(({ host }) => host === '127.0.0.1')?.result).toBe('open');
});

test('an abort ends it', async () => {
  const rows = await connectMatrix({ hosts: ['127.0.0.1'], ports: [open], signal: AbortSignal.abort() });
  expect(rows[0]?.result).toBe('unknown');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseLsof } from '../../src/observe/ports/lsof.ts';
import { listeners, parseSocketTable } from '../../src/observe/ports/ports.ts';

test('lists this process with all its names', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;
  const found = (await listeners()).listeners.filter((each) => each.port === port);
  expect(found).toMatchObject([{ protocol: 'tcp', address: '0.0.0.0', pid: process.pid }]);
  expect(found[0]?.names).toContain('node');
});

test('a socket that two programs share has two entries', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle;
  const inheritor = spawn('sleep', ['60'], { stdio: ['ignore', 'ignore', 'ignore', fd] });
  onTestFinished(() => {
    inheritor.kill('SIGKILL');
    server.close();
  });
  await once(inheritor, 'spawn');
  const found = (await listeners()).listeners.filter((each) => each.port === port);
  expect(found.map(({ pid }) => pid).sort()).toEqual([process.pid, inheritor.pid].sort());
  expect(found.map((each) => each.process)).toContain('sleep');
});

describe('parses socket tables', () => {
  const head =
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const row = (local: string, remote: string, state: string) =>
    `   0: ${local} ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 155790 1 0 100 0 0 10 0\n`;

  test('only listening TCP', () => {
    const text =
      head + row('0100007F:01BB', '00000000:0000', '0A') + row('0100007F:01BC', '0100007F:9999', '01');
    expect(parseSocketTable(text, 'tcp')).toEqual([
      { protocol: 'tcp', address: '127.0.0.1', port: 443, inode: '155790' },
    ]);
  });

  test.each([
    ['00000000000000000000000000000000', '::'],
    ['00000000000000000000000001000000', '::1'],
    ['0000000000000000FFFF00000100007F', '127.0.0.1'],
    ['B80D0120000000000000000001000000', '2001:db8::1'],
  ])('%s is %s', (hex, address) => {
    const text = head + row(`${hex}:0050`, `${'0'.repeat(32)}:0000`, '0A');
    expect(parseSocketTable(text, 'tcp')).toMatchObject([{ address, port: 80 }]);
  });

  test('UDP that is bound but not connected', () => {
    const text =
      head + row('00000000:0035', '00000000:0000', '07') + row('00000000:0036', '0100007F:0035', '01');
    expect(parseSocketTable(text, 'udp')).toMatchObject([{ port: 53 }]);
  });

  test('lsof', () => {
    const text =
      'p812\ncnginx\nf6\nn*:80\nf7\nn[::1]:443\nf8\nn127.0.0.1:80->127.0.0.1:999\np9\ncdnsmasq\nf1\nn127.0.0.1:53\n';
    expect(parseLsof(text, 'tcp')).toEqual([
      { protocol: 'tcp', address: '0.0.0.0', port: 80, pid: 812, process: 'nginx', names: ['nginx'] },
      { protocol: 'tcp', address: '::1', port: 443, pid: 812, process: 'nginx', names: ['nginx'] },
      { protocol: 'tcp', address: '127.0.0.1', port: 53, pid: 9, process: 'dnsmasq', names: ['dnsmasq'] },
    ]);
  });

  test.each(['', 'x', '\n\n', 'a b c d e f g h i j', '0: zz:zz 0:0000 0A 1 2 3 4 5 6'])(
    '%j has no listeners',
    (text) => {
      expect(parseSocketTable(text, 'tcp')).toEqual([]);
    },
  );
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from './ask-line.ts';

/** Another process, a program called `name`, that holds a port. */
async function hold(
  code: string,
  name?: string,
): Promise<{ pid: number; port: number; end(): Promise<void> }> {
  const child = spawn(process.execPath, ['-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(name && { argv0: name }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = await once(child.stdout, 'data');
  const end = async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  return { pid: child.pid!, port: Number(String(port)), end };
}

const tcp = (host: string) =>
  `const s = require('net').createServer().listen(0, '${host}', () => console.log(s.address().port))`;
const udp = `const s = require('dgram').createSocket('udp4').bind(0, '127.0.0.1', () => console.log(s.address().port))`;

test('taken: owner, pid and address', async () => {
  const { pid, port, end } = await hold(tcp('127.0.0.1'), 'gateway');
  const where = `node (pid ${pid}) on 127.0.0.1:${port}`;
  expect(await ask(`port ${port} free`)).toEqual({
    verdict: 'fail',
    class: 'taken',
    observed: where,
    expected: `tcp port ${port} free`,
  });
  expect(await ask(`port ${port} owner node`)).toMatchObject({
    verdict: 'pass',
    class: 'owner',
    observed: where,
  });
  expect(await ask(`port ${port} owner gateway`)).toMatchObject({ verdict: 'pass' });
  expect(await ask(`port ${port} owner nginx`)).toMatchObject({
    verdict: 'fail',
    class: 'other-owner',
    observed: where,
  });
  expect(await ask(`port ${port}/udp free`)).toMatchObject({ verdict: 'pass' });
  await end();
  expect(await ask(`port ${port} free`)).toMatchObject({ verdict: 'pass', class: 'free' });
  expect(await ask(`port ${port} owner node`)).toMatchObject({
    verdict: 'fail',
    class: 'free',
    observed: `nothing listens on tcp port ${port}`,
  });
});

test('IPv6 and UDP', async () => {
  const six = await hold(tcp('::1'));
  expect(await ask(`port ${six.port} free`)).toMatchObject({
    observed: `node (pid ${six.pid}) on [::1]:${six.port}`,
  });
  const datagrams = await hold(udp);
  expect(await ask(`port ${datagrams.port}/udp owner node`)).toMatchObject({ verdict: 'pass' });
  expect(await ask(`port ${datagrams.port} free`)).toMatchObject({ verdict: 'pass' });
});

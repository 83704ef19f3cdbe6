import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import {
  displayName,
  processes,
  processNames,
  processStartMs,
  readProcess,
} from '../../src/observe/processes.ts';

test('includes this process', async () => {
  const found = (await processes()).processes.find(({ pid }) => pid === process.pid);
  expect(found).toMatchObject({
    ppid: process.ppid,
    uid: process.getuid?.(),
    start: expect.stringMatching(/^\d+$/),
  });
  // vitest's worker is large, so a wrong page size would be obvious.
  expect(found!.residentBytes).toBeGreaterThan(10 * 1024 * 1024);
  expect(found!.residentBytes).toBeLessThan(100 * 1024 * 1024 * 1024);
});

test('computes the start time of a process', async () => {
  const before = Date.now();
  const child = spawn('sleep', ['60']);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const started = processStartMs(child.pid!)!;
  expect(Math.abs(started - before)).toBeLessThan(2500);
});

test('excludes zombies', async () => {
  // The shell starts a child, prints its pid, and becomes a program that never reaps it.
  const parent = spawn('sh', ['-c', 'true & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');
  await expect.poll(() => readProcess(Number(String(line)))).toBeUndefined();
});

test.each([
  [{ comm: 'nginx', argv: ['nginx: master process nginx -g daemon off;'] }, 'nginx'],
  [
    { comm: 'kube-controller', argv: ['/usr/bin/kube-controller-manager', '--v=2'] },
    'kube-controller-manager',
  ],
  [{ comm: 'python3', argv: ['/usr/bin/python3', '-u', '/usr/bin/certbot', 'renew'] }, 'certbot'],
  [{ comm: 'python3', argv: ['python3', '-m', 'http.server'] }, 'http.server'],
  [{ comm: 'MainThread', argv: ['/usr/bin/node', '--inspect', 'server.js'] }, 'node'],
  [{ comm: 'bash', argv: ['-bash'] }, 'bash'],
  [{ comm: 'kworker/0:1', argv: [] }, 'kworker/0:1'],
])('%j has the names %s', (process, name) => {
  expect(processNames(process)).toContain(name);
});

test('code on the command line is not a name', () => {
  expect(processNames({ comm: 'sh', argv: ['sh', '-c', 'nginx'] })).toEqual(['sh']);
  expect(processNames({ comm: 'python3', argv: ['python3', '-c', 'import x'] })).toEqual(['python3']);
});

test('shows the full name if the kernel truncated it', () => {
  expect(displayName({ comm: 'kube-controller', argv: ['/usr/bin/kube-controller-manager'] })).toBe(
    'kube-controller-manager',
  );
  expect(displayName({ comm: 'nginx', argv: ['nginx: worker process'] })).toBe('nginx');
  expect(displayName({ comm: 'MainThread', argv: ['/usr/bin/node', 'server.mjs'] })).toBe('node');
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from './ask-line.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('command: on the PATH of fences, and executable', async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'tool'), '#!/bin/sh\n', { mode: 0o755 });
  await writeFile(join(folder, 'data'), '', { mode: 0o644 });
  await mkdir(join(folder, 'dir'));
  const env = { PATH: `/nowhere:${folder}` };
  expect(await ask('command tool exists', { env })).toEqual({
    verdict: 'pass',
    class: 'exists',
    observed: `${folder}/tool`,
    expected: 'command tool',
  });
  expect(await ask('command tool exists', { env: { PATH: '/nowhere' } })).toMatchObject({
    verdict: 'fail',
    class: 'missing',
    observed: 'tool is not on PATH',
  });
  expect(await ask('command data exists', { env })).toMatchObject({
    verdict: 'fail',
    class: 'not-executable',
  });
  expect(await ask('command dir exists', { env })).toMatchObject({ verdict: 'fail', class: 'missing' });
  expect(await ask('command ./tool exists', { folder })).toMatchObject({ verdict: 'pass' });
  expect(await ask('command sh exists')).toMatchObject({ verdict: 'pass' });
  await chmod(join(folder, 'tool'), 0o644);
  expect(await ask('command tool exists', { env })).toMatchObject({ verdict: 'fail' });
});

test('process: by program, by path, by the script that an interpreter runs', async () => {
  const folder = await temporaryFolder();
  const script = join(folder, 'a-long-probe-script');
  await writeFile(script, '#!/bin/sh\necho ready\nread line\n', { mode: 0o755 });
  const child = spawn(script, { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  expect(await ask('process a-long-probe-script running')).toMatchObject({
    verdict: 'pass',
    class: 'running',
    observed: `a-long-probe-script (pid ${child.pid})`,
  });
  expect(await ask('process no-such-program running')).toMatchObject({
    verdict: 'fail',
    class: 'missing',
    observed: expect.stringMatching(/^none of \d+ processes is called no-such-program$/),
  });
  child.stdin.end();
  await once(child, 'exit');
  expect(await ask('process a-long-probe-script running')).toMatchObject({ verdict: 'fail' });
});

test('service: unknown without a service manager', async () => {
  expect(await ask('service no-such-service-here active')).toMatchObject({
    verdict: expect.stringMatching(/^(?:unknown|fail)$/),
    observed: expect.stringMatching(/no-such-service-here/),
  });
  expect(await ask('service "../../bin/sh" active')).toMatchObject({ verdict: 'unknown' });
  expect(await ask('service "--version" active')).toMatchObject({ verdict: 'unknown' });
});

test('fact: the recorded value, as number or as text', async () => {
  const facts = new Map([
    ['egress', '2.10'],
    ['os', 'Debian 12'],
    ['empty', ''],
    ['id', '12345678901234567890'],
  ]);
  expect(await ask('fact egress >= 2', { facts })).toEqual({
    verdict: 'pass',
    class: 'holds',
    observed: 'egress = 2.10',
    expected: 'egress >= 2',
  });
  expect(await ask('fact egress = 2.1', { facts })).toMatchObject({ verdict: 'pass' });
  expect(await ask('fact egress > 10', { facts })).toMatchObject({ verdict: 'fail', class: 'differs' });
  expect(await ask('fact id = 12345678901234567891', { facts })).toMatchObject({ verdict: 'fail' });
  expect(await ask('fact os = "Debian 12"', { facts })).toMatchObject({ verdict: 'pass' });
  expect(await ask('fact os != ""', { facts })).toMatchObject({ verdict: 'pass' });
  expect(await ask('fact os > 11', { facts })).toMatchObject({ verdict: 'unknown', class: 'not-a-number' });
  expect(await ask('fact nobody = 1', { facts })).toMatchObject({ verdict: 'unknown', class: 'unrecorded' });
  expect(await ask('fact empty = ""', { facts })).toMatchObject({ verdict: 'unknown', class: 'unrecorded' });
});

test('k8s: unknown on a box without a cluster', async () => {
  expect(await ask('k8s node ready')).toMatchObject({
    verdict: 'unknown',
    class: 'unsupported',
    observed: 'this box has no Kubernetes cluster',
  });
});

import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Verdict } from '../../../src/model/check.ts';
import { type Box, startBox } from '../../boxes/debian-box.ts';
import { describeWithBoxes } from '../../boxes/describe-with-boxes.ts';
import { ask } from './ask-line.ts';

/** An init script like those of Debian packages, with or without the action `status`. */
const script = (name: string, status: string) => `#!/bin/sh
case "$1" in
  start) sleep 3600 & echo $! > /run/${name}.pid ;;
  ${status}
  *) echo "Usage: $0 {start|stop}" >&2; exit 3 ;;
esac
`;

describeWithBoxes('probes on a clean Debian without systemd', () => {
  let box: Box;

  beforeAll(async () => {
    box = await startBox({ name: 'probed', ports: [8080] });
    const entryPoints = [new URL('ask-main.ts', import.meta.url).pathname];
    const bundle = await build({
      entryPoints,
      bundle: true,
      loader: { '.sh': 'text' },
      format: 'esm',
      platform: 'node',
      // Packages in the bundle that are CommonJS load Node's modules by `require`.
      banner: {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
      },
      write: false,
    });
    await box.put('/opt/ask.mjs', bundle.outputFiles[0]!.text);
  });

  afterAll(() => box?.destroy());

  async function asked(line: string, user?: string): Promise<Verdict> {
    const { code, stdout, stderr } = await box.exec(['node', '/opt/ask.mjs', line], user ? { user } : {});
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout)[0];
  }

  test('a service by its pid file, unless that is stale', async () => {
    await box.put('/etc/init.d/demo', script('demo', ''));
    await box.exec('chmod +x /etc/init.d/demo');
    expect(await asked('service demo active')).toMatchObject({ verdict: 'fail', class: 'inactive' });
    await box.exec('/etc/init.d/demo start');
    expect(await asked('service demo active')).toMatchObject({
      verdict: 'pass',
      observed: expect.stringMatching(/^pid \d+/),
    });
    // A process younger than the pid file is a different process with a reused pid.
    await box.exec('touch -d "1 hour ago" /run/demo.pid');
    expect(await asked('service demo active')).toMatchObject({ verdict: 'fail', class: 'inactive' });
  });

  test('a service by its script’s status, else by a process of its name', async () => {
    await box.put('/etc/init.d/says-so', script('other', 'status) exit 0 ;;'));
    await box.put('/etc/init.d/says-no', script('other', 'status) exit 3 ;;'));
    await box.put('/etc/init.d/says-dead', script('other', 'status) exit 1 ;;'));
    await box.put('/etc/init.d/quiet', script('other', ''));
    await box.exec(
      'chmod +x /etc/init.d/*; cp /bin/sleep /usr/local/bin/quiet; quiet 3600 > /dev/null 2>&1 &',
    );
    expect(await asked('service says-so active')).toMatchObject({ verdict: 'pass' });
    expect(await asked('service says-no active')).toMatchObject({ verdict: 'fail', class: 'inactive' });
    expect(await asked('service says-dead active')).toMatchObject({ verdict: 'fail', class: 'failed' });
    expect(await asked('service quiet active')).toMatchObject({ verdict: 'pass' });
    expect(await asked('service nobody-knows active')).toMatchObject({
      verdict: 'unknown',
      class: 'no-manager',
    });
  });

  test('enabled by its links', async () => {
    await box.put('/etc/init.d/demo', script('demo', ''));
    expect(await asked('service demo enabled')).toMatchObject({ verdict: 'fail', class: 'disabled' });
    await box.exec('mkdir -p /etc/rc3.d; ln -s ../init.d/demo /etc/rc3.d/S01demo');
    expect(await asked('service demo enabled')).toMatchObject({ verdict: 'pass', class: 'enabled' });
  });

  test('what another user cannot see is unknown, never a pass or a fail', async () => {
    await box.exec(
      'mkdir -m 700 /srv/closed; echo secret > /srv/closed/f; echo secret > /srv/f; chmod 600 /srv/f',
    );
    await box.exec(
      `nohup node -e "require('net').createServer().listen(8080, '0.0.0.0')" > /dev/null 2>&1 &`,
    );
    await expect.poll(() => asked('port 8080 owner node')).toMatchObject({ verdict: 'pass' });
    for (const line of [
      'file /srv/closed/f exists',
      'file /srv/closed/f absent',
      'file /srv/f contains secret',
      'file /srv/f matches /secret/',
      `file /srv/f sha256 ${'0'.repeat(64)}`,
      'port 8080 owner node',
      'port 8080 owner nginx',
    ]) {
      expect(await asked(line, 'nobody')).toMatchObject({ verdict: 'unknown', class: 'permission' });
      expect(await asked(line)).not.toMatchObject({ verdict: 'unknown' });
    }
    expect(await asked('port 8080 free', 'nobody')).toMatchObject({ verdict: 'fail', class: 'taken' });
  });

  test('a port that the host forwards to the box is claimed by the container', async () => {
    const port = await box.port(8080);
    const free = await ask(`port ${port} free`);
    expect(free).toMatchObject({ verdict: 'fail', class: 'taken' });
    expect(await ask(`port ${port} owner ${box.name}`)).toMatchObject({ verdict: 'pass', class: 'owner' });
    expect(await ask(`port ${port} owner nginx`)).toMatchObject({ verdict: 'fail', class: 'other-owner' });
  });
});

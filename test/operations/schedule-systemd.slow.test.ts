import { randomBytes } from 'node:crypto';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeContainers } from '../boxes/container-engine.ts';
import { runbookMounts } from '../boxes/debian-box.ts';
import { debianImage } from '../boxes/debian-image.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';

/*
 * A Debian box with systemd as PID 1. Timers fire for real: their calendar is every two seconds, so that a test waits
 * for what happened and not for a day.
 */

const name = `agent-runbook-${process.pid}-systemd-${randomBytes(3).toString('hex')}`;
let engine: string;

const RUNBOOK = ['node', '/opt/runbook/dist/bin.js'].join(' ');

const DOCUMENT = `---
runbook: 1
---

# Box

## Schedule

| What | When | Tell |
| --- | --- | --- |
| drift | \`*-*-* *:*:0/2\` | ops, alive |
| \`replay --dry-run\` | \`*-*-01 04:00\` | ops |

## Steps

### Write the page

~~~html {"file":"/srv/site/index.html"}
<h1>hello</h1>
~~~
`;

/** Keeps each request as one line. */
const RECEIVER = `
const { createServer } = require('node:http');
const { appendFileSync } = require('node:fs');
createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    appendFileSync('/srv/got.jsonl', JSON.stringify({ path: request.url, body }) + '\\n');
    response.end();
  });
}).listen(8099, '127.0.0.1');
`;

async function inside(script: string): Promise<string> {
  const { stdout, stderr, exitCode } = await execa(engine, ['exec', name, 'bash', '-c', script], {
    reject: false,
  });
  if (exitCode !== 0) throw new Error(`${script}: ${exitCode}\n${stdout}\n${stderr}`);
  return stdout;
}

async function put(path: string, text: string): Promise<void> {
  await execa(
    engine,
    ['exec', '--interactive', name, 'bash', '-c', `mkdir -p "$(dirname ${path})"; cat > ${path}`],
    {
      input: text,
    },
  );
}

/** Until a shell condition holds in the box. */
const until = (condition: string) =>
  inside(
    `for _ in $(seq 600); do if ${condition}; then exit 0; fi; sleep 0.2; done; echo 'not within 120 s'; exit 1`,
  );

const messages = async () =>
  (await inside('cat /srv/got.jsonl 2>/dev/null || true'))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { path: string; body: string });
const told = async () =>
  (await messages()).filter(({ path }) => path === '/ops').map(({ body }) => JSON.parse(body));

describeWithBoxes('schedules on a box with systemd', () => {
  beforeAll(async () => {
    const containers = await probeContainers();
    if (!containers.available) throw new Error(containers.reason);
    engine = containers.engine;
    const image = await debianImage({ packages: ['cron', 'dbus', 'systemd', 'systemd-sysv'] });
    const mounts = [{ source: process.execPath, target: '/usr/local/bin/node' }, ...runbookMounts()];
    await execa(engine, [
      ...['run', '--detach', '--rm', '--systemd=always', '--name', name, '--label', 'agent-runbook.box'],
      ...containers.args,
      ...mounts.flatMap(({ source, target }) => ['--volume', `${source}:${target}:ro`]),
      ...[image, '/sbin/init'],
    ]);
    await until('systemctl is-system-running 2>/dev/null | grep -qE "running|degraded"');
    await put('/srv/AUTODOCK.md', DOCUMENT);
    await put('/srv/receiver.cjs', RECEIVER);
    await inside('systemd-run --unit receiver /usr/local/bin/node /srv/receiver.cjs');
    await put(
      '/root/.local/state/runbook/notify.json',
      JSON.stringify({
        targets: {
          ops: { type: 'webhook', url: 'http://127.0.0.1:8099/ops' },
          alive: { type: 'heartbeat', url: 'http://127.0.0.1:8099/alive' },
        },
      }),
    );
    await inside('chmod 600 /root/.local/state/runbook/notify.json');
  });

  afterAll(async () => {
    await execa(engine, ['rm', '--force', '--volumes', '--time', '0', name], { reject: false });
  });

  test('tell once what changed by hand, and once that all is well', async () => {
    await inside(`cd /srv && ${RUNBOOK} replay --yes`);
    const installed = await inside(`cd /srv && ${RUNBOOK} schedule install --yes`);
    expect(installed).toContain('-drift.timer');
    await until('grep -q alive /srv/got.jsonl');
    expect(await told()).toEqual([]);

    await inside("echo 'changed by hand' > /srv/site/index.html");
    await until('grep -q /ops /srv/got.jsonl');
    // Further runs find the same.
    const runs = 'journalctl --no-pager | grep -c "(drift): different"';
    const before = Number(await inside(`${runs} || true`));
    await until(`[ "$(${runs})" -gt ${before + 1} ]`);
    const [message, ...more] = await told();
    expect(more).toEqual([]);
    expect(message.details.join('\n')).toMatch(/write-the-page.*\/srv\/site\/index\.html/);
    expect(message).toMatchObject({ state: 'different', next: 'runbook replay /srv/AUTODOCK.md' });

    const { failed } = JSON.parse(
      await inside(
        `systemctl list-units --failed --output=json | tr -d '\\n' | sed 's/^/{"failed":/; s/$/}/'`,
      ),
    );
    expect(failed.filter(({ unit }: { unit: string }) => unit.startsWith('runbook-'))).toEqual([]);

    await inside(`cd /srv && ${RUNBOOK} replay --yes || ${RUNBOOK} replay --yes`);
    await until('[ "$(grep -c /ops /srv/got.jsonl)" -ge 2 ]');
    expect((await told()).map(({ state }) => state)).toEqual(['different', 'ok']);
  });

  test('end with `remove`, which leaves nothing; then the heartbeat stops', async () => {
    expect(await inside(`cd /srv && ${RUNBOOK} schedule list`)).toContain('systemd --system');
    await inside(`cd /srv && ${RUNBOOK} schedule remove`);
    expect(await inside('systemctl list-timers --all --no-legend "runbook-*"')).toBe('');
    const left =
      'ls /etc/systemd/system /etc/systemd/system/timers.target.wants /var/lib/systemd/timers 2>/dev/null';
    expect(await inside(`${left} | grep runbook || true`)).toBe('');
    await until('! systemctl is-active --quiet "runbook-*"');
    const beats = (await messages()).filter(({ path }) => path === '/alive').length;
    await inside('sleep 5');
    expect((await messages()).filter(({ path }) => path === '/alive')).toHaveLength(beats);
  });
});

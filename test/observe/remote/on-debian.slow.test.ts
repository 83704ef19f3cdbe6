import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Scope, Snapshot } from '../../../src/model/facts/snapshot.ts';
import { observeRemote } from '../../../src/observe/remote/remote-observe.ts';
import { remoteProbes } from '../../../src/observe/remote/remote-probes.ts';
import { probeContainers } from '../../boxes/container-engine.ts';
import { type Box, startBox } from '../../boxes/debian-box.ts';
import { describeWithBoxes } from '../../boxes/describe-with-boxes.ts';
import { contextOf, probeOf } from '../probes/ask-line.ts';
import { farSide } from './remote-side.ts';
import { still } from './still.ts';

/** Every scope except those that change at any moment. */
const SCOPES: Scope[] = [
  'packages',
  'files',
  'users',
  'services',
  'listeners',
  'disk',
  'limits',
  'system',
  'containers',
  'kubernetes',
];

describeWithBoxes('a look at a box from outside and one from inside', () => {
  let box: Box;
  let engine: string;

  beforeAll(async () => {
    const containers = await probeContainers();
    engine = containers.available ? containers.engine : '';
    box = await startBox({ name: 'watched' });
    await box.put('/root/observe.mjs', await bundled());
    await box.exec('chmod 755 /root /root/observe.mjs');
    const made = await box.exec(`
      apt-get update -qq && apt-get install -y -qq --no-install-recommends busybox nginx
      busybox --install -s /opt
      echo '# by hand' >> /etc/nginx/nginx.conf; rm /etc/nginx/uwsgi_params
      echo x > "/etc/mine with blanks.conf"; ln -s nowhere /etc/dangling; chmod 600 /etc/nginx/fastcgi.conf
      mkdir /etc/closed; echo y > /etc/closed/file; chmod 700 /etc/closed
      mkdir -p /root/.kube /var/log/app; chmod 711 /root
      printf 'contexts: [{name: dev, context: {cluster: k}}]\\nclusters: [{name: k, cluster: {server: "https://u:pw@10.1.2.3:6443"}}]\\n' > /root/.kube/config
      echo 'token=abcdefgh12345678' > /var/log/app/app.log
      useradd --system app
      service nginx start`);
    expect(made.code, made.stderr).toBe(0);
  });

  afterAll(() => box?.destroy());

  async function inside(user: string): Promise<Snapshot> {
    const { stdout, stderr } = await box.exec(['node', '/root/observe.mjs'], {
      user,
      env: { HOME: '/root' },
      cwd: '/',
    });
    expect(stderr).toBe('');
    return JSON.parse(stdout) as Snapshot;
  }

  const shell = (user: string, ...words: string[]) =>
    farSide([engine, 'exec', '--interactive', '--user', user, box.name, ...words]);
  const options = { env: { HOME: '/root' }, folder: '/', key: 'a key' };

  test.each([
    ['root, by dash and coreutils', 'root', []],
    ['root, by busybox', 'root', ['env', 'PATH=/opt', '/opt/ash', '-c', 'exec /opt/ash']],
    ['an ordinary user', 'nobody', []],
  ])('agree: %s', async (_, user, words) => {
    const far = shell(user, ...words);
    const [here, there] = [await inside(user), await observeRemote(far, { ...options, scopes: SCOPES })];
    expect(far.trips()).toBe(1);
    for (const scope of SCOPES)
      expect({ scope, facts: still(there, scope) }).toEqual({ scope, facts: still(here, scope) });
    expect(there.unavailable).toEqual(here.unavailable.filter(({ scope }) => SCOPES.includes(scope)));
    expect(JSON.stringify(there)).not.toMatch(/by hand|pw@/);
  });

  test('processes and logs: the same names, no secrets, and without the observing processes', async () => {
    const { facts } = await observeRemote(shell('root'), { ...options, scopes: ['processes', 'logs'] });
    const names = facts.processes!.map(({ name }) => name);
    expect(names).toContain('nginx');
    expect(names).not.toContain('sh');
    const app = facts.logs!.find(({ source }) => source === '/var/log/app/app.log');
    expect(app?.lines).toEqual(['token=***']);
  });

  test('reads services and ports without systemd, also with busybox', async () => {
    for (const words of [[], ['env', 'PATH=/opt', '/opt/ash', '-c', 'exec /opt/ash']]) {
      const probes = remoteProbes(shell('root', ...words));
      const ask = (line: string) => probes.ask(probeOf(line), contextOf());
      const verdicts = await Promise.all(
        [
          'service nginx active',
          'service nginx enabled',
          'port 80 owner nginx',
          'file /etc/closed/file contains "y"',
          'service none active',
        ].map(ask),
      );
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(['pass', 'pass', 'pass', 'pass', 'unknown']);
    }
  });
});

/** The program as one file, because the box has node and nothing else. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../box-program.ts', import.meta.url))],
    bundle: true,
    loader: { '.sh': 'text' },
    write: false,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  return outputFiles[0]!.text;
}

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { diagnose } from '../../src/judge/diagnose/diagnose.ts';
import type { ConnectRow } from '../../src/model/facts/connect-row.ts';
import { Snapshot } from '../../src/model/facts/snapshot.ts';
import { compareSnapshots, unaccountedChanges } from '../../src/observe/compare.ts';
import { type Box, startBox } from '../boxes/debian-box.ts';
import { describeWithBoxes } from '../boxes/describe-with-boxes.ts';

describeWithBoxes('observing a real box', () => {
  let box: Box;

  beforeAll(async () => {
    box = await startBox();
    await box.put('/root/observe.mjs', await bundled());
    const installed = await box.exec(
      'apt-get update && apt-get install -y --no-install-recommends nginx caddy',
    );
    expect(installed.code, installed.stderr).toBe(0);
  });

  afterAll(() => box?.destroy());

  async function look(): Promise<Snapshot> {
    const { stdout, stderr } = await box.exec(['node', '/root/observe.mjs']);
    expect(stderr).toBe('');
    return Snapshot.parse(JSON.parse(stdout));
  }

  test('two terminators: the first finding names nginx on port 80 with its pid', async () => {
    await box.exec('service nginx start');
    const step = 'caddy start --config /srv/Caddyfile --adapter caddyfile';
    await box.put('/srv/Caddyfile', ':80 {\n  respond "caddy"\n}\n');
    const failed = await box.exec(step);
    expect(failed.code).not.toBe(0);

    const snapshot = await look();
    const output = failed.stdout + failed.stderr;
    const end = { kind: 'exit', code: failed.code } as const;
    const [first] = diagnose({
      attempt: 'a1',
      at: snapshot.at,
      output,
      checks: [],
      end,
      step: { text: step },
      snapshot,
    });
    expect(first).toMatchObject({ code: 'port-taken', subject: 'port 80' });
    const pid = (await box.exec('cat /run/nginx.pid')).stdout.trim();
    expect(first?.title).toContain(`nginx (pid ${pid})`);
  });

  test('unaccounted changes: a package, an edited file, a file of no package, a user, a port', async () => {
    const before = await look();
    await box.exec(`
      echo '# by hand' >> /etc/caddy/Caddyfile
      rm /etc/nginx/mime.types
      echo x > /etc/mine.conf
      useradd --system app`);
    const byStep = await look();
    await box.exec(`
      apt-get install -y --no-install-recommends sl >/dev/null
      service nginx stop`);
    const after = await look();

    const said = unaccountedChanges(compareSnapshots(before, after), []).map(
      ({ scope, kind, subject }) => `${scope} ${kind} ${subject}`,
    );
    expect(said).toEqual(
      expect.arrayContaining([
        'files added /etc/caddy/Caddyfile',
        'files added /etc/nginx/mime.types',
        'files added /etc/mine.conf',
        'users added app',
        'packages added sl',
        'listeners removed tcp 0.0.0.0:80',
        'services changed nginx',
      ]),
    );
    const steps = compareSnapshots(before, byStep);
    const rest = unaccountedChanges(compareSnapshots(before, after), steps).map(({ subject }) => subject);
    expect(rest).toContain('sl');
    expect(rest).not.toContain('/etc/mine.conf');
    expect(JSON.stringify(after)).not.toContain('by hand');
  });

  test('a server on loopback only', async () => {
    const serve = `require('node:net').createServer().listen(8080, '127.0.0.1')`;
    await box.exec(`node -e "${serve}" >/dev/null 2>&1 & sleep 0.5`);
    const { stdout } = await box.exec(['node', '/root/observe.mjs', '8080']);
    const matrix = JSON.parse(stdout) as ConnectRow[];
    const snapshot = await look();
    const [first] = diagnose({ attempt: 'a1', at: snapshot.at, output: '', checks: [], snapshot, matrix });
    expect(first).toMatchObject({ code: 'loopback-only', subject: 'port 8080' });
  });

  test('reports that the box is a container, lists its packages, and is fast', async () => {
    const { facts, ms } = await look();
    expect(facts.containers?.some(({ role }) => role === 'inside')).toBe(true);
    expect(facts.packages?.find(({ name }) => name === 'nginx')?.version).toMatch(/^1\./);
    expect(facts.limits?.map(({ name }) => name)).toContain('open-files');
    expect(ms).toBeLessThan(1000);
  });
});

/** The program as one file, because the box has node and nothing else. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('box-program.ts', import.meta.url))],
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

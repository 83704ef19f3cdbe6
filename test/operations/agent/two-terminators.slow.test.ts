import { afterEach, expect, test } from 'vitest';
import { probeContainers } from '../../boxes/container-engine.ts';
import { type Box, runbookMounts, startBox } from '../../boxes/debian-box.ts';
import { debianImage } from '../../boxes/debian-image.ts';
import { describeWithBoxes } from '../../boxes/describe-with-boxes.ts';
import { clients, type TestClient } from '../../mcp/support/clients.ts';
import { inspectorClient } from '../../mcp/support/inspector-client.ts';
import { scenario } from '../../support/scenario.ts';

type Open = (
  command: { command: string; args: string[] },
  options?: { shared: boolean },
) => Promise<TestClient>;

const RUNBOOK = '/opt/runbook/dist/bin.js';

const caddy = {
  title: 'Serve with Caddy',
  why: 'Caddy terminates TLS for everything on this box; nothing else may hold its ports.',
  run: [
    {
      lang: 'text',
      text: ':80 {\n  respond "hello from caddy"\n}\n',
      attributes: { file: '/etc/caddy/Caddyfile' },
    },
    { lang: 'bash', text: 'caddy start --config /etc/caddy/Caddyfile --adapter caddyfile', attributes: {} },
  ],
  verify: ['http GET http://127.0.0.1/ contains "hello from caddy" within 20s', 'port 80 owner caddy'],
};

const nginx = {
  title: 'Remove nginx',
  why: 'It came with the image and is not used.',
  run: 'service nginx stop\nDEBIAN_FRONTEND=noninteractive apt-get purge -y nginx nginx-common',
  verify: 'not port 80 owner nginx within 10s',
};

describeWithBoxes('story A, the small twin, on clean Debian boxes', () => {
  const boxes: Box[] = [];
  afterEach(async () => void (await Promise.all(boxes.splice(0).map((box) => box.destroy()))));

  /** A box where nginx runs already, as on many a machine that one is given. */
  async function boxWithNginx(): Promise<Box> {
    const image = await debianImage({ packages: ['nginx', 'caddy'] });
    const box = await startBox({ image, mounts: runbookMounts() });
    boxes.push(box);
    await box.exec('service nginx start; mkdir -p /srv/project /etc/runbook; touch /etc/runbook/sandbox');
    return box;
  }

  async function serve(box: Box, open: Open = clients[0].open): Promise<TestClient> {
    const containers = await probeContainers();
    if (!containers.available) throw new Error(containers.reason);
    const inside = ['node', RUNBOOK, 'mcp', 'AUTODOCK.md', '--trust', 'sandbox'];
    const args = ['exec', '-i', '--workdir', '/srv/project', box.name, ...inside];
    return await open({ command: containers.engine, args }, { shared: true });
  }

  /** The whole struggle; `wire` gives the connection for the next call. */
  async function struggle(box: Box, wire: () => Promise<TestClient>): Promise<string> {
    const call = async (name: string, input = {}) => {
      const { isError, structuredContent, text } = await (await wire()).call(name, input);
      expect(isError, text).toBeFalsy();
      return structuredContent;
    };
    const begun = await call('runbook_read');
    expect(begun).toMatchObject({ exists: false });
    await call('env.observe');

    const failed = await call('apply-step', { draft: caddy });
    expect(failed).toMatchObject({ status: 'failed', step: 'serve-with-caddy' });
    const seen = await call('env_observe');
    const pid = (await box.exec('cat /run/nginx.pid')).stdout.trim();
    expect(seen.findings[0]).toMatchObject({ code: 'port-taken' });
    expect(seen.findings[0].title).toContain(`nginx (pid ${pid})`);

    expect(await call('apply_step', { draft: nginx })).toMatchObject({ status: 'succeeded' });
    expect(await call('apply_step', { step: 'serve-with-caddy' })).toMatchObject({
      status: 'succeeded',
      cleared: [failed.problem],
    });
    expect(await call('verify')).toMatchObject({ summary: { fail: 0, unknown: 0 } });
    const why = 'nginx is started by the image and binds port 80; Caddy cannot bind a port that is held.';
    const resolved = await call('problem_resolve', { problem: failed.problem, why });
    expect(resolved).toMatchObject({ state: 'resolved', verify: ['not port 80 owner nginx'] });
    const saved = await call('env_save', {
      endpoints: [
        { name: 'web', target: 'http://127.0.0.1/', check: 'http GET http://127.0.0.1/ status 200' },
      ],
    });
    expect(saved).toMatchObject({ written: true, withheld: [], not_saved: [], leftovers: [] });
    expect(await call('env.save')).toMatchObject({ written: false, diff: '' });
    return await box.get('/srv/project/AUTODOCK.md');
  }

  async function replayElsewhere(document: string): Promise<void> {
    const other = await boxWithNginx();
    await other.put('/srv/project/AUTODOCK.md', document);
    const pass = await other.exec(['node', RUNBOOK, 'replay', '--yes'], { cwd: '/srv/project' });
    expect(pass.code, pass.stdout + pass.stderr).toBe(0);
    expect((await other.exec('curl -s http://127.0.0.1/')).stdout).toBe('hello from caddy');
    const again = await other.exec(['node', RUNBOOK, 'replay', '--yes', '--json'], { cwd: '/srv/project' });
    expect(again.stdout).toContain('"acted":0');
  }

  test.each([...clients, { name: 'the inspector', open: inspectorClient }])(
    '$name: the agent solves a problem, and its document replays without a model',
    async ({ open }) => {
      const box = await boxWithNginx();
      const wire = await serve(box, open);
      const document = await struggle(box, async () => wire);
      await wire.close();
      const steady = document
        .replace(/\d{4}-\d\d-\d\d/g, '2026-11-21')
        .replace(/p-[0-9a-f]{8}/g, 'p-1a2b3c4d');
      await expect(steady).toMatchFileSnapshot('../../fixtures/record/two-terminators.md');
      await replayElsewhere(document);
    },
  );

  test('the same with the server killed by SIGKILL after every call', async () => {
    const box = await boxWithNginx();
    let last: TestClient | undefined;
    const document = await struggle(box, async () => {
      await box.kill('KILL', `node ${RUNBOOK} mcp`);
      await last?.close().catch(() => {});
      last = await serve(box);
      return last;
    });
    await last?.close();
    await replayElsewhere(document);
  });

  test('a session on one box, a proof and a replay on another: equal until a package is removed', async () => {
    const [one, two] = [await boxWithNginx(), await boxWithNginx()];
    const wire = await serve(one);
    const document = await struggle(one, async () => wire);
    await wire.close();

    const image = await debianImage({ packages: ['nginx', 'caddy'] });
    const scene = await scenario(
      document.replace(/^runbook: 1\n/m, `runbook: 1\nbox: { image: "${image}" }\n`),
    );
    const proven = await scene.run('prove', { yes: true });
    expect(proven.report, JSON.stringify(proven.diagnostics)).toMatchObject({
      outcome: 'proven',
      reasons: [],
    });
    expect(await scene.read('AUTODOCK.md')).toContain('<!-- runbook:certificate ');

    const on = (box: Box) => `container:${box.name}`;
    const pass = await scene.replay({ on: on(two) });
    expect(pass.exit, JSON.stringify(pass.diagnostics)).toBe(0);
    expect(pass.report.summary).toMatchObject({ acted: 1, fixes: 1 });
    expect((await scene.run('drift', { on: on(two), baseline: true })).exit).toBe(0);

    const compare = () => scene.run('parity', { a: on(one), b: on(two), document: 'AUTODOCK.md', yes: true });
    const alike = await compare();
    expect(alike.report.rows).toEqual([]);
    expect(alike.exit).toBe(0);

    await two.exec('dpkg --purge curl');
    const apart = await compare();
    expect(apart).toMatchObject({
      exit: 2,
      report: { rows: [{ class: 'differs', scope: 'packages', subject: 'curl' }] },
    });
    const drifted = await scene.run('drift', { on: on(two), yes: true });
    expect(drifted).toMatchObject({ exit: 2, report: { findings: [{ kind: 'removed', subject: 'curl' }] } });
  });
});

import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Caddy } from '../../src/boxes/caddy.ts';
import { findBox, listBoxes } from '../../src/boxes/find-box.ts';
import { inside } from '../../src/boxes/inside.ts';
import type { BoxReport } from '../../src/model/reports/report.ts';
import type { Person } from '../../src/world.ts';
import { agentIn } from '../operations/agent/agent.ts';
import { scenario } from '../support/scenario.ts';
import { type Engine, probeContainers } from './container-engine.ts';
import { debianImage } from './debian-image.ts';
import { describeWithBoxes } from './describe-with-boxes.ts';

/** Names that only this run uses, because others share the engine. */
const run = randomBytes(3).toString('hex');
const named = (word: string) => `t${run}-${word}`;

describeWithBoxes('the life of boxes', () => {
  let engine: Engine;
  let image: string;
  const yes: Person = {
    confirm: async () => true,
    ask: async () => '',
    choose: async () => 'yes',
    withTerminal: (work) => work(),
  };

  beforeAll(async () => {
    const containers = await probeContainers();
    if (containers.available) engine = containers.engine;
    image = await debianImage({ packages: ['nginx', 'caddy'] });
  });

  afterAll(async () => {
    const ours = (await listBoxes()).filter(({ name }) => name.startsWith(`t${run}-`));
    for (const { container } of ours) spawnSync(engine, ['rm', '--force', container]);
  });

  test('launch, list, fill, stop, restart, destroy', async () => {
    const name = named('web');
    const scene = await scenario('# x\n');
    const launched = await scene.run('box launch', { name, image, port: ['8080'], expires: '2h' });
    expect(launched.diagnostics).toEqual([]);
    const { box } = launched.report as { box: BoxReport };
    expect(box).toMatchObject({ name, status: 'running', purpose: 'sandbox', image, engine });
    expect(box.imageId).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(Date.parse(box.expires!) - Date.parse(box.made)).toBe(7_200_000);

    const again = await scene.run('box launch', { name, image });
    expect(again).toMatchObject({ exit: 64, diagnostics: [{ code: 'box-exists' }] });
    expect((await findBox(name))?.container).toBe(box.container);

    // Another process finds it too: all state is in the engine.
    const other = await scenario('# y\n');
    expect(namesOf(await other.run('box list'))).toContain(name);

    await inside((await findBox(name))!, 'echo kept >/root/kept; (sleep 300 >/dev/null 2>&1 &)');
    expect((await scene.run('box stop', { box: name })).report.box.status).toBe('stopped');
    expect(await scene.run('box sync', { box: name })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'box-not-running', remedy: `Start it with: runbook box restart ${name}` }],
    });
    expect((await scene.run('box restart', { box: name })).report.box.status).toBe('running');
    expect((await inside((await findBox(name))!, 'cat /root/kept; pgrep -x sleep | wc -l')).stdout).toBe(
      'kept\n1\n',
    );

    expect((await scene.run('box destroy', { box: name })).report.removed).toEqual([
      { name, because: 'destroyed' },
    ]);
    expect(await scene.run('box status', { box: name })).toMatchObject({
      exit: 64,
      diagnostics: [{ code: 'unknown-box' }],
    });
  });

  test('the first process reaps orphans', async () => {
    const name = named('reap');
    const scene = await scenario('# x\n');
    await scene.run('box launch', { name, image });
    const box = (await findBox(name))!;
    await inside(box, '(true &) ; (sh -c "exit 3" &) ; pkill -x sleep');
    await expect
      .poll(async () => (await inside(box, 'ps -eo stat=')).stdout, { timeout: 10_000 })
      .not.toMatch(/^Z/m);
    expect((await findBox(name))?.status).toBe('running');
  });

  test('copies a folder as git sees it, then only changes, and .env only once it was granted', async () => {
    const name = named('sync');
    const scene = await scenario('# the runbook\n', {
      files: {
        '.gitignore': 'node_modules\n*.log\n',
        'a b/ö.sh': 'echo\n',
        'x.log': '',
        'node_modules/m.js': '',
        '.env': 'API_KEY=k-123456789\n',
        '.env.example': 'API_KEY=\n',
      },
    });
    await chmod(scene.path('a b/ö.sh'), 0o755);
    await symlink('AUTODOCK.md', scene.path('link'));
    await scene.run('box launch', { name, image });
    const box = (await findBox(name))!;

    const first = await scene.run('box sync', { box: name, to: '/srv/app' });
    expect(first.report).toMatchObject({ sent: 5, unchanged: 0, removed: 0, withheld: ['.env'] });
    const there = async () =>
      (await inside(box, 'cd /srv/app && find . ! -type d | sort && ls -l "a b/ö.sh" | cut -c1-10')).stdout;
    expect(await there()).toBe(
      './.env.example\n./.gitignore\n./AUTODOCK.md\n./a b/ö.sh\n./link\n-rwxr-xr-x\n',
    );

    await inside(box, 'echo made >/srv/app/made-there');
    await scene.write('AUTODOCK.md', '# changed\n');
    await rm(scene.path('link'));
    expect((await scene.run('box sync', { box: name, to: '/srv/app' })).report).toMatchObject({
      sent: 1,
      unchanged: 3,
      removed: 1,
    });
    expect(await there()).toContain('made-there');
    expect(await there()).not.toContain('link');

    const secretly = { box: name, to: '/srv/app', envFile: '.env' };
    expect(await scene.run('box sync', secretly)).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'secret-not-granted' }],
    });
    expect(await there()).not.toContain('./.env\n');
    const person = await scenario('# z\n', { person: yes });
    expect((await person.run('box grant', { box: name, secrets: ['API_KEY'] })).exit).toBe(0);
    const granted = await scenario('# z\n', { files: { '.env': 'API_KEY=k-123456789\n' }, person: yes });
    expect((await granted.run('box sync', { ...secretly })).report.secrets).toEqual({
      path: '/srv/app/.env',
      names: ['API_KEY'],
    });
    expect((await inside(box, 'ls -l /srv/app/.env | cut -c1-10; cat /srv/app/.env')).stdout).toBe(
      '-rw-------\nAPI_KEY=k-123456789\n',
    );
    expect(await scene.run('box grant', { box: name, secrets: ['API_KEY'] })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'no-terminal' }],
    });

    for (const to of ['/', 'srv', '/srv/../etc', '/srv//app']) {
      expect(await scene.run('box sync', { box: name, to })).toMatchObject({
        exit: 64,
        diagnostics: [{ code: 'bad-place' }],
      });
    }
  });

  test('serves a port under a name through a real Caddy, and without one', async () => {
    const [name, proxy] = [named('site'), named('proxy')];
    const bare = await scenario('# x\n', { env: { CADDY_ADMIN: '127.0.0.1:1' } });
    await bare.run('box launch', { name, image, port: ['80'] });
    const box = (await findBox(name))!;
    await inside(box, 'nginx');
    const published = (await bare.run('box expose', { box: name, port: 80 })).report.exposed;
    expect(published).toMatchObject({ by: 'published', port: 80 });
    await expect
      .poll(() => fetch(published.url).then((each) => each.text(), String), { timeout: 10_000 })
      .toContain('Welcome to nginx');

    await bare.run('box launch', { name: proxy, image, port: ['2019'] });
    const front = (await findBox(proxy))!;
    const config = JSON.stringify({ admin: { listen: '0.0.0.0:2019' } });
    const start = 'cat >/tmp/caddy.json && caddy start --config /tmp/caddy.json >/var/log/caddy.log 2>&1';
    await inside(front, start, [], { input: config });
    const admin = `127.0.0.1:${front.ports[0]!.host}`;
    const scene = await scenario('# x\n', { env: { CADDY_ADMIN: admin } });
    await expect.poll(() => Caddy.at(admin), { timeout: 10_000 }).toBeDefined();

    // The proxy runs in its own box here, from which this host's published port cannot be reached.
    const inner = named('inner');
    await scene.run('box launch', { name: inner, image });
    await inside((await findBox(inner))!, 'nginx');
    const exposed = await scene.run('box expose', { box: inner, port: 80 });
    expect(exposed.report).toEqual({
      box: inner,
      exposed: { port: 80, url: `https://${inner}.localhost/`, by: 'caddy' },
    });
    const asked = async (host: string) =>
      (await inside(front, 'curl -sk --max-time 5 --resolve "$1:443:127.0.0.1" "https://$1/"', [host]))
        .stdout;
    await expect.poll(() => asked(`${inner}.localhost`), { timeout: 15_000 }).toContain('Welcome to nginx');

    await scene.run('box expose', { box: inner, port: 80, as: 'app.localhost' });
    await expect.poll(() => asked('app.localhost'), { timeout: 15_000 }).toContain('Welcome to nginx');
    expect(
      (await scene.run('box status', { box: inner })).report.box.exposed
        .map(({ url }: { url: string }) => url)
        .sort(),
    ).toEqual(['https://app.localhost/', `https://${inner}.localhost/`]);
    expect(await scene.run('box expose', { box: name, port: 80, as: 'app.localhost' })).toMatchObject({
      exit: 3,
      diagnostics: [{ code: 'name-taken' }],
    });

    // A restart may change its address; its routes follow.
    await scene.run('box restart', { box: inner });
    await inside((await findBox(inner))!, 'nginx');
    await expect.poll(() => asked('app.localhost'), { timeout: 15_000 }).toContain('Welcome to nginx');

    expect((await scene.run('box unexpose', { box: inner })).report.unexposed.sort()).toEqual([
      'app.localhost',
      `${inner}.localhost`,
    ]);
    expect((await scene.run('box unexpose', { box: inner })).report.unexposed).toEqual([]);
    for (const as of ['a b', '-x', '*.example.org', 'x/y']) {
      expect(await scene.run('box expose', { box: inner, port: 80, as })).toMatchObject({
        exit: 64,
        diagnostics: [{ code: 'bad-host-name' }],
      });
    }
  });

  test('an agent manages boxes with tools, except for what needs a person', async () => {
    const name = named('tool');
    const scene = await scenario(
      `---\nrunbook: 1\n---\n\n## Inputs\n\n| Name | Kind |\n| --- | --- |\n| PASS | secret |\n`,
      {
        files: { 'site/index.html': 'hello', '.env': 'PASS=correct-horse-7\n' },
        env: { CADDY_ADMIN: '127.0.0.1:1' },
      },
    );
    await symlink('/etc', scene.path('out'));
    const agent = agentIn(scene.world);
    const launched = await agent.call('env_launch', { name, image, ports: ['80'], expires: '1h' });
    expect(launched).toMatchObject({ status: 'launched', box: { name, status: 'running' } });
    expect((await agent.call('env_list')).boxes.map((each: BoxReport) => each.name)).toContain(name);

    expect(await agent.call('env_sync', { box: name })).toMatchObject({
      to: '/srv/project',
      withheld: ['.env'],
    });
    for (const folder of ['..', '/etc', 'out']) {
      expect(await agent.refused('env_sync', { box: name, folder })).toBe('outside-of-project');
    }
    const box = (await findBox(name))!;
    await inside(
      box,
      'nginx; echo "login correct-horse-7" >/var/log/app.log; cat /srv/project/site/index.html',
    );
    const { text } = await agent.call('env_logs', { box: name, file: '/var/log/app.log' });
    expect(text).toContain('login [secret:PASS]');
    await expect(agent.call('env_logs', { box: name, file: '/var/log/../../etc/shadow' })).rejects.toThrow();

    expect((await agent.call('env_expose', { box: name, port: 80 })).by).toBe('published');
    await expect(agent.call('env_expose', { box: name, port: 80, as: 'www.example.org' })).rejects.toThrow(
      'takes a person',
    );
    expect(await agent.call('env_unexpose', { box: name })).toEqual({ unexposed: [] });
    expect((await agent.call('env_stop', { box: name })).box.status).toBe('stopped');
    expect((await agent.call('env_restart', { box: name })).box.status).toBe('running');
    expect((await agent.call('env_status', { box: name })).box.container).toBe(box.container);
    expect((await agent.call('env_destroy', { box: name })).removed).toEqual([
      { name, because: 'destroyed' },
    ]);
    expect(await agent.refused('env_status', { box: name })).toBe('unknown-box');
    await agent.leave();
  });

  test('prune removes expired boxes and those of killed launches, and nothing else', async () => {
    const scene = await scenario('# x\n');
    const [kept, expired, half] = [named('kept'), named('expired'), named('half')];
    await scene.run('box launch', { name: kept, image });
    await scene.run('box launch', { name: expired, image, expires: '1ms' });
    const dead = JSON.stringify({ pid: spawnSync('true').pid, start: '1', boot: 'another' });
    const labels = Object.entries({
      box: half,
      purpose: 'sandbox',
      made: new Date().toISOString(),
      image,
      by: dead,
    });
    spawnSync(engine, [
      'create',
      '--name',
      `runbook-${half}`,
      ...labels.flatMap(([key, value]) => ['--label', `io.runbook.${key}=${value}`]),
      image,
      'true',
    ]);

    const listed = (await scene.run('box list')).report.boxes as BoxReport[];
    expect(listed.find(({ name }) => name === half)).toMatchObject({
      status: 'half-made',
      over: 'left-over',
    });
    expect(listed.find(({ name }) => name === expired)).toMatchObject({ over: 'expired' });
    const { removed } = (await scene.run('box prune')).report as {
      removed: { name: string; because: string }[];
    };
    expect(removed.filter(({ name }) => name.startsWith(`t${run}-`))).toEqual([
      { name: expired, because: 'expired' },
      { name: half, because: 'left-over' },
    ]);
    expect(namesOf(await scene.run('box list'))).toContain(kept);
  });

  test('a launch killed by -9 leaves a box that list shows, or none', async () => {
    const name = named('killed');
    const folder = await mkdtemp(join(tmpdir(), 'runbook-kill-'));
    const env = { ...process.env, RUNBOOK_STATE: join(folder, 'person') };
    const words = ['dist/bin.js', 'box', 'launch', name, '--image', image];
    for (const ms of [300, 700, 1_200]) {
      const child = spawn(process.execPath, words, { env, stdio: 'ignore' });
      const ended = new Promise((resolve) => child.once('close', resolve));
      setTimeout(() => child.kill('SIGKILL'), ms);
      await ended;
      // The engine completes what it was asked to do. The result is a complete box, or one that prune recognizes.
      const scene = await scenario('# x\n');
      await expect
        .poll(async () => (await findBox(name))?.status ?? 'none', { timeout: 15_000 })
        .toMatch(/running|half-made|none/);
      const containers = spawnSync(engine, ['ps', '--all', '--format', '{{.Names}}'], {
        encoding: 'utf8',
      }).stdout;
      expect(containers.split('\n').includes(`runbook-${name}`)).toBe((await findBox(name)) !== undefined);
      if (await findBox(name)) await scene.run('box destroy', { box: name });
    }
    await rm(folder, { recursive: true });
  });

  test('rejects invalid names, ports, times and images', async () => {
    const { run: verb } = await scenario('# x\n');
    const refused = async (input: object) =>
      (await verb('box launch', { image, ...input })).diagnostics[0]?.code;
    expect(await refused({ name: '--rm' })).toBe('bad-box-name');
    expect(await refused({ name: 'local' })).toBe('bad-box-name');
    expect(await refused({ name: 'a'.repeat(41) })).toBe('bad-box-name');
    expect(await refused({ name: 'x', port: ['80:70000'] })).toBe('bad-port');
    expect(await refused({ name: 'x', expires: 'soon' })).toBe('bad-duration');
    expect(await refused({ name: 'x', image: '--privileged' })).toBe('bad-image-name');
    expect(await refused({ name: 'x', image: 'localhost/no-such:1' })).toBe('no-image');
  });

  const namesOf = (told: { report: { boxes: BoxReport[] } }) => told.report.boxes.map(({ name }) => name);
});

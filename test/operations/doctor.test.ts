import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { DoctorReport } from '../../src/model/reports/doctor.ts';
import { scenario } from '../support/scenario.ts';

/** A folder of programs that answer with these lines, and the usual shells. */
async function programs(answers: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'runbook-programs-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, line] of Object.entries(answers))
    await writeFile(join(folder, name), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
  return folder;
}

async function examine(PATH: string, prepare?: (folder: string) => Promise<void>) {
  const env = { PATH, KUBECONFIG: '/nowhere/config', HOME: '/nowhere' };
  const scene = await scenario('# nothing\n', { env });
  await prepare?.(scene.folder);
  const { report, exit } = await scene.run('doctor');
  const { checks } = report as DoctorReport;
  const of = (name: string) => checks.find((check) => check.name === name)!;
  return { of, exit, scene, report: report as DoctorReport };
}

test('without any program it says what does not work and how to fix it', async () => {
  const { of, exit, report } = await examine(await programs({}));
  expect(of('node')).toMatchObject({ verdict: 'ok', found: process.versions.node });
  for (const name of ['bash', 'git', 'container engine', 'ssh', 'kubernetes', 'Claude Code']) {
    expect(of(name), name).toMatchObject({ verdict: 'missing' });
    expect(of(name).remedy, name).not.toBe('');
  }
  expect(of('container engine').found).toBe('podman: not installed; docker: not installed');
  expect(of('its configuration')).toMatchObject({ found: 'no .mcp.json here' });
  expect(exit).toBe(0);
  expect(report.summary.missing).toBe(7);
});

test('says what it found, and which program is too old or does not answer', async () => {
  const PATH = await programs({
    bash: 'echo 3.2.57',
    git: 'echo git version 2.47.0',
    podman: 'echo cannot connect >&2; exit 125',
    docker: 'exit 0',
    ssh: 'echo OpenSSH_9.9 >&2',
    claude: 'echo 2.1.0',
  });
  const { of } = await examine(PATH, async (folder) => {
    const mcpServers = { runbook: { command: join(PATH, 'git'), args: ['mcp'] } };
    await writeFile(join(folder, '.mcp.json'), JSON.stringify({ mcpServers }));
  });
  expect(of('bash')).toMatchObject({ verdict: 'missing', found: 'bash: older than 4.1' });
  expect(of('git')).toMatchObject({ verdict: 'ok', found: 'git version 2.47.0' });
  expect(of('container engine')).toMatchObject({ verdict: 'ok', found: 'docker' });
  expect(of('ssh')).toMatchObject({ verdict: 'ok', found: 'OpenSSH_9.9' });
  expect(of('Claude Code')).toMatchObject({ verdict: 'ok', found: '2.1.0' });
  expect(of('its configuration').verdict).toBe('ok');
});

test('a state folder that others may read is broken, with the command that fixes it', async () => {
  const { of, exit, scene } = await examine(await programs({}), async (folder) => {
    await mkdir(join(folder, '.runbook'), { mode: 0o755 });
    await chmod(join(folder, '.runbook'), 0o755);
  });
  expect(of('.runbook')).toMatchObject({
    verdict: 'broken',
    found: expect.stringContaining('open to others (mode 755)'),
    remedy: `chmod 700 '${scene.path('.runbook')}'`,
  });
  expect(of('your folder')).toMatchObject({ verdict: 'ok' });
  expect(exit).toBe(3);
});

test('a link in the place of a state folder is broken', async () => {
  const { of } = await examine(await programs({}), (folder) => symlink('/tmp', join(folder, '.runbook')));
  expect(of('.runbook')).toMatchObject({ verdict: 'broken', remedy: 'Move it away.' });
});

test.each([
  ['{', '.mcp.json is not JSON'],
  ['{}', '.mcp.json has no server "runbook"'],
  ['{"mcpServers":{"runbook":{"command":"runbook"}}}', '.mcp.json starts runbook, which does not exist'],
])('the configuration %j is not right', async (text, found) => {
  const { of } = await examine(await programs({}), (folder) => writeFile(join(folder, '.mcp.json'), text));
  expect(of('its configuration')).toMatchObject({ verdict: 'missing', found });
});

test('contexts of kubeconfig are named, the current one first', async () => {
  const scene = await scenario('# nothing\n');
  const config = {
    'current-context': 'b',
    contexts: ['a', 'b'].map((name) => ({ name, context: { cluster: 'c', user: 'u' } })),
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
    users: [{ name: 'u', user: { token: 'x' } }],
  };
  await scene.write('kube.yaml', JSON.stringify(config));
  const { doctor } = await import('../../src/operations/doctor.ts');
  const world = { ...scene.world, env: { ...scene.world.env, KUBECONFIG: scene.path('kube.yaml') } };
  const report = await doctor.run({ world, signal: new AbortController().signal, emit: () => {} }, {});
  expect(report.checks.find(({ name }) => name === 'kubernetes')).toMatchObject({
    verdict: 'ok',
    found: 'contexts: b, a',
  });
});

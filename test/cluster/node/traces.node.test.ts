import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { describeWithNodePrograms } from './describe-with-node.ts';
import { RealNode } from './real-node.ts';

describeWithNodePrograms('what a node leaves on this machine', (programs) => {
  test('leaves nothing when it is stopped', async () => {
    const before = await traces();
    const node = await RealNode.start(programs);
    onTestFinished(() => node.stop().catch(() => {}));
    const during = await traces();
    expect(during.processes).toBeGreaterThan(before.processes + 8);
    expect(during.links.length).toBe(before.links.length + 1);
    expect(during.cgroups.length).toBeGreaterThan(before.cgroups.length);
    expect(during.folders.length).toBe(before.folders.length + 1);
    await node.stop();
    expect(await traces()).toEqual(before);
  });

  test('leaves nothing when the process that started it is killed', async () => {
    const before = await traces();
    const starter = spawn(process.execPath, [await starterProgram(), JSON.stringify(programs)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => void starter.kill('SIGKILL'));
    await once(createInterface(starter.stdout), 'line');
    expect((await traces()).links.length).toBe(before.links.length + 1);
    starter.kill('SIGKILL');
    await expect.poll(traces, { timeout: 60_000, interval: 500 }).toEqual(before);
  });
});

/** A program that starts a node, says so on stdout, and waits. */
async function starterProgram(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'start-node-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const outfile = join(folder, 'start-node.cjs');
  const contents = `
    import { RealNode } from './real-node.ts';
    RealNode.start(JSON.parse(process.argv[2])).then(() => console.log('ready'));
  `;
  await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: 'ts' },
    outfile,
    bundle: true,
    loader: { '.sh': 'text' },
    platform: 'node',
    format: 'cjs',
    define: { 'import.meta.dirname': JSON.stringify(import.meta.dirname), 'import.meta.url': '"file:///"' },
  });
  return outfile;
}

interface Traces {
  /** Processes that see the mounts of a node. */
  processes: number;
  mounts: string[];
  links: string[];
  cgroups: string[];
  rules: string;
  folders: string[];
}

async function traces(): Promise<Traces> {
  const links = JSON.parse((await execa('ip', ['-j', 'link'])).stdout) as { ifname: string }[];
  const groups = await execa('find', ['/sys/fs/cgroup', '-type', 'd', '-path', '*rbnode*']);
  return {
    processes: readdirSync('/proc').filter(isOnNode).length,
    mounts: readFileSync('/proc/self/mountinfo', 'utf8').split('\n'),
    links: links.map(({ ifname }) => ifname),
    cgroups: groups.stdout.split('\n').filter(Boolean),
    // Counters grow with this machine's own traffic.
    rules: (await execa('nft', ['list', 'ruleset'])).stdout.replace(
      /counter packets \d+ bytes \d+/g,
      'counter',
    ),
    folders: readdirSync(tmpdir()).filter((name) => name.startsWith('runbook-node-')),
  };
}

function isOnNode(pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes('runbook-node-');
  } catch {
    return false; // not a process, or gone
  }
}

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = join(root, 'dist', 'bin.js');

/** A folder of its own in which `runbook mcp`, as built, can be started. */
export interface Bench {
  /** Everything that the server may touch lies in here. */
  readonly place: string;
  /** Its working folder; the document is AUTODOCK.md in it. */
  readonly project: string;
  readonly env: Record<string, string>;
  /** The command line, environment included, for clients that start servers without one. */
  command(...flags: string[]): { command: string; args: string[] };
}

/** The built command (`npm test` builds first) with empty state folders; `sandbox`: with the person's marker. */
export async function bench({ sandbox = false } = {}): Promise<Bench> {
  if (!existsSync(bin)) execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root });
  const place = await mkdtemp(join(tmpdir(), 'runbook-mcp-'));
  onTestFinished(() => rm(place, { recursive: true, force: true }));
  const project = join(place, 'project');
  const person = join(place, 'person');
  await mkdir(project);
  await mkdir(person);
  if (sandbox) await writeFile(join(person, 'sandbox'), '');
  const env = { RUNBOOK_STATE: person, RUNBOOK_BOX_STATE: join(place, 'box') };
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return {
    place,
    project,
    env,
    command: (...flags) => ({
      command: 'env',
      args: ['-C', project, ...words, process.execPath, bin, 'mcp', ...flags],
    }),
  };
}

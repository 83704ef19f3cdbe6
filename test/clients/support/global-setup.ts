import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { type ClientName, clientPackages, type Installed, installClient } from './client-packages.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    clients: Record<ClientName, Installed>;
  }
}

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Installs the clients and builds the command, once for all files of the project. */
export async function setup(project: TestProject): Promise<void> {
  if (!existsSync(join(root, 'dist', 'bin.js'))) {
    execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root });
  }
  const found: [string, Installed][] = [];
  const waiting = Object.entries(clientPackages);
  // Two at a time: one unpacks while the other downloads.
  const installNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      found.push([next[0], await installClient(next[1])]);
  };
  await Promise.all([installNext(), installNext()]);
  for (const [name, installed] of found) {
    if ('missing' in installed) console.error(`clients: ${name} is SKIPPED: ${installed.missing}`);
  }
  project.provide('clients', Object.fromEntries(found) as Record<ClientName, Installed>);
}

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Output } from '../../src/cli/output.ts';
import { program } from '../../src/cli/program.ts';
import type { World } from '../../src/world.ts';
import { document } from './samples.ts';
import { standInOperations } from './stand-in-operations.ts';

/** How a call ended and what it said. */
export interface Called {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** Calls the command with stand-in operations in a fresh folder that holds a document, as if from a pipe. */
export async function call(
  argv: readonly string[],
  env: World['env'] = {},
  { signal = new AbortController().signal, cwd = freshFolder() }: { signal?: AbortSignal; cwd?: string } = {},
): Promise<Called> {
  const [stdout, stderr] = [pipe(), pipe()];
  const world: World = {
    cwd,
    env,
    version: '1.2.3',
    folders: { box: '/nowhere', person: '/nowhere' },
    now: () => Date.now(),
    identify: () => Promise.reject(new Error('a stand-in has no box')),
    openBox: () => Promise.reject(new Error('a stand-in has no box')),
  };
  const code = await program({
    argv,
    version: '1.2.3',
    operations: standInOperations,
    world,
    stdout,
    stderr,
    signal,
  });
  return { stdout: stdout.text(), stderr: stderr.text(), code };
}

/** A folder with an AUTODOCK.md. */
export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-cli-'));
  writeFileSync(join(folder, 'AUTODOCK.md'), document);
  return folder;
}

/** A stream that remembers; with a size it is a terminal. */
export function pipe(size?: { columns: number; rows: number }): Output & { text(): string } {
  let text = '';
  return {
    write: (chunk) => {
      text += chunk;
    },
    on: () => {},
    off: () => {},
    text: () => text,
    ...(size ? { isTTY: true, ...size } : {}),
  };
}

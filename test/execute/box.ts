import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import {
  type LocalExecution,
  type LocalOptions,
  openLocalExecution,
} from '../../src/execute/local-execution.ts';
import { Approved } from '../../src/model/approved.ts';
import { EMPTY_STATE, type ShellRequest, type ShellResult } from '../../src/model/shell.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'runbook-test-')));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens boxes for the shared tests of this folder: this machine, unless a test file has chosen another. */
let opener: (options: LocalOptions) => Promise<LocalExecution> = openLocalExecution;

/** Makes the shared tests that are imported afterwards run on other boxes. */
export function openBoxesBy(open: typeof opener): void {
  opener = open;
}

/** Whether the shared tests run on another box; tests that need this machine are then skipped. */
export const isElsewhere = (): boolean => opener !== openLocalExecution;

/** A box, opened in its own folder and closed after the test. */
export async function openBox(options: Partial<LocalOptions> = {}): Promise<LocalExecution> {
  const box = await opener({ folder: temporaryFolder(), env: {}, ...options });
  cleanups.push(() => box.close());
  return box;
}

/** A bash fence that carries state, with a generous timeout. */
export function fence(
  text: string,
  { interpreter = ['bash'], ...request }: Partial<ShellRequest & { interpreter: readonly string[] }> = {},
): ShellRequest {
  const code = Approved.make({ interpreter, text });
  return { code, state: EMPTY_STATE, timeoutMs: 20_000, capture: true, ...request };
}

/** Runs a fence and collects its output. */
export async function runOn(
  box: LocalExecution,
  request: ShellRequest,
): Promise<ShellResult & { readonly bytes: Buffer; readonly output: string }> {
  const chunks: Buffer[] = [];
  const result = await box.run({ ...request, onOutput: (chunk) => chunks.push(chunk) });
  const bytes = Buffer.concat(chunks);
  return { ...result, bytes, output: bytes.toString() };
}

/** Resolves as soon as the condition holds; fails after the deadline. */
export async function until(condition: () => boolean, what: string, deadlineMs = 5_000): Promise<void> {
  const deadline = performance.now() + deadlineMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

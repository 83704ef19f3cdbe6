import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { JournalOptions } from '../../src/journal/journal.ts';
import { localBoxState } from '../../src/journal/local-box-state.ts';
import type { JournalEntry } from '../../src/model/journal.ts';

/** A temporary folder for a test, removed at its end. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'runbook-journal-')));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A project and a box with its state in `stateFolder`. */
export function journalOptions(
  root = temporaryFolder(),
  project = 'project',
): JournalOptions & { readonly stateFolder: string } {
  const folder = join(root, project);
  mkdirSync(folder, { recursive: true });
  return {
    document: join(folder, 'AUTODOCK.md'),
    folder,
    box: { id: '5d7c9f6e-box', name: 'local' },
    stateFolder: join(root, 'box'),
    state: localBoxState(join(root, 'box')),
    now: () => Date.parse('2026-11-21T10:00:00Z'),
    version: '0.1.0',
  };
}

export const started = (step: string, action = 'a1'): JournalEntry => ({
  kind: 'started',
  step,
  action,
  inputs: 'i1',
});

export const confirmed = (
  step: string,
  more: Partial<Extract<JournalEntry, { kind: 'confirmed' }>> = {},
): JournalEntry => ({
  kind: 'confirmed',
  step,
  action: 'a1',
  inputs: 'i1',
  how: 'acted',
  ms: 12,
  ...more,
});

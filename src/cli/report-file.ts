import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../base/disk/replace-file.ts';
import type { FleetReport } from '../model/fleet.ts';
import type { ReplayReport } from '../model/report.ts';
import { usage } from './usage.ts';

/** Where `--report` goes. */
export interface ReportFile {
  /** Atomic: whoever waits for the file never reads half of it. */
  write(report: ReplayReport | FleetReport): Promise<void>;
}

/**
 * Makes sure before the pass that its report can be written after it.
 * @throws RunbookError (exit 64) where the folder is missing or not writable.
 */
export async function openReportFile(path: string, cwd: string): Promise<ReportFile> {
  const target = resolve(cwd, path);
  try {
    await access(dirname(target), constants.W_OK | constants.X_OK);
  } catch {
    const message = `--report: ${dirname(target)} is no folder that can be written`;
    throw usage('unwritable-report', message, 'Make the folder, or name another; nothing ran.');
  }
  return {
    async write(report) {
      const { junitReport } = await import('./junit.ts');
      await replaceFile(target, junitReport(report), { mode: 0o666 });
    },
  };
}

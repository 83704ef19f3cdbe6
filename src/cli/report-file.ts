import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { replaceFile } from '../base/disk/replace-file.ts';
import { usageError } from '../model/diagnostic.ts';
import type { FleetReport } from '../model/reports/fleet.ts';
import type { ReplayReport } from '../model/reports/report.ts';

/** The destination of `--report`. */
export interface ReportFile {
  /** Atomic, so that readers never see a partial file. */
  write(report: ReplayReport | FleetReport): Promise<void>;
}

/**
 * Ensures before the pass that its report can be written.
 *
 * @throws RunbookError (exit 64) if the folder is missing or not writable.
 */
export async function openReportFile(path: string, cwd: string): Promise<ReportFile> {
  const target = resolve(cwd, path);
  try {
    await access(dirname(target), constants.W_OK | constants.X_OK);
  } catch {
    const message = `--report needs a folder that exists and is writable. ${dirname(target)} is not.`;
    throw usageError('unwritable-report', message, 'Create the folder, or use another one. Nothing ran.');
  }
  return {
    async write(report) {
      const { junitReport } = await import('./junit.ts');
      await replaceFile(target, junitReport(report), { mode: 0o666 });
    },
  };
}

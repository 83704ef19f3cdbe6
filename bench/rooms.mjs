import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Measures in a folder that is gone afterwards: the given files, an empty `out`, and state folders of its own, so that no
 * measurement meets what another left (no ssh connection either) and the journals of the user who runs the benchmark are not touched.
 */
export async function inRoom(files, measure) {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-bench-'));
  const env = {
    RUNBOOK_STATE: join(folder, 'state'),
    RUNBOOK_BOX_STATE: join(folder, 'box'),
    TMPDIR: folder,
  };
  try {
    mkdirSync(join(folder, 'out'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await measure({ folder, at: { cwd: folder, env } });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

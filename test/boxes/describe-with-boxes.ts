import { describe, expect, test } from 'vitest';
import { debianImage } from './debian-image.ts';

/**
 * A vitest suite whose tests start boxes. If no box can start, its tests are skipped, and the reason is in the suite's
 * name and on stderr; `AGENT_RUNBOOK_BOXES=required` makes that a failure, for machines known to have boxes. Give the
 * file a name ending in `.slow.test.ts`.
 */
export function describeWithBoxes(name: string, tests: () => void): void {
  describe(name, async () => {
    const reason = await reasonForNoBoxes();
    if (reason === undefined) return tests();
    if (process.env.AGENT_RUNBOOK_BOXES === 'required') {
      return test('boxes can start', () => expect.fail(`no box can start here: ${reason}`));
    }
    console.error(`SKIPPED: "${name}" needs a clean Debian box, and none can start here: ${reason}`);
    describe.skip(`no box can start here: ${reason}`, tests);
  });
}

async function reasonForNoBoxes(): Promise<string | undefined> {
  try {
    await debianImage();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

import { expect, test } from 'vitest';
import type { LaunchedBox } from '../../src/boxes/find-box.ts';
import { requireApproval } from '../../src/operations/approval/approval.ts';
import { provePasses } from '../../src/operations/prove/prove-passes.ts';
import { prepare } from '../../src/operations/session/session.ts';
import { runbook, scenario } from '../support/scenario.ts';

test('does not suggest installing a tool on a box that is thrown away', async () => {
  const text = runbook({ One: '~~~bash\ntrue\n~~~' }).replace(
    'runbook: 1\n',
    'runbook: 1\nrequires: [never-a-program, "bash >= 99"]\n',
  );
  const { world } = await scenario(text);
  // This machine is used as the clean box.
  const here: typeof world = { ...world, openBox: ({ target: _, ...options }) => world.openBox(options) };
  const context = { world: here, emit: () => {}, signal: new AbortController().signal };
  const flags = { file: 'AUTODOCK.md', input: {}, yes: true, keep: false };
  const prepared = await prepare(context, { ...flags, loose: false });
  const box = { name: 'clean', image: 'debian:bookworm' } as LaunchedBox;
  const remedy =
    'A clean debian:bookworm does not have it. Install it in a step and remove it from requires, which is checked before the first step. Or declare an image that has it.';
  const approved = await requireApproval(context, prepared, flags);
  await expect(provePasses(context, { ...prepared, approved }, box, flags)).rejects.toMatchObject({
    exit: 3,
    diagnostics: [
      { code: 'missing-tool', message: expect.stringContaining('never-a-program is not on PATH'), remedy },
      { code: 'tool-version', remedy },
    ],
  });
});

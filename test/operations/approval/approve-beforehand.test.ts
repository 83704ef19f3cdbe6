import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FleetReport } from '../../../src/model/reports/fleet.ts';
import { requireApproval } from '../../../src/operations/approval/approval.ts';
import { CHAOS_TARGET, proveTarget } from '../../../src/operations/approval/approval-targets.ts';
import { approve } from '../../../src/operations/approve.ts';
import { replay } from '../../../src/operations/replay.ts';
import { prepare } from '../../../src/operations/session/session.ts';
import { submit } from '../../../src/operations/submit.ts';
import { runbook, scenario } from '../../support/scenario.ts';
import { inventoryOf, simulatedFleet } from '../../support/simulated-fleet.ts';

const TEXT = runbook({ One: '~~~bash\necho one >> log\n~~~' }).replace(
  'runbook: 1\n',
  'runbook: 1\nbox: { image: "debian:bookworm" }\n',
);
const FILE = 'AUTODOCK.md';

async function scene() {
  const { world, folder, write } = await scenario(TEXT, { files: { 'inventory.yaml': inventoryOf(2) } });
  const fleet = simulatedFleet(world, join(folder, '..'));
  const context = { world: fleet.world, emit: () => {}, signal: new AbortController().signal };
  const approveFor = (flags: Record<string, unknown>) =>
    approve.run(context, approve.input.parse({ file: FILE, ...flags }));
  return { ...fleet, context, write, approveFor };
}

const refusal = (flags: string) => ({
  exit: 3,
  diagnostics: [
    { code: 'not-approved', remedy: expect.stringContaining(`"runbook approve ${FILE}${flags}"`) },
  ],
});

test('a fleet that was approved replays without a question, and asks again for a changed inventory', async () => {
  const { context, approveFor, ran, write } = await scene();
  const start = async () =>
    (await replay.run(context, replay.input.parse({ file: FILE, fleet: 'inventory.yaml' }))) as FleetReport;
  await expect(start()).rejects.toMatchObject(refusal(' --fleet inventory.yaml'));
  await approveFor({});
  await expect(start()).rejects.toMatchObject(refusal(' --fleet inventory.yaml'));

  const { shown, box } = await approveFor({ fleet: 'inventory.yaml' });
  expect(shown).toContain('# Boxes, 2 lines\nb1: ');
  expect(box).toBe('2 boxes');
  expect((await start()).summary.outcome).toBe('done');
  expect(await ran('b2')).toEqual(['one']);

  await write('inventory.yaml', inventoryOf(3));
  await expect(start()).rejects.toMatchObject(refusal(' --fleet inventory.yaml'));
  expect(await ran('b3')).toEqual([]);
});

test.each([
  ['prove', proveTarget('debian:bookworm')],
  ['chaos', CHAOS_TARGET],
])('what was approved for %s counts there and nowhere else', async (command, target) => {
  const { context, approveFor } = await scene();
  const prepared = await prepare(context, { file: FILE, loose: false });
  const flags = { yes: false, input: {} };
  await expect(requireApproval(context, prepared, flags, target)).rejects.toMatchObject(
    refusal(` --for ${command}`),
  );
  await approveFor({ for: command });
  expect((await requireApproval(context, prepared, flags, target)).by).toBe('approved');
  await expect(requireApproval(context, prepared, flags)).rejects.toMatchObject(refusal(''));
});

test('a submission is approved with its boxes, its namespace and its image', async () => {
  const { context, approveFor, write } = await scene();
  await write('inventory.yaml', 'targets: ["ssh://web-1.example", "ssh://web-2.example"]\n');
  const start = (image: string) =>
    submit.run(
      context,
      submit.input.parse({ file: FILE, targets: 'inventory.yaml', image, namespace: 'ci' }),
    );
  const flags = ' --for submit --fleet inventory.yaml --image here/runbook:1 --namespace ci';
  await expect(start('here/runbook:1')).rejects.toMatchObject(refusal(flags));
  await approveFor({ for: 'submit', fleet: 'inventory.yaml', image: 'here/runbook:1', namespace: 'ci' });
  // It is approved, but this machine has no cluster.
  await expect(start('here/runbook:1')).rejects.not.toMatchObject({
    diagnostics: [{ code: 'not-approved' }],
  });
  await expect(start('other/runbook:1')).rejects.toMatchObject({ diagnostics: [{ code: 'not-approved' }] });
});

test.each([
  [{ for: 'prove', fleet: 'inventory.yaml' }, 'conflicting-flags'],
  [{ for: 'chaos', image: 'x' }, 'conflicting-flags'],
  [{ fleet: 'inventory.yaml', on: 'b1' }, 'conflicting-flags'],
  [{ for: 'submit' }, 'missing-image'],
])('%j is refused as %s', async (flags, code) => {
  const { approveFor } = await scene();
  await expect(approveFor(flags)).rejects.toMatchObject({ exit: 64, diagnostics: [{ code }] });
});

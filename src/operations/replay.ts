import { EXIT, type ExitCode } from '../model/diagnostic.ts';
import type { FleetReport } from '../model/reports/fleet.ts';
import type { ReplayReport } from '../model/reports/report.ts';
import { requireApprovalOn } from './approval/approval.ts';
import { refuseUnknownId } from './document/known-id.ts';
import { defineOperation, type OperationContext } from './operation.ts';
import { type ReplayFlags, replayInput } from './replay-flags.ts';
import { replayBox } from './session/replay-box.ts';
import { type Prepared, prepare } from './session/session.ts';

/** The main operation: deploys a box in one pass, and continues where an earlier pass stopped. */
export const replay = defineOperation({
  description:
    'Walks the steps in order of their needs: checks, skips what is satisfied, acts, verifies, records.\n' +
    'After any failure, kill or reboot, the same command continues at the first step that is not confirmed.',
  examples: [
    'runbook replay AUTODOCK.md',
    'runbook replay --dry-run',
    'runbook replay --from start-caddy --input DOMAIN=example.org',
    'runbook replay --jobs 4 --keep-going',
    'runbook replay --fleet inventory.yaml --canary 1 --max-fail 10%',
  ],
  input: replayInput,
  run: (context, flags) => runReplay(context, flags),
  exit: exitOf,
});

async function runReplay(context: OperationContext, flags: ReplayFlags): Promise<ReplayReport | FleetReport> {
  const prepared = await prepare(context, flags);
  refuseUnknownIds(prepared, flags);
  if (flags.fleet !== undefined) {
    const { replayFleet } = await import('./fleet/replay-fleet.ts');
    return await replayFleet(context, prepared, flags);
  }
  const approved = flags.dryRun ? undefined : await requireApprovalOn(context, prepared, flags);
  const report = await replayBox(context, prepared, flags, { approved });
  if (flags.open && !flags.dryRun) {
    const { openPage } = await import('./page/open-page.ts');
    await openPage(context, flags, prepared.document);
  }
  return report;
}

function exitOf({ summary }: ReplayReport | FleetReport): ExitCode {
  switch (summary.outcome) {
    case 'done':
      return EXIT.done;
    case 'failed':
      return EXIT.failed;
    case 'person':
      return EXIT.person;
    case 'aborted':
      return EXIT.interrupted;
  }
}

function refuseUnknownIds({ plan, runbook }: Prepared, flags: ReplayFlags): void {
  const ids = plan.steps.map(({ step }) => step.id);
  for (const flag of ['from', 'only', 'accept'] as const)
    refuseUnknownId(flag, flags[flag], runbook.file, ids);
}

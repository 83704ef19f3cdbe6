import { pluralize } from '../../base/pluralize.ts';
import { parseTolerance, type Tolerance } from '../../fleet/tolerance.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { FleetReport } from '../../model/fleet.ts';
import { fleetParts, requireApproval } from '../approval/approval.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import type { Prepared } from '../session/session.ts';
import { announceFleet } from './announce.ts';
import { askForFleet } from './ask-once.ts';
import { fleetReport } from './fleet-report.ts';
import { readInventory } from './read-inventory.ts';
import { replayTarget } from './replay-target.ts';
import { runTargets } from './run-targets.ts';

/**
 * The same pass on every box of an inventory, many at once: each has its own journal, lock and report, and goes on from
 * where it was. What a person must be asked is asked once, before the first box begins.
 * @throws RunbookError 64 for a wrong flag or inventory, 3 for what is not approved or an input that is missing
 */
export async function replayFleet(
  context: OperationContext,
  prepared: Prepared,
  flags: ReplayFlags,
): Promise<FleetReport> {
  const tolerance = refuseUnfit(prepared, flags);
  const { targets } = await readInventory(context.world.cwd, flags.fleet!, prepared.runbook);
  const approved = await requireApproval(context, prepared, flags, {
    place: { box: `fleet ${flags.fleet}`, boxName: pluralize(targets.length, 'box', 'boxes') },
    parts: fleetParts(targets),
  });
  const world = await askForFleet(context, { ...prepared, approved }, flags, targets);
  const started = context.world.now();
  announceFleet(context, { ...prepared, ...flags, targets });
  const { results, because } = await runTargets({
    targets,
    forks: flags.forks,
    canary: flags.canary,
    tolerance,
    signal: context.signal,
    replay: (target) => replayTarget({ ...context, world }, { ...prepared, approved }, flags, target),
  });
  return fleetReport(context, prepared, { fleet: flags.fleet!, results, because, started });
}

/** Flags that make no sense for many boxes, or that nobody could answer. */
function refuseUnfit({ runbook }: Prepared, flags: ReplayFlags): Tolerance {
  const tolerance = parseTolerance(flags.maxFail);
  const wrong: Diagnostic[] = [];
  const refuse = (code: string, message: string, remedy: string) =>
    wrong.push({ code, severity: 'error', message, remedy });
  if (!tolerance)
    refuse('invalid-value', `--max-fail: ${flags.maxFail} is no number and no share.`, 'Write 3 or 10%.');
  if (flags.on !== undefined)
    refuse('conflicting-flags', '--on names one box, --fleet many.', 'Give one of the two.');
  if (flags.dryRun)
    refuse('conflicting-flags', '--dry-run looks at one box.', 'Name it by --on instead of --fleet.');
  if (runbook.kind === 'loose' && !flags.yes)
    refuse(
      'conflicting-flags',
      'A loose document is asked block by block, and nobody can be asked for each box.',
      'Add --yes.',
    );
  if (wrong.length > 0 || !tolerance) throw new RunbookError(wrong, EXIT.usage);
  return tolerance;
}

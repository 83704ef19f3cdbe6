import type { Target } from '../../fleet/inventory.ts';
import { parseTolerance, type Tolerance } from '../../fleet/tolerance.ts';
import { type Diagnostic, EXIT, RunbookError } from '../../model/diagnostic.ts';
import { FLEET } from '../../model/pass-record.ts';
import type { FleetReport } from '../../model/reports/fleet.ts';
import type { World } from '../../world.ts';
import { requireApproval } from '../approval/approval.ts';
import { fleetTarget } from '../approval/approval-targets.ts';
import { notifyEvent } from '../notify/notify-targets.ts';
import type { OperationContext } from '../operation.ts';
import type { ReplayFlags } from '../replay-flags.ts';
import type { ApprovedDocument, Prepared } from '../session/session.ts';
import { announceFleet } from './announce.ts';
import { askForFleet } from './ask-once.ts';
import { fleetReport } from './fleet-report.ts';
import { readFleet } from './read-inventory.ts';
import { replayTarget } from './replay-target.ts';
import { runTargets } from './run-targets.ts';

/**
 * Runs the same pass on every box of an inventory, many in parallel. Each has its own journal, lock and report, and
 * continues where it stopped. Questions to a person are asked once, before the first box starts.
 * @throws RunbookError 64 for an invalid flag or inventory, 3 for missing approval or input
 */
export async function replayFleet(
  context: OperationContext,
  prepared: Prepared,
  flags: ReplayFlags,
): Promise<FleetReport> {
  const tolerance = requireFleetFlags(prepared, flags);
  const { targets, parts } = await readFleet(context, prepared, flags.fleet!);
  const passes = new Map<Target, TargetPass>();
  for (const part of parts) {
    const approved = await requireApproval(
      context,
      part.prepared,
      flags,
      fleetTarget(flags.fleet!, part.targets),
    );
    const document = { ...part.prepared, approved };
    const world = await askForFleet(context, document, flags, part.targets);
    for (const target of part.targets) passes.set(target, { document, world });
  }
  const started = context.world.now();
  const within = `${FLEET}${flags.fleet}, ${new Date(started).toISOString()}`;
  announceFleet(context, { ...prepared, ...flags, targets });
  const { results, because } = await runTargets({
    targets,
    forks: flags.forks,
    canary: flags.canary,
    tolerance,
    signal: context.signal,
    replay: (target) => {
      const { document, world } = passes.get(target)!;
      return replayTarget({ ...context, world, within }, document, flags, target);
    },
  });
  const report = fleetReport(context, prepared, { fleet: flags.fleet!, results, because, started });
  if (because !== undefined)
    notifyEvent(context.world, 'fleet-stopped', {
      state: 'failed',
      title: `${prepared.runbook.name}: the fleet ${flags.fleet} stopped`,
      details: [because],
      document: prepared.document.path,
      next: `runbook replay ${prepared.document.file} --fleet ${flags.fleet}`,
    });
  return report;
}

/** What a box replays: the document of its site, and the world with the values that were asked for it. */
interface TargetPass {
  readonly document: ApprovedDocument;
  readonly world: World;
}

/** Rejects flags that do not work for many boxes, or whose questions no one could answer. */
function requireFleetFlags({ runbook }: Prepared, flags: ReplayFlags): Tolerance {
  const tolerance = parseTolerance(flags.maxFail);
  const wrong: Diagnostic[] = [];
  const refuse = (code: string, message: string, remedy: string) =>
    wrong.push({ code, severity: 'error', message, remedy });
  if (!tolerance)
    refuse(
      'invalid-value',
      `--max-fail must be a number or a percentage, got "${flags.maxFail}".`,
      'Write 3 or 10%.',
    );
  if (flags.on !== undefined)
    refuse(
      'conflicting-flags',
      '--on and --fleet cannot be combined: --on selects one box, --fleet many.',
      'Use one of the two.',
    );
  if (flags.open)
    refuse(
      'conflicting-flags',
      '--open works on one box only.',
      'Select a box with --on instead of --fleet, or open the fleet with runbook serve.',
    );
  if (flags.dryRun)
    refuse(
      'conflicting-flags',
      '--dry-run works on one box only.',
      'Select a box with --on instead of --fleet.',
    );
  if (runbook.kind === 'loose' && !flags.yes)
    refuse(
      'conflicting-flags',
      'A loose document asks about each block, which is not possible for each box of a fleet.',
      'Add --yes.',
    );
  if (wrong.length > 0 || !tolerance) throw new RunbookError(wrong, EXIT.usage);
  return tolerance;
}

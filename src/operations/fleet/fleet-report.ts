import type { BoxOutcome, FleetSummary } from '../../model/outcome.ts';
import type { BoxResult, FleetReport } from '../../model/reports/fleet.ts';
import type { OperationContext } from '../operation.ts';
import type { Prepared } from '../session/session.ts';

interface Ended {
  readonly fleet: string;
  readonly results: readonly BoxResult[];
  readonly because: string | undefined;
  readonly started: number;
}

/** Combines the boxes' results, and reports the outcome and how to continue. */
export function fleetReport(
  { world, emit, signal }: OperationContext,
  { runbook }: Prepared,
  { fleet, results, because, started }: Ended,
): FleetReport {
  const count = (outcome: BoxOutcome) => results.filter((box) => box.outcome === outcome).length;
  const boxes = {
    done: count('done'),
    failed: count('failed'),
    person: count('person'),
    aborted: count('aborted'),
    refused: count('refused'),
    'not-started': count('not-started'),
  };
  const summary: FleetSummary = {
    outcome: signal.aborted ? 'aborted' : outcomeOf(boxes),
    boxes,
    ms: world.now() - started,
    ...(because === undefined ? {} : { because }),
  };
  const next =
    summary.outcome === 'done'
      ? ''
      : 'run the same command to continue: boxes that are done are checked and skipped';
  emit({ type: 'fleet-finished', at: new Date(world.now()).toISOString(), summary, next });
  return { file: runbook.file, name: runbook.name, fleet, boxes: results, summary, next };
}

/** A failed step has priority. Refused boxes, and those not started because of them, need a person. */
function outcomeOf(boxes: FleetSummary['boxes']): FleetSummary['outcome'] {
  if (boxes.failed > 0) return 'failed';
  return boxes.person + boxes.refused + boxes['not-started'] + boxes.aborted > 0 ? 'person' : 'done';
}

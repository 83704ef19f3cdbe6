import type { Target } from '../../fleet/inventory.ts';
import { exceeded, type Tolerance } from '../../fleet/tolerance.ts';
import type { BoxResult } from '../../model/reports/fleet.ts';

export interface FleetRun {
  readonly targets: readonly Target[];
  /** Maximum number of parallel boxes. */
  readonly forks: number;
  /** This many boxes must be done before the others start. */
  readonly canary: number;
  readonly tolerance: Tolerance;
  readonly signal: AbortSignal;
  /** Never rejects. */
  readonly replay: (target: Target) => Promise<BoxResult>;
}

/** Results in the order of the inventory, and why some boxes were not started. */
export interface FleetResults {
  readonly results: readonly BoxResult[];
  readonly because?: string;
}

/** Runs the canaries first, then the rest. No further box starts once the fleet is stopped or too many have failed. */
export async function runTargets(run: FleetRun): Promise<FleetResults> {
  const results = new Map<string, BoxResult>();
  const canaries = run.targets.slice(0, run.canary);
  const because =
    (await runWave(run, canaries, results)) ??
    failedCanary(canaries, results) ??
    (await runWave(run, run.targets.slice(run.canary), results));
  const all = run.targets.map((target) => results.get(target.name) ?? notStarted(target, because ?? ''));
  return because === undefined ? { results: all } : { results: all, because };
}

/** Runs a wave in parallel. Returns why it stopped early. */
async function runWave(
  { forks, tolerance, signal, replay, targets }: FleetRun,
  wave: readonly Target[],
  results: Map<string, BoxResult>,
): Promise<string | undefined> {
  const waiting = [...wave];
  const stopped = (): string | undefined => {
    if (signal.aborted) return 'the fleet was stopped';
    const failed = [...results.values()].filter(hasFailed).length;
    return exceeded(tolerance, failed, targets.length)
      ? `${failed} of ${targets.length} have failed`
      : undefined;
  };
  const worker = async (): Promise<void> => {
    while (waiting.length > 0 && stopped() === undefined) {
      const target = waiting.shift()!;
      results.set(target.name, await replay(target));
    }
  };
  await Promise.all(Array.from({ length: Math.min(forks, wave.length) }, worker));
  return waiting.length > 0 ? stopped() : undefined;
}

function failedCanary(
  canaries: readonly Target[],
  results: ReadonlyMap<string, BoxResult>,
): string | undefined {
  const bad = canaries.find(({ name }) => results.get(name)?.outcome !== 'done');
  return bad && `the canary ${bad.name} did not succeed`;
}

const hasFailed = ({ outcome }: BoxResult): boolean => outcome !== 'done' && outcome !== 'aborted';

function notStarted({ name, on }: Target, because: string): BoxResult {
  return { target: name, on, outcome: 'not-started', ms: 0, steps: [], diagnostics: [], message: because };
}

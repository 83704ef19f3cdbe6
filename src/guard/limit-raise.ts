import type { Attempt, GuardVerdict } from '../loop/attempt.ts';
import type { PodContainer } from '../model/cluster/cluster-pods.ts';
import type { Evidence } from '../model/finding.ts';
import { type FailedAlike, failedAlike } from './failed-alike.ts';
import type { Size } from './form/knobs.ts';
import { type Guard, type GuardInput, PASS } from './guard.ts';
import { type Raise, showSizeRaise, sizeRaises } from './raises.ts';

/**
 * The same action that failed, with more memory, CPU or storage. Passes if the shortage was measured in the last
 * failure or since; otherwise asks once, then refuses. A measurement allows one increase: after the next failure, a
 * new one is needed.
 */
export const limitRaise: Guard = {
  code: 'limit-raise',
  judge(input) {
    const alike = failedAlike(input.loop, input.attempt.body);
    if (!alike) return PASS;
    const raises = sizeRaises(
      alike.failures.map((each) => each.form.sizes),
      alike.form.sizes,
    );
    const last = alike.failures.at(-1)!.attempt;
    const unmeasured = raises.filter((each) => !isMeasured(each.kind, last, input.loop.evidence));
    return unmeasured.length === 0 ? PASS : stop(input, alike, unmeasured);
  },
};

/** Whether it raises sizes, and every one was measured to be too small. */
export function raisesWhatWasMeasured(input: GuardInput): boolean {
  const alike = failedAlike(input.loop, input.attempt.body);
  if (!alike) return false;
  const before = alike.failures.map((each) => each.form.sizes);
  const last = alike.failures.at(-1)!.attempt;
  const raises = sizeRaises(before, alike.form.sizes);
  return raises.length > 0 && raises.every((each) => isMeasured(each.kind, last, input.loop.evidence));
}

interface Measurement {
  /** Codes of findings that show the shortage. */
  readonly findings: RegExp;
  /** Whether a piece of evidence shows the shortage on its own. */
  readonly shown: (evidence: Evidence) => boolean;
  readonly needed: string;
  readonly how: string;
}

/** A CPU that is throttled in fewer periods than this is not the cause (Linux cgroup v2, cpu.stat). */
const THROTTLED_SHARE = 0.25;

const MEASUREMENTS: Readonly<Record<Size['resource'], Measurement>> = {
  memory: {
    findings: /oom|out-of-memory/,
    shown: ({ kind, data }) =>
      /^oom/.test(kind) || (data.name === 'memory' && numberOf(data.hits) > 0) || wasOomKilled(data),
    needed: 'a recorded OOM kill',
    how: 'env_observe with the scopes memory, limits and logs shows OOM kills; with the scope kubernetes, the last end of each container (OOMKilled)',
  },
  cpu: {
    findings: /throttl/,
    shown: ({ data }) =>
      (data.name === 'cpu' && numberOf(data.hits) / numberOf(data.periods) >= THROTTLED_SHARE) ||
      (data.kind === 'usage' && numberOf(data.throttled) / numberOf(data.periods) >= THROTTLED_SHARE),
    needed: 'CPU throttling in at least 25 % of the periods',
    how: 'env_observe with the scope limits shows throttled periods; with the scope kubernetes and active: true, those of containers',
  },
  storage: {
    findings: /disk-full|no-space|inode|pod-evicted/,
    shown: ({ kind, data }) => kind === 'disk' && numberOf(data.freeBytes) / numberOf(data.bytes) < 0.02,
    needed: 'a full disk',
    how: 'env_observe with the scope disk shows free bytes and inodes',
  },
};

/** A pod with a container that ended for lack of memory. */
function wasOomKilled({ kind, containers }: Evidence['data']): boolean {
  if (kind !== 'pod' || !Array.isArray(containers)) return false;
  const ends = (containers as PodContainer[]).flatMap(({ now, last }) => [now?.reason, last?.reason]);
  return ends.includes('OOMKilled');
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}

function isMeasured(resource: Size['resource'], last: Attempt, evidence: readonly Evidence[]): boolean {
  const { findings, shown } = MEASUREMENTS[resource];
  const since = evidence.filter((each) => Date.parse(each.at) >= last.startedAt);
  return last.findings.some((each) => findings.test(each.code)) || since.some(shown);
}

function stop(
  input: GuardInput,
  alike: FailedAlike,
  raises: readonly Raise<Size['resource']>[],
): GuardVerdict {
  const { problem, failures, form } = alike;
  const asked = input.loop.guards.some(
    (each) => each.code === 'limit-raise' && each.problem === problem.id && each.seq > problem.countedFrom,
  );
  const kinds = [...new Set(raises.map((each) => each.kind))];
  const needed = kinds.map((kind) => MEASUREMENTS[kind].needed).join(' and ');
  return {
    verdict: asked && form.parsed ? 'refuse' : 'ask',
    code: 'limit-raise',
    reason: `This failed the same way before (${problem.id}). Now only a limit is larger (${raises.map(showSizeRaise).join(', ')}), and no measurement shows that it was too small. That needs ${needed}, in the last failure or since.`,
    evidence: failures.map(({ attempt }) => `${attempt.attempt} failed with ${endOf(attempt)}`),
    nextStep: `Measure first: ${kinds.map((kind) => MEASUREMENTS[kind].how).join('; ')}. With that evidence the increase is allowed. Without it, assume another cause: read the findings, change something other than the limit, or call escalate.`,
    problem: problem.id,
  };
}

function endOf(attempt: Attempt): string {
  if (attempt.status === 'timed_out') return 'its time limit';
  return attempt.signal === undefined
    ? `exit code ${attempt.exitCode ?? 'unknown'}`
    : `signal ${attempt.signal}`;
}

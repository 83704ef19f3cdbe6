import type { Attempt, FindingRow, GuardVerdict } from '../loop/attempt.ts';
import type { Hypothesis } from '../loop/hypothesis.ts';
import type { LoopState } from '../loop/loop.ts';
import type { Evidence } from '../model/finding.ts';
import { type Guard, PASS } from './guard.ts';
import { failedAt } from './weigh-hypothesis.ts';

/**
 * A theory about the network or the platform (kernel, API server, chance) while an ordinary finding is unresolved, or
 * before ordinary causes were checked. A theory about the network needs a connection matrix with a row from outside
 * the box.
 */
export const exoticExplanation: Guard = {
  code: 'exotic-explanation',
  judge({ attempt: { hypothesis }, loop }) {
    const kind = hypothesis && exoticKind(hypothesis);
    const unsolved = loop.problems.filter((each) => each.state === 'open' || each.state === 'stopped');
    const failure = loop.attempts.findLast((each) => unsolved.some(({ id }) => id === each.problem));
    if (!kind || !failure) return PASS;
    const finding = openFindings(loop, failure)[0];
    if (finding) return refused(failure, kind, finding);
    const unchecked = uncheckedItems(loop, failure);
    if (unchecked.length > 0) return askForUnchecked(failure, kind, unchecked);
    return kind === 'network' ? judgeMatrix(loop, failure) : PASS;
  },
};

type Exotic = 'network' | 'platform';

const PLATFORM =
  /\bkernel\b|mutex|hypervisor|cosmic|\bapi[- ]?server\b.{0,40}\b(?:slow|overload|busy|lag|hiccup|flak)|\b(?:slow|overloaded|busy|flaky)\b.{0,20}\bapi[- ]?server\b|\bflak(?:y|e|iness)\b|\b(?:by|pure|bad) (?:chance|luck)\b|\bglitch|\bhiccup|\bheisenbug|\bscheduler (?:starvation|contention)|\bin this run\b|\bneighbou?r(?:s|ing)?\b.{0,40}\b(?:cpu|load|box|vm|takes?|steals?)|\bnois(?:y|e) neighbou?r|\bsteals? (?:cpu )?time|\bscheduler of the cloud|\bcloud provider/i;
/** What no one on the box can see or change: platform, whatever the cause is called. */
const NOT_OBSERVABLE = /\bnois(?:y|e) neighbou?r|\bcosmic|\bhypervisor\b|\bscheduler of the cloud/i;
const NETWORK =
  /\bnetwork (?:partition|split|glitch|issue|problem|flak|latenc|congestion)|\bpartition(?:ed)? between\b|\bpacket(?:s)? (?:loss|drop|lost)|\bRST packets?\b|\b(?:TCP|conntrack) (?:race|contention|exhaustion)|\bDNS (?:flak|propagat|glitch)/i;

/** By its declared cause or by its text: a theory about the kernel does not become ordinary by the cause `timing`. */
function exoticKind({ cause, mechanism }: Hypothesis): Exotic | undefined {
  if (cause === 'network' || cause === 'platform') return cause;
  if (NOT_OBSERVABLE.test(mechanism)) return 'platform';
  // A hypothesis with a specific ordinary cause is accepted. Only vague causes may hide an exotic theory.
  if (cause !== 'timing' && cause !== 'other' && cause !== 'dependency' && cause !== 'resources')
    return undefined;
  if (PLATFORM.test(mechanism)) return 'platform';
  return NETWORK.test(mechanism) ? 'network' : undefined;
}

/** Findings of these causes say how it ended, not why, so they do not explain a failure. */
const NO_EXPLANATION: ReadonlySet<string> = new Set(['network', 'platform', 'timing', 'other']);

/**
 * Ordinary findings of the last failure that are still valid. A later env_observe that lists its findings and no
 * longer contains one shows that it is resolved.
 */
function openFindings(loop: LoopState, failure: Attempt): readonly FindingRow[] {
  const ordinary = failure.findings.filter((each) => !NO_EXPLANATION.has(each.cause));
  const observation = laterObservation(loop, failure);
  if (!observation) return ordinary;
  const seen = new Set(
    (observation.data.findings as readonly { code?: unknown; subject?: unknown }[]).map(key),
  );
  return ordinary.filter((each) => seen.has(key(each)));
}

/** The last env_observe since the failure that lists its findings. */
function laterObservation(loop: LoopState, failure: Attempt): Evidence | undefined {
  return loop.evidence.findLast(
    (each) =>
      each.kind === 'observation' &&
      Date.parse(each.at) > failedAt(failure) &&
      Array.isArray(each.data.findings),
  );
}

/** Items of the checklist that neither the failure's own observation nor a later one could check. */
function uncheckedItems(loop: LoopState, failure: Attempt): readonly string[] {
  const later = laterObservation(loop, failure)?.data.unchecked;
  return Array.isArray(later) ? failure.unchecked.filter((each) => later.includes(each)) : failure.unchecked;
}

function key({ code, subject }: { readonly code?: unknown; readonly subject?: unknown }): string {
  return `${String(code)} ${String(subject ?? '')}`;
}

function refused(failure: Attempt, kind: Exotic, finding: FindingRow): GuardVerdict {
  return {
    verdict: 'refuse',
    code: 'exotic-explanation',
    reason: `The explanation is about the ${kind}, but there is an unresolved ordinary finding: ${finding.title}`,
    evidence: [`${failure.attempt}: finding ${finding.code}`, ...finding.evidence],
    nextStep: `${finding.remedy} Then call env_observe. Once the finding is gone, the theory can be considered.`,
    ...(failure.problem !== undefined && { problem: failure.problem }),
  };
}

/** Unknown is not the same as absent. */
function askForUnchecked(failure: Attempt, kind: Exotic, unchecked: readonly string[]): GuardVerdict {
  return {
    verdict: 'ask',
    code: 'exotic-explanation',
    reason: `The explanation is about the ${kind}, but the checklist of ordinary causes is incomplete: ${unchecked.join(', ')} could not be checked.`,
    evidence: unchecked.map((each) => `${failure.attempt}: ${each} is unknown`),
    nextStep:
      'Call env_observe, which checks again. Once these are known, the theory can be considered. If they cannot be checked from here, call escalate to ask a person.',
    ...(failure.problem !== undefined && { problem: failure.problem }),
  };
}

/** A rule of this box, measured since the failure, that drops packets to a port which the failed step names. */
function isOwnDropRule({ kind, at, data }: Evidence, failure: Attempt): boolean {
  if (kind !== 'drop-rule' || Date.parse(at) < failedAt(failure)) return false;
  const texts = [...failure.body.run.map(({ text }) => text), ...failure.checks.map(({ check }) => check)];
  return new RegExp(`\\b${Number(data.port)}\\b`).test(texts.join('\n'));
}

/** Rows since the failure, from the box and from outside, for one target that the box cannot reach. */
function judgeMatrix(loop: LoopState, failure: Attempt): GuardVerdict {
  if (loop.evidence.some((each) => isOwnDropRule(each, failure))) return PASS;
  const rows = loop.evidence.filter(
    (each) => each.kind === 'connect' && Date.parse(each.at) >= failedAt(failure),
  );
  if (rows.some((each) => typeof each.data.vantage === 'string' && each.data.vantage !== 'box')) return PASS;
  const had =
    rows.length === 0
      ? 'no connection matrix was measured since the failure'
      : 'the connection matrix has only rows from the box itself';
  return {
    verdict: 'ask',
    code: 'exotic-explanation',
    reason: `The explanation is about the network, but ${had}. From one side only, refused, dropped and unrouted look alike.`,
    evidence: rows.map((each) => each.id),
    nextStep:
      'Get a row from outside the box: call env_observe with a second box, or ask a person to try the address from another machine. A refused connection means that nothing listens, a timeout means that packets are dropped (firewall, security group), and "no route" means that the network is missing. If an outside row is impossible, call escalate with the rows from the box.',
    ...(failure.problem !== undefined && { problem: failure.problem }),
  };
}

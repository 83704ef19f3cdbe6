import type { Attempt } from '../../loop/attempt.ts';
import type { Raise } from '../raises.ts';
import type { ScriptWait } from './knobs.ts';
import { showTime } from './measure.ts';

/** Causes that no wait fixes. */
const CAUSES: ReadonlySet<string> = new Set(['binary', 'credentials', 'quota']);

/** Findings of other causes that no wait fixes, such as a wrong name. */
const CODES: ReadonlySet<string> = new Set([
  'claim-class-empty',
  'claim-class-missing',
  'config-key-unknown',
  'config-syntax',
  'crlf-script',
  'event-unknown',
  'field-conflict',
  'image-name-invalid',
  'key-missing',
  'kubeconfig-missing',
  'package-unknown',
  'patch-pointer',
  'probe-scheme',
  'probe-unauthorized',
  'rolling-update-on-single-volume',
  'service-port-unknown',
  'service-unknown',
  'user-missing',
  'variable-unset',
]);

const CLASSES = /^http-(?:401|403|407)$/;

/**
 * Why a failure does not depend on time, in one sentence with its evidence. Undefined: it may depend on time. Exit
 * codes 126 and 127 as in POSIX sh, 2.8.2.
 */
export function timelessReason(
  failure: Attempt,
  raises: readonly Raise<ScriptWait['kind']>[],
): { readonly reason: string; readonly evidence: readonly string[] } | undefined {
  const unreached = unreachedLimit(failure, raises);
  if (unreached !== undefined) return { reason: unreached, evidence: [`${failure.attempt}: ${unreached}`] };
  const finding = failure.findings.find((each) => CAUSES.has(each.cause) || CODES.has(each.code));
  if (finding)
    return { reason: `${finding.title} Waiting does not change that.`, evidence: finding.evidence };
  if (failure.exitCode === 126 || failure.exitCode === 127) {
    const what = failure.exitCode === 127 ? 'a program was not found' : 'a program could not be executed';
    return {
      reason: `It failed with exit code ${failure.exitCode} after ${showTime(failure.actedMs)}: ${what}. Waiting does not change that.`,
      evidence: [`${failure.attempt}: exit code ${failure.exitCode}`],
    };
  }
  const denied = failure.checks.find((each) => each.verdict === 'fail' && CLASSES.test(each.class));
  if (!denied) return undefined;
  const reason = `\`${denied.check}\` was answered ${denied.observed}: credentials are missing or wrong. Waiting does not change that.`;
  return { reason, evidence: [`${failure.attempt}: ${denied.check}: ${denied.observed}`] };
}

/** "failed at 3 s; the limit was 60 s": the action failed before the limit that would be raised. */
function unreachedLimit(failure: Attempt, raises: readonly Raise<ScriptWait['kind']>[]): string | undefined {
  const endedByItself = failure.status === 'failed' && failure.exitCode !== null && failure.exitCode !== 0;
  // timeout(1) exits with 124 or 137 if the limit stopped the command.
  if (!endedByItself || [124, 137].includes(failure.exitCode ?? 0)) return undefined;
  const reached = (raise: Raise<ScriptWait['kind']>): boolean =>
    !raise.inAction || failure.actedMs >= raise.from * 0.9;
  if (raises.some((each) => each.from === 0 || reached(each))) return undefined;
  const limit = Math.min(...raises.map((each) => each.from));
  return `It failed at ${showTime(failure.actedMs)}; the limit was ${showTime(limit)}, so the limit is not the cause.`;
}

import { createHash } from 'node:crypto';
import type { Finding } from '../model/finding.ts';
import type { Attempt, CheckRow } from './attempt.ts';
import { normalErrorLine, normalText } from './error-line.ts';

/** The inputs of a fingerprint. It deliberately excludes step, title, time limit and duration. */
export type FingerprintInput = Pick<Attempt, 'checks' | 'status' | 'exitCode' | 'signal' | 'outputTail'> & {
  readonly findings: readonly Pick<Finding, 'code' | 'subject'>[];
};

/**
 * Identifies a failure: equal for two attempts that failed in the same way, whatever the step was called and however
 * long it waited. Twelve hexadecimal digits. Computed from the checks that did not pass (without waits, with verdict
 * and class) and from the findings with their subjects. If both are missing, it is computed from the exit code, signal or time
 * limit and the last error line.
 */
export function fingerprint(failure: FingerprintInput): string {
  return createHash('sha256').update(fingerprintText(failure)).digest('hex').slice(0, 12);
}

/** The text that is hashed, one sorted mark per line. Compare it when two failures should have the same fingerprint. */
export function fingerprintText(failure: FingerprintInput): string {
  const marks = [...failure.checks.filter(notPassed).map(checkMark), ...failure.findings.map(findingMark)];
  return marks.length > 0 ? [...new Set(marks)].sort().join('\n') : endMark(failure);
}

/** A check without its waits: the key that identifies the same check across attempts. */
export function checkKey(row: Pick<CheckRow, 'check' | 'form'>): string {
  const text = row.form ?? row.check.replace(/\s+within\s+(?:\d+(?:h|ms?|s))+\s*$/, '');
  return text.trim().replace(/\s+/g, ' ');
}

function notPassed(row: CheckRow): boolean {
  return row.verdict !== 'pass';
}

function checkMark(row: CheckRow): string {
  return `check ${row.verdict} ${row.class} ${checkKey(row)}`;
}

function findingMark(finding: FingerprintInput['findings'][number]): string {
  const subject = finding.subject ?? '';
  // The words of a program: only their shape is the same the next time.
  return `finding ${finding.code} ${finding.code === 'said' || finding.code === 'known-line' ? normalText(subject) : subjectMark(subject)}`;
}

/** The digits of a subject (port, path, host) matter, so only its random parts are removed. */
function subjectMark(subject: string): string {
  return /<(?:uuid|hex|pod|temp)>/.test(normalText(subject)) ? normalText(subject) : subject;
}

function endMark(failure: FingerprintInput): string {
  return `${ending(failure)}\n${normalErrorLine(failure.outputTail)}`;
}

function ending(failure: FingerprintInput): string {
  if (failure.status === 'timed_out') return 'timeout';
  return failure.signal === undefined ? `exit ${failure.exitCode ?? 'none'}` : `signal ${failure.signal}`;
}

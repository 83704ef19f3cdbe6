import type { Attempt } from '../loop/attempt.ts';

const TRANSIENT_CODES = /^(?:rate-limited|package-lock|connection-reset|server-error|file-busy)$/;
const TRANSIENT_TEXT =
  /\b429\b.{0,20}|too many requests|\b50[0234]\b(?= )|(?:error|status)\D{0,10}5\d\d\b|bad gateway|service unavailable|gateway time-?out|connection reset|ECONNRESET|could not get lock|resource temporarily unavailable|\block(?:ed)?\b.{0,30}(?:held|another process)/i;

/** 429, 5xx, reset, lock: may disappear without a change. */
export function isTransient(failure: Attempt): boolean {
  const rows = failure.checks.filter((each) => each.verdict !== 'pass');
  return (
    failure.findings.some((each) => TRANSIENT_CODES.test(each.code)) ||
    rows.some((each) => /^(?:http-(?:429|5\d\d)|reset)$/.test(each.class)) ||
    (failure.exitCode !== 0 && TRANSIENT_TEXT.test(failure.outputTail))
  );
}

/** A server asked to come again later: waiting is what it wants. */
export function isRateLimited(failure: Attempt): boolean {
  return (
    failure.findings.some(({ code }) => code === 'rate-limited') ||
    failure.checks.some((each) => each.class === 'http-429') ||
    /\bretry-after: *\d|\b429\b.{0,20}too many|too many requests/i.test(failure.outputTail)
  );
}

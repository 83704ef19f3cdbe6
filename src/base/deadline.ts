/** Beyond this many milliseconds Node's timers fire immediately. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * A signal that aborts after `ms` milliseconds, with a `TimeoutError`, or when the caller's own signal does.
 *
 * Use this instead of `AbortSignal.timeout`: on Node 20 a timeout signal that is only combined with others
 * (`AbortSignal.any`) can be garbage collected before it fires, and the wait then never ends (nodejs/node#54614). A plain
 * timer keeps its callback, and with it this signal, alive. The timer does not keep the process running.
 */
export function deadline(ms: number, signal?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const late = () => controller.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'));
  setTimeout(late, Math.min(ms, LONGEST_TIMER_MS)).unref();
  return signal ? AbortSignal.any([signal, controller.signal]) : controller.signal;
}

import type { ServerContext } from '@modelcontextprotocol/server';
import { plainText } from '../../base/plain-text.ts';

/** Minimum milliseconds between two notifications. */
const PAUSE_MS = 250;

const isIgnored = () => {};

/** Progress notifications of a call, if the client requested them: throttled, and increasing as MCP requires. */
export function progressReporter(
  { mcpReq }: ServerContext,
  now: () => number,
): (message: string, fraction?: number) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return isIgnored;
  let last = 0;
  let said = Number.NEGATIVE_INFINITY;
  return (message, fraction) => {
    if (now() - said < PAUSE_MS) return;
    said = now();
    last = Math.max(last + 0.01, Math.min(fraction ?? 0, 1) * 100);
    const total = fraction === undefined ? {} : { total: 100 };
    const params = { progressToken, progress: last, ...total, message: plainText(message).slice(0, 200) };
    // A disconnected client is handled by the signal, not here.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

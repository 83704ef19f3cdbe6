import type { ServerContext } from '@modelcontextprotocol/server';
import { plainText } from '../../base/plain-text.ts';

/** Milliseconds between two notifications: more often than this nobody reads. */
const PAUSE_MS = 250;

const nobodyListens = () => {};

/** A call's `progress`: nothing where the client did not ask for it, thinned out, and always growing as MCP wants it. */
export function progressReporter(
  { mcpReq }: ServerContext,
  now: () => number,
): (message: string, fraction?: number) => void {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return nobodyListens;
  let last = 0;
  let said = Number.NEGATIVE_INFINITY;
  return (message, fraction) => {
    if (now() - said < PAUSE_MS) return;
    said = now();
    last = Math.max(last + 0.01, Math.min(fraction ?? 0, 1) * 100);
    const total = fraction === undefined ? {} : { total: 100 };
    const params = { progressToken, progress: last, ...total, message: plainText(message).slice(0, 200) };
    // A client that is gone is told by the signal, not here.
    mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
}

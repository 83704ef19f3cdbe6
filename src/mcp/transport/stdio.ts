import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServer, type Sealing } from '../server.ts';
import type { Serving } from '../serving.ts';
import { LineTransport } from './line-transport.ts';
import { readStandardInput } from './standard-input.ts';

/** Serves one client on stdin and stdout until it is gone or the signal fires. */
export async function stdioServer(serving: Serving, sealing: Sealing, signal: AbortSignal): Promise<void> {
  const transport = new LineTransport(readStandardInput, process.stdout);
  const handle = serveStdio(({ era }) => createServer(serving, { modern: era === 'modern', sealing }), {
    transport,
    onerror: (error) => serving.note(error.message),
  });
  await Promise.race([transport.closed, aborted(signal)]);
  // A client that is gone may never read what is written to it.
  await handle.close().catch((error: Error) => serving.note(error.message));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
  });
}

import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { createServer, type Sealing } from './server.ts';
import type { Serving } from './serving.ts';

/** Bytes of one message: above what a call's arguments may be, so that a large call is answered rather than cut off. */
const MOST_BYTES = 10 * 1024 * 1024;

/** Serves one client on stdin and stdout until it is gone or the signal fires. */
export async function stdioServer(serving: Serving, sealing: Sealing, signal: AbortSignal): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  const left = new Promise<void>((resolve) => gone.signal.addEventListener('abort', () => resolve()));
  for (const event of ['end', 'close', 'error']) process.stdin.on(event, leave);
  process.stdout.on('error', leave);
  signal.addEventListener('abort', leave);
  if (signal.aborted) leave();

  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MOST_BYTES });
  const handle = serveStdio(({ era }) => createServer(serving, { modern: era === 'modern', sealing }), {
    transport,
    onerror: (error) => serving.note(error.message),
  });
  await left;
  // A client that is gone may never read what is written to it.
  await handle.close().catch((error: Error) => serving.note(error.message));
}

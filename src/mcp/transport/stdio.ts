import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import { sizeText } from '../../base/bounded-bytes.ts';
import { createServer, type Sealing } from '../server.ts';
import type { Serving } from '../serving.ts';

/**
 * Maximum bytes of one message. Larger than the arguments of a call may be, so that a large call gets an error instead
 * of a closed connection.
 */
const MAX_BYTES = 10 * 1024 * 1024;

/** Serves one client on stdin and stdout until it closes them or the signal fires. */
export async function stdioServer(serving: Serving, sealing: Sealing, signal: AbortSignal): Promise<void> {
  const transport = new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: MAX_BYTES });
  const handle = serveStdio(({ era }) => createServer(serving, { modern: era === 'modern', sealing }), {
    transport,
    onerror: (error) => serving.note(describe(error)),
  });
  await Promise.race([closed(transport), aborted(signal)]);
  // The client may never read what is written to it.
  await handle.close().catch((error: Error) => serving.note(error.message));
}

function describe({ message }: Error): string {
  return /maximum size/.test(message)
    ? `A message must not be longer than ${sizeText(MAX_BYTES)}. The connection is closed.`
    : message;
}

function closed(transport: StdioServerTransport): Promise<void> {
  const { onclose } = transport;
  return new Promise((resolve) => {
    transport.onclose = () => {
      onclose?.();
      resolve();
    };
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve());
    if (signal.aborted) resolve();
  });
}

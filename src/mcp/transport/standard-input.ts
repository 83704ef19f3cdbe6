import { fstatSync } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

/** What a pipe holds on Linux: no read brings more. */
const BUFFER_BYTES = 64 * 1024;

/**
 * Hands everything that comes on stdin to `take`, which may keep nothing of it: the next chunk comes into the same memory. So clients
 * are read, who all give a pipe or a socket; a stream that makes memory and events for every chunk takes a tenth of a quick call.
 * The stream that is answered tells of the end.
 */
export function readStandardInput(take: (chunk: Buffer) => void): Readable {
  const from = fstatSync(0);
  if (!from.isFIFO() && !from.isSocket()) return process.stdin.on('data', take);
  const buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  const callback = (bytes: number) => {
    take(buffer.subarray(0, bytes));
    return true;
  };
  const options: SocketConstructorOpts & ConnectOpts = {
    fd: 0,
    readable: true,
    writable: false,
    onread: { buffer, callback },
  };
  return new Socket(options).resume();
}

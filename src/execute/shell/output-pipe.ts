import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** Takes output as it comes. */
export type Sink = (chunk: Buffer) => void;

/** The named pipe that a host's fences write their output to, seen from the reading end. */
export interface OutputPipe {
  /** From now on everything goes to the sink. */
  begin(sink: Sink | undefined): void;
  /**
   * Reads what was written before this call, all of it. `held`: something that the fence left running still has the
   * pipe open, so this pipe must serve no other fence; what comes from now on is read and dropped.
   */
  end(): 'free' | 'held';
  close(): void;
}

/**
 * Most fences are over before anybody could look at their first line: their output is read once, at the end, instead of
 * waking this process for every write. (More than a pipe holds waits this long, once a fence.)
 */
const STREAM_AFTER_MS = 10;

const CHUNK = 64 * 1024;

/** A pipe holds 64 KiB, at most 1 MiB (pipe(7)); whatever comes beyond was written after the end. */
const MOST_LEFT_IN_PIPE = 1024 * 1024;

/** What is read at once is copied from here before anything else is read: one for all pipes, not one for each fence. */
const rest = Buffer.allocUnsafe(CHUNK);

/**
 * Why there is no end mark in the output: a pipe is synchronous, so once the host has said that the fence is over,
 * its output is in the pipe or already read. While a fence runs, this process holds a writing end of its own;
 * else the event loop would take the moment between two fences, when nobody writes, for the end of the stream.
 */
export function openOutputPipe(path: string): OutputPipe {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  let sink: Sink | undefined;
  let writer: number | undefined;
  let streaming: NodeJS.Timeout | undefined;
  const onread: OnReadOpts = {
    buffer: Buffer.allocUnsafe(CHUNK),
    callback: (length, bytes) => {
      sink?.(Buffer.from(bytes.subarray(0, length)));
      return true;
    },
  };
  const options: SocketConstructorOpts & { onread: OnReadOpts } = {
    fd,
    readable: true,
    writable: false,
    onread,
  };
  const socket = new Socket(options);
  socket.pause();
  socket.on('error', () => {});

  const drain = (): 'free' | 'held' => {
    for (let total = 0; total < MOST_LEFT_IN_PIPE; ) {
      const length = readNow(fd, rest);
      if (length === undefined) return 'held';
      if (length === 0) return 'free';
      sink?.(Buffer.from(rest.subarray(0, length)));
      total += length;
    }
    return 'held';
  };

  return {
    begin(to) {
      sink = to;
      writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      streaming = setTimeout(() => socket.resume(), STREAM_AFTER_MS);
    },
    end() {
      clearTimeout(streaming);
      socket.pause();
      if (writer !== undefined) closeSync(writer);
      writer = undefined;
      const left = drain();
      sink = undefined;
      if (left === 'held') socket.resume().unref();
      return left;
    },
    close() {
      socket.destroy();
    },
  };
}

/** undefined: nothing there now, but somebody could still write; 0: nobody has the pipe open any more. */
function readNow(fd: number, buffer: Buffer): number | undefined {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

import { closeSync, constants, openSync, readSync } from 'node:fs';
import { type OnReadOpts, Socket, type SocketConstructorOpts } from 'node:net';

/** Receives output as it arrives. */
export type Sink = (chunk: Buffer) => void;

/** The reading end of the named pipe that a shell's fences write their output to. */
export interface OutputPipe {
  /** From now on, all output is passed to the sink. */
  begin(sink: Sink | undefined): void;
  /**
   * Reads everything that was written before this call. `held`: a process that the fence left running still has the
   * pipe open, so this pipe must serve no other fence. Later output is read and dropped.
   */
  end(): 'free' | 'held';
  close(): void;
}

/**
 * Most fences end before a person could read their first line. Their output is read once, at the end, instead of waking
 * this process for every write. If a fence fills the pipe, it waits this long, once.
 */
const STREAM_AFTER_MS = 10;

const CHUNK = 64 * 1024;

/** A pipe holds 64 KiB, at most 1 MiB (pipe(7)). Anything more was written after the end. */
const MAX_LEFT_IN_PIPE = 1024 * 1024;

/** Chunks are copied out before the next read, so all pipes share one buffer. */
const rest = Buffer.allocUnsafe(CHUNK);

/**
 * The output needs no end mark: a pipe is synchronous, so when the shell reports the end of a fence, all its output is
 * in the pipe or already read. While a fence runs, this process holds its own writing end. Otherwise the event loop
 * would treat the moment between two fences, with no writer, as the end of the stream.
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
    for (let total = 0; total < MAX_LEFT_IN_PIPE; ) {
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

/** undefined if the pipe is empty but has a writer; 0 if it has no writer. */
function readNow(fd: number, buffer: Buffer): number | undefined {
  try {
    return readSync(fd, buffer);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
    throw error;
  }
}

import type { Readable, Writable } from 'node:stream';
import type { JSONRPCMessage, Transport } from '@modelcontextprotocol/server';
import { BoundedBytes, sizeText } from '../../base/bounded-bytes.ts';

/** Bytes of one message: above what a call's arguments may be, so that a large call is answered rather than cut off. */
const MOST_BYTES = 10 * 1024 * 1024;

const LINE_FEED = 0x0a;

/** Hands every chunk that comes to `take`, which keeps nothing of it, and answers the stream that tells of the end. */
export type Reading = (take: (chunk: Buffer) => void) => Readable;

/**
 * Messages as lines of JSON, in and out, for the SDK's `serveStdio`. Not the SDK's own transport, since that checks each message
 * which the protocol then checks again, and copies all that has come of a message with every chunk of it: a quick call is a tenth
 * quicker without (docs/performance.md).
 *
 * A line that is no JSON is left out and told to `onerror`; one that is longer than MOST_BYTES closes the connection.
 */
export class LineTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #read: Reading;
  readonly #output: Writable;
  #input: Readable | undefined;
  /** The beginning of a line whose end has not come yet. */
  readonly #begun = new BoundedBytes(MOST_BYTES);
  #closed = false;
  #tellClosed: () => void = () => {};
  /** Fulfilled when the connection is closed, by whichever side. */
  readonly closed: Promise<void>;

  constructor(read: Reading, output: Writable) {
    this.#read = read;
    this.#output = output;
    this.closed = new Promise((resolve) => {
      this.#tellClosed = resolve;
    });
  }

  async start(): Promise<void> {
    this.#input = this.#read((chunk) => this.#take(chunk));
    for (const event of ENDS) this.#input.on(event, this.#leave);
    this.#output.on('error', this.#leave);
    if (this.#input.readableEnded || this.#input.destroyed) setImmediate(this.#leave);
  }

  /** Answers once there is room for more. A client that is gone may never make it: closing ends the wait. */
  send(message: JSONRPCMessage): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the client is gone'));
    if (this.#output.write(`${JSON.stringify(message)}\n`)) return written;
    return new Promise((resolve) => {
      const go = () => {
        for (const event of GOES_ON) this.#output.off(event, go);
        resolve();
      };
      for (const event of GOES_ON) this.#output.on(event, go);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#input?.pause();
    this.#begun.take();
    this.onclose?.();
    this.#tellClosed();
  }

  readonly #leave = () => void this.close();

  #take(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, from)) {
      this.#keep(chunk.subarray(from, end));
      if (this.#closed) return;
      this.#hear(this.#begun.take().toString('utf8'));
      from = end + 1;
    }
    // A copy, since the chunk is not ours.
    if (from < chunk.length) this.#keep(Buffer.from(chunk.subarray(from)));
  }

  #keep(bytes: Buffer): void {
    if (this.#closed || this.#begun.add(bytes)) return;
    this.onerror?.(new Error(`a message is longer than ${sizeText(MOST_BYTES)}; the connection is closed`));
    this.#leave();
  }

  #hear(line: string): void {
    if (line.trim() === '') return;
    try {
      const message = parsed(line);
      // What is JSON and no message, the protocol refuses.
      if (message !== undefined) this.onmessage?.(message as JSONRPCMessage);
      else this.onerror?.(new Error('a line that is no JSON was left out'));
    } catch (error) {
      this.onerror?.(error as Error);
    }
  }
}

const ENDS = ['end', 'close', 'error'];
/** Of the output: there is room again, or there will be none. */
const GOES_ON = ['drain', 'close', 'error'];
const written = Promise.resolve();

/** Undefined where it is no JSON: what the parser says of it quotes it, and it may hold a secret. */
function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

import type { ServerResponse } from 'node:http';

/** Pages that may be open at once. A page beyond it reads without changes. */
const MAX_STREAMS = 256;

/** Bytes that wait for a slow reader. Beyond it the connection is closed: the browser reconnects and reads the page again. */
const MAX_WAITING = 256 * 1024;

/** Milliseconds between signs of life, so that a dead connection is noticed. */
const BEAT_MS = 20_000;

/** The open pages that follow changes, as server-sent events. */
export class EventStreams {
  readonly #open = new Set<ServerResponse>();
  readonly #beat = setInterval(() => this.send(': \n\n'), BEAT_MS).unref();

  /** Adds a page. False: too many are open. */
  add(response: ServerResponse): boolean {
    if (this.#open.size >= MAX_STREAMS) return false;
    this.#open.add(response);
    response.on('close', () => this.#open.delete(response));
    response.on('error', () => response.destroy());
    return true;
  }

  /** Sends a text in the format of the protocol to every page. */
  send(text: string): void {
    for (const each of this.#open) {
      each.write(text);
      if (each.writableLength > MAX_WAITING) each.destroy();
    }
  }

  close(): void {
    clearInterval(this.#beat);
    for (const each of this.#open) each.destroy();
  }
}

/** One event in the format of server-sent events. JSON has no line ends of its own, so the data is one line. */
export function eventText(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

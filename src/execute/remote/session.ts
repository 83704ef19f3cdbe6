import type { ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { sizeText } from '../../base/bounded-bytes.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { MAX_KEPT } from '../max-kept.ts';
import { recordParser, takeRecord } from '../shell/control-records.ts';
import type { Sink } from '../shell/output-pipe.ts';
import type { FrameEnd } from '../shell/shell-process.ts';
import { type Hello, helloOf } from './hello.ts';
import type { BoxLink } from './link.ts';
import { markSplitter, replyFilter } from './reply-filter.ts';
import { cannotServe, connectionLost, lostError, noReply, tooMuchOutput } from './session-errors.ts';
import { BOOT, sessionExports, sessionStart } from './session-script.ts';
import { GREETING, type SessionEvent, type SessionState, transition } from './session-state.ts';

/**
 * One shell on another box (session-script). It accepts one frame at a time, and lines for its watchdog at any time.
 */
export interface RemoteSession {
  readonly hello: Hello;
  /** Runs one frame, built by execute/shell/frame or execute/launch. One at a time. */
  send(frame: Buffer, number: number, sink: Sink | undefined): Promise<FrameEnd>;
  /** Whether it can accept another frame. */
  usable(): boolean;
  /** Sends a request to the watchdog and returns the reply. @throws RunbookError 3 if the connection is lost */
  ask(verb: string, rest: string): Promise<string>;
  /**
   * Sends a line to the watchdog without waiting; it arrives even if this process is killed right after. @throws
   * RunbookError 3 if the connection is lost
   */
  notify(line: string): void;
  /** Why the connection is lost; undefined while it is open. */
  lost(): string | undefined;
  /** Treats the session as lost from now on. Nothing more is read from it. */
  abandon(why: string): void;
  /** Closes the session. The box then ends what its shell still runs. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /**
   * Variables for every fence, computed once the box has identified itself. @throws RunbookError if the box may not
   * have them
   */
  readonly envFor: (hello: Hello) => Promise<Readonly<Record<string, string>>>;
  readonly workspace: string;
  readonly workspaces?: string;
}

/** How long a stuck session may take to close before it is killed. Its remote side then ends on its own. */
const CLOSE_MS = 5_000;

/** Output before the greeting is kept, to explain a session that never starts. */
const MAX_EARLY_OUTPUT = 16 * 1024;

/**
 * Opens a session and waits for its greeting.
 * @throws RunbookError 3 where the box cannot be reached, or cannot serve
 */
export async function openRemoteSession(
  link: BoxLink,
  { envFor, ...options }: SessionOptions,
): Promise<RemoteSession> {
  const nonce = randomBytes(9).toString('hex');
  const child = link.start(BOOT);
  const connection = new Connection(link, child, nonce);
  try {
    child.stdin!.write(sessionStart({ nonce, newId: randomUUID(), ...options }));
    const hello = await connection.greeting();
    child.stdin!.write(sessionExports({ nonce }, hello.kind, await envFor(hello)));
    return sessionOver(connection, hello, nonce);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function sessionOver(connection: Connection, hello: Hello, nonce: string): RemoteSession {
  let tags = 0;
  return {
    hello,
    usable: () => connection.takesFrames,
    lost: () => (connection.state.isClosing ? undefined : connection.lost),
    send(frame, number, sink) {
      const opening = hello.kind === 'bash' ? `${frame.length}` : `${nonce}-${number}`;
      const closes = hello.kind === 'bash' ? '' : `\n${opening}\n`;
      return connection.send(
        Buffer.concat([Buffer.from(`f ${opening}\n`), frame, Buffer.from(closes)]),
        sink,
      );
    },
    ask(verb, rest) {
      tags += 1;
      return connection.ask(String(tags), `${verb} ${tags} ${rest}\n`);
    },
    notify: (line) => connection.write(`${line}\n`),
    abandon: (why) => connection.abandon(why),
    close: () => connection.close(),
  };
}

/** Carries bytes to the box and events from it; what they mean is in session-state. */
class Connection {
  state: SessionState = GREETING;
  readonly #asked = new Map<string, Settle<string>>();
  readonly #greeted: Promise<Hello>;
  readonly #gone: Promise<void>;
  /** Settles the greeting: the first call counts. */
  #greet!: Settle<Hello>;
  #frame: { readonly finish: (end: FrameEnd) => void; readonly sink: Sink | undefined } | undefined;
  #records = new Map<string, Buffer>();
  #said = Buffer.alloc(0);
  #earlyBytes = 0;
  #abandoned: string | undefined;

  constructor(
    private readonly link: BoxLink,
    private readonly child: ChildProcess,
    nonce: string,
  ) {
    this.#greeted = new Promise((resolve, reject) => {
      this.#greet = { resolve, reject };
    });
    // Who waits for it hears of a failure; without this line it would also end the process.
    this.#greeted.catch(() => {});
    this.#listen(nonce);
    this.#gone = new Promise((resolve) => {
      child.once('error', (error) => resolve(this.#onGone(undefined, error.message)));
      child.once('close', (code) => resolve(this.#onGone(code ?? undefined)));
    });
  }

  get takesFrames(): boolean {
    return this.state.kind !== 'lost' && this.state.takesFrames;
  }

  get lost(): string | undefined {
    return this.state.kind === 'lost' ? this.state.reason : undefined;
  }

  /** @throws RunbookError 3 if the box cannot serve, or says nothing in time */
  async greeting(): Promise<Hello> {
    const timer = setTimeout(() => this.#greet.reject(noReply(this.link)), this.link.greetingMs);
    return await this.#greeted.finally(() => clearTimeout(timer));
  }

  send(bytes: Buffer, sink: Sink | undefined): Promise<FrameEnd> {
    return new Promise((resolve) => {
      if (this.lost !== undefined) return resolve({ kind: 'cut-off', reason: this.lost });
      this.#records = new Map();
      this.#frame = { finish: resolve, sink };
      this.#on({ kind: 'frame' });
      this.child.stdin!.write(bytes);
    });
  }

  ask(tag: string, line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.write(line);
      this.#asked.set(tag, { resolve, reject });
    });
  }

  /** @throws RunbookError 3 if the connection is lost */
  write(bytes: string): void {
    if (this.lost !== undefined) throw lostError(this.link, this.lost);
    this.child.stdin!.write(bytes);
  }

  /** Nothing more is read; the session then ends like any lost one. */
  abandon(why: string): void {
    if (this.#abandoned !== undefined) return;
    this.#abandoned = why;
    this.#greet.reject(tooMuchOutput(this.link, why));
    this.child.kill('SIGKILL');
    this.child.stdout!.destroy();
    this.child.stderr!.destroy();
  }

  async close(): Promise<void> {
    this.#on({ kind: 'close' });
    this.child.stdin!.end();
    const giveUp = setTimeout(() => this.child.kill('SIGKILL'), CLOSE_MS);
    await this.#gone;
    clearTimeout(giveUp);
  }

  #on(event: SessionEvent): void {
    const { state, ended } = transition(this.state, event);
    this.state = state;
    if (ended === undefined) return;
    const frame = this.#frame;
    this.#frame = undefined;
    frame?.finish(ended);
  }

  #listen(nonce: string): void {
    const control = recordParser({
      onRecord: (tag, content) => this.#onRecord(tag, content),
      onTooMuch: () => this.abandon(`it sent a record of more than ${sizeText(MAX_KEPT.record)}`),
    });
    const replies = replyFilter(nonce, {
      onReply: (reply) => this.#onReply(reply),
      onRest: (bytes) => (this.state.kind === 'greeting' ? this.#onEarlyOutput(bytes) : control.push(bytes)),
      onTooMuch: () => this.abandon(`it sent a reply of more than ${sizeText(MAX_KEPT.reply)}`),
    });
    const marks = markSplitter(nonce, {
      onMark: () => this.#on({ kind: 'mark' }),
      onOutput: (bytes) => this.#onErrorOutput(bytes),
    });
    this.child.stdout!.on('data', replies);
    this.child.stderr!.on('data', marks);
    this.child.stdin!.on('error', () => {});
  }

  /** A record from the shell: `e` ends the frame, with an `h` where the shell ends too. */
  #onRecord(tag: string, content: Buffer): void {
    if (tag !== 'e') {
      takeRecord(this.#records, tag, content);
      return;
    }
    const text = content.toString();
    const end = { kind: 'ended', status: Number.parseInt(text, 10), records: this.#records } as const;
    this.#on({ kind: 'end', end, isLast: text.endsWith('h') });
  }

  /** A reply of the watchdog. */
  #onReply(reply: Buffer): void {
    const space = reply.indexOf(' ');
    const rest = reply.subarray(space + 1);
    const tag = reply.toString('latin1', 0, space);
    switch (tag) {
      case 'hello':
        this.#on({ kind: 'hello' });
        this.#greet.resolve(helloOf(rest));
        break;
      case 'bye':
        this.child.kill('SIGKILL');
        break;
      case 'failed':
        this.#greet.reject(cannotServe(this.link, rest.toString()));
        break;
      case 'host': {
        const status = Number(rest.toString());
        const isLast = status === 0 || status === 98;
        this.#on({ kind: 'end', end: { kind: 'lost', status }, isLast });
        break;
      }
      default:
        this.#asked.get(tag)?.resolve(rest.toString());
        this.#asked.delete(tag);
    }
  }

  #onErrorOutput(bytes: Buffer): void {
    if (this.state.kind === 'lost') return;
    if (this.state.isStarted) {
      this.#frame?.sink?.(Buffer.from(bytes));
      return;
    }
    if (this.#said.length < MAX_EARLY_OUTPUT)
      this.#said = Buffer.concat([this.#said, bytes]).subarray(0, MAX_EARLY_OUTPUT);
    this.#onEarlyOutput(bytes);
  }

  #onEarlyOutput(bytes: Buffer): void {
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > MAX_KEPT.talk)
      this.abandon(`it wrote more than ${sizeText(MAX_KEPT.talk)} before its greeting`);
  }

  #onGone(code: number | undefined, why?: string): void {
    const complaint = this.link.explain(code, why ?? this.#said.toString());
    this.#greet.reject(new RunbookError([complaint], EXIT.person));
    this.#on({ kind: 'gone', reason: connectionLost(this.link, this.#abandoned ?? why) });
    for (const { reject } of this.#asked.values()) reject(lostError(this.link, this.lost ?? ''));
    this.#asked.clear();
  }
}

interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (error: Error) => void;
}

import { randomBytes, randomUUID } from 'node:crypto';
import { sizeText } from '../../base/bounded-bytes.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { MAX_KEPT } from '../max-kept.ts';
import { recordParser, takeRecord } from '../shell/control-records.ts';
import type { Sink } from '../shell/output-pipe.ts';
import type { FrameEnd } from '../shell/shell-process.ts';
import { readExportListing } from '../state/export-listing.ts';
import type { BoxLink } from './link.ts';
import { markSplitter, replyFilter } from './reply-filter.ts';
import { cannotServe, connectionLost, lostError, noReply, tooMuchOutput } from './session-errors.ts';
import { BOOT, sessionExports, sessionStart } from './session-script.ts';

/** What a box reports about itself when a session starts. */
export interface Hello {
  /** The box's random id; undefined if it cannot store one. */
  readonly id: string | undefined;
  readonly name: string;
  /** Where relative paths start on the box. */
  readonly folder: string;
  /** The session's private folder on the box (0700), removed with the session. */
  readonly scratch: string;
  /** For temporary files. */
  readonly tmp: string;
  readonly kind: 'bash' | 'sh';
  /** The box's clock minus ours, in milliseconds; undefined if the box has no readable clock. */
  readonly skewMs: number | undefined;
  /** Its environment, before ours is added. */
  readonly exports: ReadonlyMap<string, string>;
}

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
  const pending = new Map<string, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  let said = Buffer.alloc(0);
  let started = false;
  let closing = false;
  let lost: string | undefined;
  let usable = true;
  let records = new Map<string, Buffer>();
  let running: { finish: (end: FrameEnd) => void; sink: Sink | undefined } | undefined;
  let ended: FrameEnd | undefined;
  let marked = false;
  let tags = 0;
  let hasGreeted = false;
  let earlyBytes = 0;
  let abandoned: string | undefined;
  let greet: { resolve: (hello: Hello) => void; reject: (error: Error) => void };
  const greeting = new Promise<Hello>((resolve, reject) => {
    greet = { resolve, reject };
  });

  /** A frame is over when both streams have reported its end. They share one connection but arrive in any order. */
  const settle = () => {
    if (!running || !ended || !marked) return;
    const { finish } = running;
    const end = ended;
    running = undefined;
    ended = undefined;
    marked = false;
    finish(end);
  };
  /** Nothing more is read; the session then ends like any lost one. */
  const abandon = (why: string) => {
    if (abandoned !== undefined) return;
    abandoned = why;
    greet.reject(tooMuchOutput(link, why));
    child.kill('SIGKILL');
    child.stdout!.destroy();
    child.stderr!.destroy();
  };
  const onEarlyOutput = (bytes: Buffer) => {
    earlyBytes += bytes.length;
    if (earlyBytes > MAX_KEPT.talk)
      abandon(`it wrote more than ${sizeText(MAX_KEPT.talk)} before its greeting`);
  };
  const onReply = (reply: Buffer) => {
    const text = reply.toString('latin1');
    const space = text.indexOf(' ');
    const tag = text.slice(0, space);
    const rest = reply.subarray(space + 1);
    if (tag === 'hello') {
      hasGreeted = true;
      greet.resolve(helloOf(rest));
    } else if (tag === 'bye') child.kill('SIGKILL');
    else if (tag === 'failed') greet.reject(cannotServe(link, rest.toString()));
    else if (tag === 'host') {
      const status = Number(rest.toString());
      if (status === 0 || status === 98) usable = false;
      if (running) ended = { kind: 'lost', status };
      settle();
    } else {
      pending.get(tag)?.resolve(rest.toString());
      pending.delete(tag);
    }
  };
  const control = recordParser({
    onRecord: (tag, content) => {
      if (tag !== 'e') return takeRecord(records, tag, content);
      const end = content.toString();
      if (end.endsWith('h')) usable = false;
      ended = { kind: 'ended', status: Number.parseInt(end, 10), records };
      settle();
    },
    onTooMuch: () => abandon(`it sent a record of more than ${sizeText(MAX_KEPT.record)}`),
  });
  child.stdout!.on(
    'data',
    replyFilter(nonce, {
      onReply,
      onRest: (bytes) => (hasGreeted ? control.push(bytes) : onEarlyOutput(bytes)),
      onTooMuch: () => abandon(`it sent a reply of more than ${sizeText(MAX_KEPT.reply)}`),
    }),
  );
  child.stderr!.on(
    'data',
    markSplitter(nonce, {
      onMark: () => {
        if (!started) started = true;
        else if (running) marked = true;
        settle();
      },
      onOutput: (bytes) => {
        if (started) return void running?.sink?.(Buffer.from(bytes));
        if (said.length < MAX_EARLY_OUTPUT) said = Buffer.concat([said, bytes]).subarray(0, MAX_EARLY_OUTPUT);
        onEarlyOutput(bytes);
      },
    }),
  );
  child.stdin!.on('error', () => {});

  const gone = new Promise<void>((resolve) => {
    const onEnd = (code: number | undefined, why?: string) => {
      const complaint = link.explain(code, why ?? said.toString());
      greet.reject(new RunbookError([complaint], EXIT.person));
      lost = closing ? 'it was closed' : connectionLost(link, abandoned ?? why);
      usable = false;
      running?.finish({ kind: 'cut-off', reason: lost });
      running = undefined;
      for (const { reject } of pending.values()) reject(lostError(link, lost));
      pending.clear();
      resolve();
    };
    child.once('error', (error) => onEnd(undefined, error.message));
    child.once('close', (code) => onEnd(code ?? undefined));
  });
  greeting.catch(() => {});
  const greetingTimer = setTimeout(() => {
    greet.reject(noReply(link));
    child.kill('SIGKILL');
  }, link.greetingMs);

  child.stdin!.write(sessionStart({ nonce, newId: randomUUID(), ...options }));
  const hello = await greeting
    .finally(() => clearTimeout(greetingTimer))
    .then(async (said) => {
      child.stdin!.write(sessionExports({ nonce }, said.kind, await envFor(said)));
      return said;
    })
    .catch((error) => {
      child.kill('SIGKILL');
      throw error;
    });

  const write = (bytes: Buffer | string) => {
    if (lost !== undefined) throw lostError(link, lost);
    child.stdin!.write(bytes);
  };
  return {
    hello,
    usable: () => usable && lost === undefined,
    lost: () => (closing ? undefined : lost),
    send(frame, number, sink) {
      records = new Map();
      return new Promise((resolve) => {
        if (lost !== undefined) return resolve({ kind: 'cut-off', reason: lost });
        running = { finish: resolve, sink };
        const opening = hello.kind === 'bash' ? `${frame.length}` : `${nonce}-${number}`;
        const closes = hello.kind === 'bash' ? '' : `\n${opening}\n`;
        child.stdin!.write(Buffer.concat([Buffer.from(`f ${opening}\n`), frame, Buffer.from(closes)]));
      });
    },
    ask(verb, rest) {
      tags += 1;
      const tag = String(tags);
      return new Promise((resolve, reject) => {
        pending.set(tag, { resolve, reject });
        try {
          write(`${verb} ${tag} ${rest}\n`);
        } catch (error) {
          pending.delete(tag);
          reject(error);
        }
      });
    },
    notify: (line) => write(`${line}\n`),
    abandon,
    async close() {
      closing = true;
      usable = false;
      child.stdin!.end();
      const giveUp = setTimeout(() => child.kill('SIGKILL'), CLOSE_MS);
      await gone;
      clearTimeout(giveUp);
    },
  };
}

/** `key=value` lines, an empty line, and a listing of exports. */
function helloOf(reply: Buffer): Hello {
  const end = reply.indexOf('\n\n');
  const lines = reply.toString('utf8', 0, end).split('\n');
  const said = new Map(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
  const seconds = Number(said.get('time') || Number.NaN);
  return {
    id: said.get('id') || undefined,
    name: said.get('name') ?? '',
    folder: said.get('folder') ?? '/',
    scratch: said.get('scratch') ?? '/tmp',
    tmp: said.get('tmp') ?? '/tmp',
    kind: said.get('kind') === 'bash' ? 'bash' : 'sh',
    skewMs: Number.isFinite(seconds) ? seconds * 1000 - Date.now() : undefined,
    exports: readExportListing(Buffer.from(reply.subarray(end + 2))),
  };
}

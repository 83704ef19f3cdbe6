import { randomBytes, randomUUID } from 'node:crypto';
import { sizeText } from '../../base/bounded-bytes.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { MOST_KEPT } from '../most-kept.ts';
import { recordParser, takeRecord } from '../shell/control-records.ts';
import type { Sink } from '../shell/output-pipe.ts';
import type { FrameEnd } from '../shell/shell-process.ts';
import { readExportListing } from '../state/export-listing.ts';
import type { BoxLink } from './link.ts';
import { markSplitter, replyFilter } from './reply-filter.ts';
import { cannotServe, connectionLost, lostError, noReply, tooMuchOutput } from './session-errors.ts';
import { BOOT, sessionExports, sessionStart } from './session-script.ts';

/** What a box says of itself when a session begins. */
export interface Hello {
  /** The box's random id; undefined where it cannot keep one. */
  readonly id: string | undefined;
  readonly name: string;
  /** Where relative paths start there. */
  readonly folder: string;
  /** The session's private folder there (0700), removed with it. */
  readonly scratch: string;
  /** For temporary files. */
  readonly tmp: string;
  readonly kind: 'bash' | 'sh';
  /** Its clock minus ours, in milliseconds; undefined where it has none that can be read. */
  readonly skewMs: number | undefined;
  /** Its environment, before ours is added. */
  readonly exports: ReadonlyMap<string, string>;
}

/** One shell on another box (session-script). It takes one frame at a time, and lines for its keeper at any time. */
export interface RemoteSession {
  readonly hello: Hello;
  /** Runs one frame, as execute/frame or execute/launch builds it. One at a time. */
  send(frame: Buffer, number: number, sink: Sink | undefined): Promise<FrameEnd>;
  /** Whether it can take another frame. */
  usable(): boolean;
  /** Asks the keeper, and gives its answer. @throws RunbookError 3 where the connection is lost */
  ask(verb: string, rest: string): Promise<string>;
  /** Tells the keeper, which hears it even if this program is killed now. @throws RunbookError 3 where the connection is lost */
  tell(line: string): void;
  /** Why it is lost; undefined: it is not. */
  lost(): string | undefined;
  /** Treats it as lost from now on: nothing more that it sends is read. */
  abandon(why: string): void;
  /** Ends it; the box ends with it what still runs in its host. */
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Variables of every fence, given once it is known who the box is. @throws RunbookError where it may not have them */
  readonly envFor: (hello: Hello) => Promise<Readonly<Record<string, string>>>;
  readonly workspace: string;
  readonly workspaces?: string;
}

/** What a session that is stuck has until it is killed; its far side then ends by itself. */
const CLOSE_MS = 5_000;

/** A session's words are kept for the case that it never begins. */
const MOST_SAID = 16 * 1024;

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
  const asked = new Map<string, { resolve: (text: string) => void; reject: (error: Error) => void }>();
  let said = Buffer.alloc(0);
  let begun = false;
  let closing = false;
  let lost: string | undefined;
  let usable = true;
  let records = new Map<string, Buffer>();
  let running: { finish: (end: FrameEnd) => void; sink: Sink | undefined } | undefined;
  let ended: FrameEnd | undefined;
  let marked = false;
  let tags = 0;
  let greeted = false;
  let talked = 0;
  let abandoned: string | undefined;
  let greet: { resolve: (hello: Hello) => void; reject: (error: Error) => void };
  const greeting = new Promise<Hello>((resolve, reject) => {
    greet = { resolve, reject };
  });

  /** A frame is over when both streams say so: they come over one connection, but not in one order. */
  const settle = () => {
    if (!running || !ended || !marked) return;
    const { finish } = running;
    const end = ended;
    running = undefined;
    ended = undefined;
    marked = false;
    finish(end);
  };
  /** Nothing more that it sends is read; the session then ends as any that is lost. */
  const abandon = (why: string) => {
    if (abandoned !== undefined) return;
    abandoned = why;
    greet.reject(tooMuchOutput(link, why));
    child.kill('SIGKILL');
    child.stdout!.destroy();
    child.stderr!.destroy();
  };
  const onTalk = (bytes: Buffer) => {
    talked += bytes.length;
    if (talked > MOST_KEPT.talk) abandon(`it said more than ${sizeText(MOST_KEPT.talk)} before its greeting`);
  };
  const onReply = (reply: Buffer) => {
    const text = reply.toString('latin1');
    const space = text.indexOf(' ');
    const tag = text.slice(0, space);
    const rest = reply.subarray(space + 1);
    if (tag === 'hello') {
      greeted = true;
      greet.resolve(helloOf(rest));
    } else if (tag === 'bye') child.kill('SIGKILL');
    else if (tag === 'failed') greet.reject(cannotServe(link, rest.toString()));
    else if (tag === 'host') {
      const status = Number(rest.toString());
      if (status === 0 || status === 98) usable = false;
      if (running) ended = { kind: 'lost', status };
      settle();
    } else {
      asked.get(tag)?.resolve(rest.toString());
      asked.delete(tag);
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
    onTooMuch: () => abandon(`it sent a record of more than ${sizeText(MOST_KEPT.record)}`),
  });
  child.stdout!.on(
    'data',
    replyFilter(nonce, {
      onReply,
      onRest: (bytes) => (greeted ? control.push(bytes) : onTalk(bytes)),
      onTooMuch: () => abandon(`it sent a reply of more than ${sizeText(MOST_KEPT.reply)}`),
    }),
  );
  child.stderr!.on(
    'data',
    markSplitter(nonce, {
      onMark: () => {
        if (!begun) begun = true;
        else if (running) marked = true;
        settle();
      },
      onOutput: (bytes) => {
        if (begun) return void running?.sink?.(Buffer.from(bytes));
        if (said.length < MOST_SAID) said = Buffer.concat([said, bytes]).subarray(0, MOST_SAID);
        onTalk(bytes);
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
      for (const { reject } of asked.values()) reject(lostError(link, lost));
      asked.clear();
      resolve();
    };
    child.once('error', (error) => onEnd(undefined, error.message));
    child.once('close', (code) => onEnd(code ?? undefined));
  });
  greeting.catch(() => {});
  const patience = setTimeout(() => {
    greet.reject(noReply(link));
    child.kill('SIGKILL');
  }, link.greetingMs);

  child.stdin!.write(sessionStart({ nonce, newId: randomUUID(), ...options }));
  const hello = await greeting
    .finally(() => clearTimeout(patience))
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
        asked.set(tag, { resolve, reject });
        try {
          write(`${verb} ${tag} ${rest}\n`);
        } catch (error) {
          asked.delete(tag);
          reject(error);
        }
      });
    },
    tell: (line) => write(`${line}\n`),
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

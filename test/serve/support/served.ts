import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { localWorld } from '../../../src/local-world.ts';
import { servePages } from '../../../src/serve/serve-pages.ts';
import type { Person, World } from '../../../src/world.ts';
import { copyExample } from '../../support/copy-example.ts';

const bin = join(import.meta.dirname, '../../../dist/bin.js');

/** A served document, and the person at the terminal where it was started. */
export interface Served {
  readonly url: string;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly world: World;
  /** A link with a new one-time code, as the terminal shows it. */
  newLink(): Promise<string>;
  /** Signs in; answers the cookie. */
  signIn(): Promise<string>;
  /** The person's command in the project, without a terminal. */
  runbook(...args: string[]): ReturnType<typeof execa>;
  close(): Promise<void>;
}

/** Serves a copy of an example, or of a text, with state folders of its own. */
export async function serveExample(
  example: string | { readonly text: string } = 'first-steps',
  { env: more = {} }: { env?: Readonly<Record<string, string>> } = {},
): Promise<Served> {
  const root = await mkdtemp(join(tmpdir(), 'runbook-serve-'));
  const folder = join(root, 'project');
  const env = { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box'), ...more };
  if (typeof example === 'string') copyExample(example, folder);
  else {
    const { mkdir, writeFile } = await import('node:fs/promises');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'AUTODOCK.md'), example.text);
  }
  const terminal = fakeTerminal();
  const world = localWorld({
    cwd: folder,
    env: { ...process.env, ...env },
    version: '0.0.0',
    person: terminal.person,
  });
  const ending = new AbortController();
  const context = { world, emit: () => {}, signal: ending.signal };
  const ended = servePages(context, { file: 'AUTODOCK.md', port: 0, person: terminal.person });
  const first = await Promise.race([terminal.link(), ended.then(() => Promise.reject(new Error('ended')))]);
  const url = new URL(first).origin;
  let unused: string | undefined = first;
  const newLink = async () => {
    const link = unused ?? (await terminal.another());
    unused = undefined;
    return link;
  };
  const close = async () => {
    terminal.end();
    await ended;
    ending.abort();
    await rm(root, { recursive: true, force: true, maxRetries: 5 });
  };
  onTestFinished(close);
  return {
    ...{ url, folder, env, world, newLink, close },
    signIn: async () => {
      const answer = await fetch(await newLink(), { redirect: 'manual' });
      return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    },
    runbook: (...args) =>
      execa(process.execPath, [bin, ...args], { cwd: folder, env, stdin: 'ignore', reject: false }),
  };
}

/** A person who reads what the terminal shows, and presses a key when the test says so. */
function fakeTerminal() {
  let press: (answer: string) => void = () => {};
  let shown: (link: string) => void = () => {};
  let next = new Promise<string>((resolve) => {
    shown = resolve;
  });
  const person: Person = {
    confirm: () => Promise.resolve(false),
    ask: () => Promise.reject(new Error('nothing is asked')),
    withTerminal: (work) => work(),
    choose: (question) => {
      shown(/http:\S+/.exec(question)?.[0] ?? '');
      return new Promise((resolve) => {
        press = resolve;
      });
    },
  };
  return {
    person,
    link: () => next,
    another: () => {
      next = new Promise<string>((resolve) => {
        shown = resolve;
      });
      press('new link');
      return next;
    },
    end: () => press('end'),
  };
}

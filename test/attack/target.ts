import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { readingTime } from '../../src/operations/approval/reading-time.ts';
import { clients, type TestClient, textOfForm } from '../mcp/support/clients.ts';
import { CANARIES, canariesIn } from './canaries.ts';

const bin = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

/** A guarded server as an attacker meets it: only its tools can be called. */
export interface Target {
  /** The person's home folder; the project is `project` in it, unless the attack says otherwise. */
  readonly home: string;
  readonly project: string;
  readonly person: string;
  /** Calls a tool; an error of the protocol is an answer too. */
  call(tool: string, input?: Record<string, unknown>): Promise<Answer>;
  /** Asks check lines of the attacker's own. Answers their verdicts. */
  probe(...lines: string[]): Promise<string[]>;
  readonly client: TestClient;
  /** The person's own command in the project, without a terminal. */
  runbook(...args: string[]): { readonly exit: number | null; readonly text: string };
  /** Ends a shared target. */
  close(): Promise<void>;
  /** What the person was shown. */
  readonly forms: readonly string[];
}

export interface Answer {
  readonly isError: boolean;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
  readonly data: any;
}

type PersonAnswer = 'once' | 'project' | 'lease' | 'no';

export interface TargetOptions {
  readonly document?: string;
  /** By path below the home folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The project is the home folder itself. */
  readonly atHome?: boolean;
  /** How the person answers every question, or one after the other, the last for all others; absent: no one can be asked. */
  readonly answer?: PersonAnswer | readonly PersonAnswer[];
  /** How long an answer takes, in milliseconds; absent: as long as reading takes. */
  readonly answersAfterMs?: number;
  /** What happens while the person reads. */
  readonly whileReading?: (project: string) => void;
  /** Another project of the same person, on the same box. */
  readonly sameAs?: Pick<Target, 'home'>;
  readonly sandbox?: boolean;
  readonly flags?: readonly string[];
  /** Opened for several attacks; the caller closes it. */
  readonly shared?: boolean;
}

export const DOCUMENT = `---
runbook: 1
name: site
---

# Site

## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |
| API_KEY | secret | no |  | the API |
`;

/** Starts the built server with canaries all around it. At the end nothing that it sent may hold one of them. */
export async function openTarget(options: TargetOptions = {}): Promise<Target> {
  const home = options.sameAs?.home ?? (await mkdtemp(join(tmpdir(), 'runbook-attack-')));
  const remove = () => rm(home, { recursive: true, force: true });
  if (!options.shared && !options.sameAs) onTestFinished(remove);
  const project = options.atHome ? home : join(home, options.sameAs ? 'other-project' : 'project');
  const person = join(home, '.local', 'state', 'runbook');
  const write = async (path: string, text: string) => {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { mode: 0o600 });
  };
  await write(join(project, 'AUTODOCK.md'), options.document ?? DOCUMENT);
  await write(join(project, '.env'), `DB_PASSWORD=${CANARIES.DB_PASSWORD}\nAPI_KEY=${CANARIES.API_KEY}\n`);
  for (const [path, text] of Object.entries(options.files ?? {})) await write(join(home, path), text);
  await mkdir(person, { recursive: true });
  if (options.sandbox) await writeFile(join(person, 'sandbox'), '', { mode: 0o600 });

  const { DEPLOY_TOKEN, PIN } = CANARIES;
  const env = {
    ...{ PATH: process.env.PATH ?? '', HOME: home, DEPLOY_TOKEN, PIN },
    ...{ RUNBOOK_STATE: person, RUNBOOK_BOX_STATE: join(home, '.box') },
    ...options.env,
  };
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const flags = [...(options.sandbox ? ['--trust', 'sandbox'] : []), ...(options.flags ?? [])];
  const forms: string[] = [];
  const { answer, answersAfterMs } = options;
  const answers = answer === undefined ? [] : [answer].flat();
  const client = await clients[0].open(
    {
      command: 'env',
      args: ['-i', '-C', project, ...words, process.execPath, bin, 'mcp', ...flags],
    },
    answers.length === 0
      ? { shared: options.shared === true }
      : {
          shared: options.shared === true,
          person: async (form) => {
            const text = textOfForm(form);
            forms.push(text);
            options.whileReading?.(project);
            const ms = answersAfterMs ?? readingTime(text.length) + 100;
            await new Promise((resolve) => setTimeout(resolve, ms));
            return { action: 'accept', content: { answer: answers[forms.length - 1] ?? answers.at(-1) } };
          },
        },
  );
  const call: Target['call'] = async (tool, input = {}) => {
    const { isError, text, structuredContent } = await client
      .call(tool, input)
      .catch((error: Error) => ({ isError: true, text: error.message, structuredContent: undefined }));
    expect(canariesIn(forms.join('\n')), 'shown to the client').toEqual([]);
    expect(canariesIn(text + JSON.stringify(structuredContent ?? null)), `leaked by ${tool}`).toEqual([]);
    return { isError: isError === true, text, data: structuredContent };
  };
  return {
    ...{ home, project, person, client, forms, call },
    runbook: (...args) => {
      const done = spawnSync(process.execPath, [bin, ...args], { cwd: project, env, encoding: 'utf8' });
      return { exit: done.status, text: done.stdout + done.stderr };
    },
    close: async () => {
      await client.close();
      await remove();
    },
    probe: async (...lines) => {
      const { data, text } = await call('verify', { probes: lines });
      if (!data) throw new Error(text);
      return data.probes.map((each: { verdict: string }) => each.verdict);
    },
  };
}

/** A yes-or-no question tells nothing if a right guess and a wrong one get the same answer. */
export async function expectNoOracle(target: Target, right: string, wrong: string): Promise<void> {
  const verdicts = await target.probe(right, wrong, `not ${right}`, `not ${wrong}`);
  expect(verdicts).toEqual(['unknown', 'unknown', 'unknown', 'unknown']);
}

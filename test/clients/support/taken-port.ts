import { spawn } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished } from 'vitest';
import { callWithPerson, firstCall } from './agent-call.ts';
import { type ClientBench, clientBench } from './client-bench.ts';
import type { Script } from './model-endpoint.ts';

/** The small twin of the two terminators: an old web server holds the port that the new one needs. */
export interface TakenPort {
  readonly port: number;
  /** The agent that runs into it, finds the owner, removes it, and writes down how. */
  readonly agent: () => Script;
  /** The scripts that the agent runs, in order. */
  readonly scripts: readonly string[];
  /** What the answers said that a person runs, where the client cannot ask. */
  readonly commands: readonly string[];
  /** The answers that the model was sent, by tool, in order. */
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
  readonly answers: readonly (readonly [tool: string, answer: any])[];
  /** Expects the whole story in `answers` and in the document, then replays the document on a box that never saw it. */
  expectStory(bench: ClientBench): Promise<void>;
}

export async function takenPort(): Promise<TakenPort> {
  const port = await freePort();
  const old = `busybox httpd -f -p 127.0.0.1:${port}`;
  const server = `require("http").createServer((q, r) => r.end("the new page")).on("error", (e) => { console.error(e.message); process.exit(1) }).listen(${port}, "127.0.0.1")`;
  const scripts = [`exec node -e '${server}'`, `pkill -f '[b]${old.slice(1)}'`];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const answers: [string, any][] = [];
  const commands: string[] = [];
  const holdPort = () => squat(port);
  await holdPort();
  onTestFinished(() => endServers(port));

  function* agent(): Script {
    function* call(tool: string, input: object = {}) {
      const answer = yield* callWithPerson(tool, input, commands);
      answers.push([tool, answer]);
      return answer;
    }
    answers.push(['runbook_read', yield* firstCall('runbook_read')]);
    const failed = yield* call('apply_step', {
      draft: {
        title: 'Start the server',
        why: 'It serves the page.',
        run: [{ lang: 'bash', text: scripts[0], attributes: { background: 'true' } }],
        verify: `http GET http://127.0.0.1:${port}/ contains "the new page" within 5s`,
      },
    });
    yield* call('env_observe');
    yield* call('apply_step', {
      draft: {
        title: 'Stop the old server',
        why: 'It holds the port.',
        run: scripts[1],
        verify: `not port ${port} owner busybox within 5s`,
      },
    });
    yield* call('apply_step', { step: 'start-the-server' });
    yield* call('problem_resolve', {
      problem: failed?.problem ?? 'missing',
      why: 'An old web server holds the port, and two processes cannot listen on one.',
    });
    yield* call('env_save');
    yield* call('verify');
    yield { say: 'It is up, and written down.' };
  }

  async function expectStory(bench: ClientBench): Promise<void> {
    expect(answers).toMatchObject([
      ['runbook_read', { now: {} }],
      ['apply_step', { status: 'failed', findings: expect.any(Array), problem: expect.any(String) }],
      ['env_observe', { findings: expect.any(Array) }],
      ['apply_step', { status: 'succeeded' }],
      ['apply_step', { status: 'succeeded', cleared: [answers[1]?.[1].problem] }],
      ['problem_resolve', { state: 'resolved', written: true }],
      ['env_save', { withheld: [], not_saved: [] }],
      ['verify', {}],
    ]);
    expect(answers[1]?.[1].findings[0]).toMatchObject({ code: 'port-taken' });
    expect(JSON.stringify(answers[2]?.[1].findings)).toContain(String(port));
    await replayElsewhere(bench);
  }

  async function replayElsewhere(bench: ClientBench): Promise<void> {
    await endServers(port);
    await holdPort();
    const next = await clientBench();
    await copyFile(join(bench.project, 'AUTODOCK.md'), join(next.project, 'AUTODOCK.md'));
    const replay = await next.runbook('replay', '--yes');
    expect(replay.stdout + replay.stderr).toContain('acted, 1 fix applied');
    expect(replay.code).toBe(0);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('the new page');
  }

  return { port, agent, scripts, commands, answers, expectStory };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The old server, which was started before any step acts. */
async function squat(port: number): Promise<void> {
  const folder = `/tmp/runbook-old-server-${port}`;
  await mkdir(folder, { recursive: true });
  const child = spawn('busybox', ['httpd', '-f', '-p', `127.0.0.1:${port}`, '-h', folder], {
    stdio: 'ignore',
    detached: true,
  });
  child.unref();
  await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(true);
}

async function answers(port: number): Promise<boolean> {
  return await fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

/** Ends whatever was started for this port: its number is in every command line. */
async function endServers(port: number): Promise<void> {
  await execa('pkill', ['-f', `[1]27.0.0.1.{1,3}${port}|listen.${port}`], { reject: false });
  await expect.poll(() => answers(port), { timeout: 10_000 }).toBe(false);
}

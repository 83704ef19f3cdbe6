import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { localWorld } from '../../src/local-world.ts';
import { RunbookError } from '../../src/model/diagnostic.ts';
import type { RunEvent, StepOutcome } from '../../src/model/outcome.ts';
import { type OperationRow, operations } from '../../src/operations/all.ts';
import type { Person, World } from '../../src/world.ts';

/** What came of an operation: its report or its refusal, its exit code, the events on the way. */
export interface Told<Report> {
  readonly exit: number;
  readonly report: Report;
  readonly diagnostics: readonly { code: string; message: string; remedy: string; place?: unknown }[];
  readonly events: readonly RunEvent[];
  /** `id: kind reason` of each step, in the order in which they ended. */
  readonly story: readonly string[];
}

/** A folder with a runbook in it, on this machine, with state folders of its own. */
export interface Scenario {
  readonly folder: string;
  readonly world: World;
  path(name: string): string;
  write(name: string, text: string): Promise<void>;
  read(name: string): Promise<string>;
  /** The lines that steps appended to `log`, the usual witness of what ran. */
  ran(): Promise<string[]>;
  // biome-ignore lint/suspicious/noExplicitAny: each verb has its own report, and tests look into it
  run(verb: string, input?: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<Told<any>>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  replay(input?: Record<string, unknown>, options?: { signal?: AbortSignal }): Promise<Told<any>>;
}

/** Sets a scene: `text` becomes AUTODOCK.md. Real files, real shells; everything is removed when the test ends. */
export async function scenario(
  text: string,
  options: {
    files?: Record<string, string>;
    env?: Record<string, string>;
    person?: Person;
    document?: string;
  } = {},
): Promise<Scenario> {
  const root = await mkdtemp(join(tmpdir(), 'runbook-test-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const folder = join(root, 'project');
  await mkdir(folder);
  const env = {
    ...process.env,
    ...options.env,
    RUNBOOK_STATE: join(root, 'person'),
    RUNBOOK_BOX_STATE: join(root, 'box'),
  };
  const world = localWorld({ cwd: folder, env, version: '0.0.0-test', person: options.person });
  const document = options.document ?? 'AUTODOCK.md';
  const path = (name: string) => join(folder, name);
  const write = async (name: string, content: string) => {
    await mkdir(dirname(path(name)), { recursive: true });
    await writeFile(path(name), content);
  };
  await write(document, text);
  for (const [name, content] of Object.entries(options.files ?? {})) await write(name, content);

  const run: Scenario['run'] = async (verb, input = {}, { signal = new AbortController().signal } = {}) => {
    const operation = await (operations.find((each) => each.name === verb) as OperationRow).load();
    const events: RunEvent[] = [];
    const context = { world, signal, emit: (event: RunEvent) => void events.push(event) };
    const told = (exit: number, report: unknown, diagnostics: Told<unknown>['diagnostics']) => ({
      exit,
      report,
      diagnostics,
      events,
      story: events.flatMap((event) =>
        event.type === 'step-finished' ? [`${event.step}: ${words(event.outcome)}`] : [],
      ),
    });
    try {
      const report = await operation.run(context, operation.input.parse({ file: document, ...input }));
      return told(operation.exit(report), report, []);
    } catch (error) {
      if (error instanceof RunbookError) return told(error.exit, undefined, error.diagnostics);
      throw error;
    }
  };
  return {
    folder,
    world,
    path,
    write,
    read: (name) => readFile(path(name), 'utf8'),
    ran: async () =>
      (await readFile(path('log'), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    run,
    replay: (input, more) => run('replay', { yes: true, ...input }, more),
  };
}

function words(outcome: StepOutcome): string {
  switch (outcome.kind) {
    case 'acted':
    case 'skipped':
      return `${outcome.kind} ${outcome.reason}`;
    case 'failed':
    case 'person':
      return `${outcome.kind} ${outcome.failure.kind}`;
    case 'not-reached':
      return outcome.kind;
  }
}

/** A runbook with these steps: `{ title: body }`, each body markdown with ~~~ fences. */
export function runbook(steps: Record<string, string>, rest = ''): string {
  const written = Object.entries(steps).map(([title, body]) => `### ${title}\n\n${body}\n`);
  return `---\nrunbook: 1\n---\n\n# Test\n\n## Steps\n\n${written.join('\n')}\n${rest}`;
}

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { copyExample } from '../support/copy-example.ts';

const root = join(import.meta.dirname, '../..');

export interface Told {
  exitCode: number;
  /** Everything printed, on both streams. */
  text: string;
}

/** A folder with a runbook, and the built command in it, as run by a person with this kubeconfig. */
export interface RunbookOnCluster {
  readonly folder: string;
  /** `runbook ARGS`, with no terminal. */
  run(...args: string[]): Promise<Told>;
  /** The same with additional environment variables. */
  runWith(env: Record<string, string>, ...args: string[]): Promise<Told>;
  /** The same, line by line while it runs; resolves when it ends. */
  follow(args: readonly string[], onLine: (line: string) => void): Promise<Told>;
  write(steps: string): void;
  read(file: string): Promise<string>;
}

export interface Setting {
  kubeconfig: string;
  /** What the runbook may change: a context, and these namespaces in it. */
  context?: string;
  env?: Record<string, string>;
}

/** A runbook with these `## Steps`, in its own folder that is removed after the test. */
export async function runbookOnCluster(steps: string, setting: Setting): Promise<RunbookOnCluster> {
  const runbook = personIn(mkdtempSync(join(tmpdir(), 'runbook-on-cluster-')), setting);
  runbook.write(steps);
  await allow(runbook, setting);
  return runbook;
}

/** The same with a copy of an example, its text changed by `edit`. */
export async function exampleOnCluster(
  name: string,
  edit: (text: string) => string,
  setting: Setting,
): Promise<RunbookOnCluster> {
  const runbook = personIn(mkdtempSync(join(tmpdir(), 'runbook-on-cluster-')), setting);
  copyExample(name, runbook.folder);
  const document = join(runbook.folder, 'AUTODOCK.md');
  writeFileSync(document, edit(await readFile(document, 'utf8')));
  await allow(runbook, setting);
  return runbook;
}

async function allow(runbook: RunbookOnCluster, { context = 'test' }: Setting): Promise<void> {
  const { exitCode, text } = await runbook.run('approve', '--context', context);
  if (exitCode !== 0) throw new Error(`the context "${context}" cannot be allowed: ${text}`);
}

function personIn(folder: string, { kubeconfig, env }: Setting): RunbookOnCluster {
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const options = {
    cwd: folder,
    env: {
      KUBECONFIG: kubeconfig,
      RUNBOOK_STATE: join(folder, '.person'),
      RUNBOOK_BOX_STATE: join(folder, '.box'),
      ...env,
    },
    reject: false,
    stdin: 'ignore',
    all: true,
  } as const;
  const command = (args: readonly string[], more: Record<string, string> = {}) =>
    execa(process.execPath, [join(root, 'dist/bin.js'), ...args], {
      ...options,
      env: { ...options.env, ...more },
    });
  const told = async (running: ReturnType<typeof command>): Promise<Told> => {
    const { exitCode, all } = await running;
    return { exitCode: exitCode ?? -1, text: all };
  };
  return {
    folder,
    run: (...args) => told(command(args)),
    runWith: (more, ...args) => told(command(args, more)),
    async follow(args, onLine) {
      const running = command(args);
      for await (const line of running.iterable({ from: 'all' })) onLine(line);
      const { exitCode, all } = await running;
      return { exitCode: exitCode ?? -1, text: all };
    },
    write(steps) {
      writeFileSync(
        join(folder, 'AUTODOCK.md'),
        `---\nrunbook: 1\nname: cluster\n---\n\n## Steps\n\n${steps}`,
      );
    },
    read: (file) => readFile(join(folder, file), 'utf8'),
  };
}

/** A step that applies one document or several, as JSON, which is YAML. */
export function applyStep(title: string, objects: readonly object[], checks: readonly string[] = []): string {
  const documents = objects.map((object) => JSON.stringify(object, null, 2)).join('\n---\n');
  return step(title, `\`\`\`yaml {"apply":"kubernetes"}\n${documents}\n\`\`\``, checks);
}

export function patchStep(
  title: string,
  attributes: object,
  patch: unknown,
  checks: readonly string[] = [],
): string {
  const fence = `\`\`\`json ${JSON.stringify(attributes)}\n${JSON.stringify(patch, null, 2)}\n\`\`\``;
  return step(title, fence, checks);
}

export function step(title: string, fence: string, checks: readonly string[]): string {
  const verify = checks.length > 0 ? `Verify:\n\n\`\`\`check\n${checks.join('\n')}\n\`\`\`\n\n` : '';
  return `### ${title}\n\nWhy: a test wants it.\n\n${fence}\n\n${verify}`;
}

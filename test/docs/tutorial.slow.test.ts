import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = join(ROOT, 'docs/tutorial.md');

/** A document to save, or commands with their output, in the order of the page. */
type Part = { kind: 'document'; text: string } | { kind: 'console'; text: string };

function partsOf(page: string): Part[] {
  return [...page.matchAll(/^````markdown\n(.*?)^````$|^```console\n(.*?)^```$/gms)].map(
    ([, text, session]) =>
      text === undefined ? { kind: 'console', text: session ?? '' } : { kind: 'document', text },
  );
}

/** `$ command` and the lines below it. */
const commandsOf = (session: string) =>
  session
    .split(/^\$ /m)
    .slice(1)
    .map((each) => {
      const [command = '', ...output] = each.trimEnd().split('\n');
      return { command, expected: output };
    });

/** What differs between two machines or two runs is replaced: times, pids, dates, the name of the box, columns. */
const general = (line: string) =>
  line
    .replace(/\b\d+(\.\d+)?m?s\b(?<!within \d+s)/g, 'TIME')
    .replace(/\d{4}-\d{2}-\d{2} \d{2}:\d{2}/g, 'DATE')
    .replace(/pid \d+/g, 'pid N')
    .replace(/^hello on \S+:/, 'hello on BOX:')
    .replace(/undone on \S+$/, 'undone on BOX')
    .replace(/\s+/g, ' ')
    .trim();

/** `...` matches any number of lines. */
function matches(expected: readonly string[], observed: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return observed.length === 0;
  if (first === '...') return observed.some((_, i) => matches(rest, observed.slice(i))) || matches(rest, []);
  return observed.length > 0 && first === observed[0] && matches(rest, observed.slice(1));
}

test('the commands of docs/tutorial.md print what the page shows', async () => {
  const root = await mkdtemp(join(tmpdir(), 'runbook-tutorial-'));
  const folder = join(root, 'work');
  await mkdir(folder);
  const shell = (command: string) =>
    execa(
      'bash',
      ['-c', `runbook() { "${process.execPath}" "${join(ROOT, 'dist/bin.js')}" "$@"; }\n${command}`],
      {
        cwd: folder,
        env: { RUNBOOK_STATE: join(root, 'person'), RUNBOOK_BOX_STATE: join(root, 'box') },
        reject: false,
        stdin: 'ignore',
        all: true,
        // A command in the background keeps the pipe open; what it prints is not part of the page.
        buffer: { all: true },
        stdout: command.includes('&') ? 'ignore' : 'pipe',
        stderr: command.includes('&') ? 'ignore' : 'pipe',
      },
    );
  onTestFinished(async () => {
    await shell('runbook undo --yes; pkill -f "stranger.*18181"');
    await rm(root, { recursive: true, force: true });
  });
  let first = true;
  for (const part of partsOf(await readFile(PAGE, 'utf8'))) {
    if (part.kind === 'document') {
      if (first) await writeFile(join(folder, 'AUTODOCK.md'), part.text);
      else await appendFile(join(folder, 'AUTODOCK.md'), `\n${part.text}`);
      first = false;
      continue;
    }
    for (const { command, expected } of commandsOf(part.text)) {
      const { all = '' } = await shell(command);
      const observed = all.trimEnd().split('\n').map(general).filter(Boolean);
      const wanted = expected.map(general).filter(Boolean);
      expect(matches(wanted, observed) ? wanted : observed, `$ ${command}`).toEqual(wanted);
    }
  }
});

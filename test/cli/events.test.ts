import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { program } from '../../src/cli/program.ts';
import { localWorld } from '../../src/local-world.ts';
import { operations } from '../../src/operations/all.ts';
import { call, pipe } from './call.ts';
import { errorLine, eventLine } from './event-schema.ts';
import * as samples from './samples.ts';

const lines = (text: string): { type: string }[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('every event is a line that fits the schema, the first with the version', async () => {
  const { stdout, stderr, code } = await call(['replay', '--json']);
  expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
  expect(lines(stdout).map((line) => eventLine.parse(line).type)).toEqual(
    samples.story.map((event) => event.type),
  );
  expect(lines(stdout)[0]).toMatchObject({ version: 1, type: 'pass-started' });
});

test('an error is one line too', async () => {
  const { stdout, code } = await call(['replay', '--play', 'throw', '--json']);
  expect(errorLine.parse(JSON.parse(stdout)).exit).toBe(code);
});

test('the examples of docs/events.md fit the schema', () => {
  const page = readFileSync('docs/events.md', 'utf8');
  const examples = [...page.matchAll(/```jsonl\n([\s\S]*?)```/g)].flatMap((match) => lines(match[1]!));
  for (const line of examples) (line.type === 'error' ? errorLine : eventLine).parse(line);
  const shown = new Set(examples.map((line) => line.type));
  const known = eventLine.options.map((option) => option.shape.type.value);
  expect([...shown].sort()).toEqual([...known, 'error'].sort());
});

const document = `# A real pass

## Steps

### One

\`\`\`bash {"name":"one"}
printf 'h\\033[1mello\\n'; touch one
\`\`\`

Verify:

\`\`\`check
file one exists
\`\`\`

### Two

\`\`\`bash {"name":"two"}
echo bad luck; exit 7
\`\`\`

### Three

\`\`\`bash {"name":"three"}
true
\`\`\`
`;

describe('a real pass', () => {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-events-'));
  writeFileSync(join(folder, 'AUTODOCK.md'), document);
  const replay = async (...flags: string[]) => {
    const [stdout, stderr] = [pipe(), pipe()];
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      RUNBOOK_STATE: join(folder, 'mine'),
      RUNBOOK_BOX_STATE: join(folder, 'box'),
    };
    const world = localWorld({ cwd: folder, env, version: '1.2.3', person: undefined });
    const signal = new AbortController().signal;
    const code = await program({
      argv: ['replay', '--yes', ...flags],
      version: '1.2.3',
      operations,
      world,
      stdout,
      stderr,
      signal,
    });
    return { stdout: stdout.text(), stderr: stderr.text(), code };
  };

  test('fits the schema', async () => {
    const { stdout, code } = await replay('--json');
    const events = lines(stdout).map((line) => eventLine.parse(line));
    expect(code).toBe(1);
    expect(
      events
        .filter((event) => event.type === 'step-finished')
        .map((event) => [event.step, event.outcome.kind]),
    ).toEqual([
      ['one', 'acted'],
      ['two', 'failed'],
      ['three', 'not-reached'],
    ]);
    expect(events.at(-1)).toMatchObject({ type: 'pass-finished', summary: { outcome: 'failed' } });
  });

  test('reads well in a pipe the second time', async () => {
    const { stdout, stderr, code } = await replay();
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 });
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(stdout).toMatch(/^skip +one +\d+ms {2}confirmed before/m);
    expect(stdout).toMatch(/^run +two +failed last time$/m);
    expect(stdout).toMatch(/^fail +two /m);
    expect(stdout).toContain('| bad luck');
    expect(stdout).toMatch(/^later +three /m);
  });
});

import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { visibleText } from '../../src/base/plain-text.ts';
import { scenario } from '../support/scenario.ts';

/*
 * Whatever kind of code ran was shown. Each line of code calls a recorder, a real program that writes its arguments to a log. A
 * line that was recorded must be in a text that a person saw before, with every byte.
 */

/** Arguments that hide, look like the head of another part, or are honest. They fit into a table cell and single quotes. */
const words = fc
  .array(
    fc.constantFrom(
      '\u202e',
      '\u200b',
      '\u001b[2J',
      '\u00ad',
      'é',
      '日本',
      '# bash, 2 lines',
      'rm -rf /',
      '$HOME',
      'x y',
    ),
    { maxLength: 3 },
  )
  .map((each) => each.join(''));

const KINDS = [
  'input',
  'fact',
  'when',
  'run',
  'sh',
  'check',
  'undo',
  'fails',
  'fix',
  'file',
  'script',
] as const;
type Kind = (typeof KINDS)[number];

const CASE = fc.record({
  secret: fc.boolean(),
  answers: fc.array(fc.constantFrom('once' as const, 'project' as const, 'no' as const), {
    minLength: 4,
    maxLength: 4,
  }),
  words: fc.tuple(...KINDS.map(() => words)),
});
type Case = typeof CASE extends fc.Arbitrary<infer T> ? T : never;

interface Recorded {
  readonly document: string;
  readonly script: string;
  /** The lines that ran since the last call. */
  ranSince(): string[];
}

/** A document with a line of each kind, and the recorder that they call. */
function recorded({ secret, words }: Case): Recorded {
  const folder = mkdtempSync(join(tmpdir(), 'runbook-recorder-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [log, recorder] = [join(folder, 'log'), join(folder, 'record')];
  writeFileSync(recorder, `#!/bin/sh\nprintf '%s\\n' "$1" >>${log}\necho said-$1\n`);
  chmodSync(recorder, 0o755);
  const line = (kind: Kind) => `${recorder} ${kind} '${words[KINDS.indexOf(kind)]}'`;
  const bash = (...lines: string[]) => `\`\`\`bash\n${lines.join('\n')}\n\`\`\`\n`;
  const document = `---
runbook: 1
---

# Every kind

## Inputs

| Name | Kind | Required | Default | What for |
| --- | --- | --- | --- | --- |
| GIVEN | ${secret ? 'secret' : 'variable'} | yes | \`${line('input')}\` | it is used |

## Facts

| Fact | Value | Measured with |
| --- | --- | --- |
| measured | said-fact | \`${line('fact')}\` |

## Problems

### Boom

For: use-it

Symptom: \`boom-happened\`

Fix:

${bash(line('fix'), 'touch fixed')}
Verify:

\`\`\`check
file fixed exists
\`\`\`

## Steps

### Make it

When:

${bash(line('when'))}
Run:

${bash(line('run'), 'touch made')}
Verify:

${bash(line('check'), 'test -e made')}
Undo:

${bash(line('undo'), 'rm -f made')}
### Use it

${bash(line('fails'), 'test -e fixed || { echo boom-happened; exit 1; }')}
### Write it

\`\`\`sh {"file":"tool.sh"}
${line('file')}
\`\`\`

${bash('sh ./tool.sh', ': "$GIVEN"')}
### Run it

\`\`\`sh
${line('sh')}
sh ./named.sh
\`\`\`
`;
  let seen = 0;
  return {
    document,
    script: `${line('script')}\n`,
    ranSince: () => {
      const all = existsSync(log) ? readFileSync(log, 'utf8').split('\n').slice(0, -1) : [];
      const kinds = all.slice(seen) as Kind[];
      seen = all.length;
      return kinds.map(line);
    },
  };
}

function expectShown(lines: readonly string[], shown: readonly string[]): void {
  for (const line of lines)
    expect(
      shown.some((text) => text.includes(visibleText(line))),
      `ran unseen: ${JSON.stringify(line)}`,
    ).toBe(true);
}

/** One case that runs every kind, whatever the others do. */
const EVERYTHING_RUNS: Case = {
  secret: true,
  answers: ['once', 'once', 'once', 'once'],
  words: KINDS.map(() => ''),
};

const kindOf = (line: string) => line.split(' ')[1]!;
const RUNS = Number(process.env.ATTACK_RUNS ?? 6);

test('at a terminal, the question holds every kind of code that replay, verify, facts and undo run', async () => {
  const ran = new Set<string>();
  await fc.assert(
    fc.asyncProperty(CASE, async (given) => {
      const { document, script, ranSince } = recorded(given);
      const lasting: string[] = [];
      let current: string[] = [];
      let asked = 0;
      const person = {
        choose: async (question: string) => {
          const answer = given.answers[asked++ % given.answers.length]!;
          if (answer === 'once') current.push(question);
          if (answer === 'project') lasting.push(question);
          return { once: 'yes', project: 'always', no: 'no' }[answer];
        },
        confirm: async () => false,
        ask: async () => '',
        withTerminal: <T>(work: () => Promise<T>) => work(),
      };
      const { run } = await scenario(document, { files: { 'named.sh': script }, person });
      for (const [verb, flags] of [
        ['plan', {}],
        ['replay', {}],
        ['verify', {}],
        ['facts', { verify: true }],
        ['undo', {}],
        ['replay', {}],
      ] as const) {
        current = [];
        await run(verb, flags);
        const lines = ranSince();
        expectShown(lines, [...lasting, ...current]);
        for (const line of lines) ran.add(kindOf(line));
      }
    }),
    { numRuns: RUNS, examples: [[EVERYTHING_RUNS]] },
  );
  // A kind that never ran proves nothing.
  expect([...ran].sort()).toEqual([...KINDS].sort());
}, 600_000);

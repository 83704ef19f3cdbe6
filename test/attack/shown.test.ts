import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleText } from '../../src/base/plain-text.ts';
import { RunbookError } from '../../src/model/diagnostic.ts';
import { agentIn } from '../operations/agent/agent.ts';
import { scenario } from '../support/scenario.ts';

/* Whatever ran was shown: an interpreter records each program that it is given, byte for byte. */

/** Words that hide, break out of quotes or look like the head of another part, and honest ones. */
const word = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'abc \t"\'$\\`#{}()|&;<>*~!'), minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    '\u202e',
    '\u200b',
    '\u001b[2J',
    '\u00ad',
    '\u{e0041}',
    'é',
    '日本',
    '\u001b]0;x\u0007',
    '\u2028',
  ),
  fc.constantFrom('# Verify, check, 1 line', 'rm -rf /', '# bash, 2 lines', 'x'.repeat(200)),
);

/** A program of a few lines, none of which ends the fence that it is written in. */
const program = fc
  .array(
    fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => words.join('')),
    { maxLength: 4 },
  )
  .map((lines) => lines.map((line) => `${line.replaceAll('```', "'''")}\n`).join(''));

const part = fc.record({
  run: program,
  when: fc.option(program, { nil: undefined, freq: 4 }),
  verify: fc.option(program, { nil: undefined }),
  undo: fc.option(program, { nil: undefined }),
});
const answer = fc.constantFrom('once' as const, 'project' as const, 'no' as const);
const call = fc.oneof(
  fc.constant({ tool: 'replay' as const }),
  fc.record({ tool: fc.constant('step' as const), at: fc.nat(1) }),
  fc.record({ tool: fc.constant('draft' as const), run: program }),
  fc.record({ tool: fc.constant('edit' as const), at: fc.nat(1), part }),
);
const CASE = fc.record({
  parts: fc.tuple(part, part),
  answers: fc.array(answer, { minLength: 6, maxLength: 6 }),
  calls: fc.array(call, { minLength: 2, maxLength: 5 }),
});

type Part = typeof part extends fc.Arbitrary<infer T> ? T : never;

const RUNS = Number(process.env.ATTACK_RUNS ?? 20);

test('the text that a person saw holds every byte that ran', async () => {
  let recorded = 0;
  await fc.assert(
    fc.asyncProperty(CASE, async ({ parts, answers, calls }) => {
      const { world, folder, write } = await scenario('# Test\n');
      const log = join(folder, '..', 'log');
      const recorder = join(folder, '..', 'record');
      // Each program on a line of its own, in base64, so that none can look like two.
      await writeFile(log, '');
      await writeFile(recorder, `#!/bin/sh\nbase64 -w0 <"$1" >>${log}\necho >>${log}\necho recorded\n`);
      await chmod(recorder, 0o755);
      const now: Part[] = [...parts];
      const save = () => write('AUTODOCK.md', documentOf(now, recorder));
      await save();

      // A yes for once covers what starts in the same call; one for the project all that comes after.
      const lasting: string[] = [];
      let current: string[] = [];
      let asked = 0;
      const agent = agentIn(world, {
        trust: 'guarded',
        answer: ({ script }) => {
          const said = answers[asked++ % answers.length]!;
          if (said === 'once') current.push(script);
          if (said === 'project') lasting.push(script);
          return said;
        },
      });
      let seen = 0;
      for (const each of calls) {
        current = [];
        if (each.tool === 'edit') {
          now[each.at] = each.part;
          await save();
          continue;
        }
        await attempt(agent, each, recorder);
        const all = (await readFile(log, 'utf8')).split('\n').slice(0, -1);
        for (const line of all.slice(seen)) {
          const ran = Buffer.from(line, 'base64').toString();
          const shown = visibleProgram(ran);
          const saw = [...lasting, ...current].some((text) => text.includes(shown));
          expect(saw, `ran unseen: ${JSON.stringify(ran)}`).toBe(true);
        }
        recorded += all.length - seen;
        seen = all.length;
      }
      await agent.leave();
    }),
    { numRuns: RUNS },
  );
  // A recorder that records nothing proves nothing.
  expect(recorded).toBeGreaterThan(0);
}, 600_000);

/** As the form writes it: every line between line ends, so that half a line is not taken for one. */
function visibleProgram(text: string): string {
  return `\n${text.replace(/\n$/, '').split('\n').map(visibleText).join('\n')}`;
}

function documentOf(parts: readonly Part[], recorder: string): string {
  const fence = (text: string) => `\`\`\`text {"interpreter":"${recorder}"}\n${text}\`\`\`\n`;
  const steps = parts.map(
    ({ run, when, verify, undo }, at) =>
      `### Step ${at}\n\n${when === undefined ? '' : `When:\n\n${fence(when)}\nRun:\n\n`}${fence(run)}` +
      `${verify === undefined ? '' : `\nVerify:\n\n${fence(verify)}`}` +
      `${undo === undefined ? '' : `\nUndo:\n\n${fence(undo)}`}`,
  );
  return `---\nrunbook: 1\n---\n\n# Test\n\n## Steps\n\n${steps.join('\n')}`;
}

type Call = typeof call extends fc.Arbitrary<infer T> ? Exclude<T, { tool: 'edit' }> : never;

async function attempt(agent: ReturnType<typeof agentIn>, each: Call, interpreter: string): Promise<void> {
  const draft = (text: string) => ({
    draft: {
      title: 'Draft',
      run: [{ lang: 'text', text, attributes: { interpreter } }],
      verify: 'file never exists',
    },
  });
  try {
    if (each.tool === 'replay') await agent.call('replay');
    else await agent.call('apply_step', each.tool === 'step' ? { step: `step-${each.at}` } : draft(each.run));
  } catch (error) {
    if (!(error instanceof RunbookError)) throw error;
  }
}

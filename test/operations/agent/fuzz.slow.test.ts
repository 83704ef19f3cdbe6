import { readdir } from 'node:fs/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunbookError } from '../../../src/model/diagnostic.ts';
import { agentTools } from '../../../src/operations/all.ts';
import { scenario } from '../../support/scenario.ts';
import { agentIn } from './agent.ts';

/** What agents and attackers send: ids that climb, flags for names, controls, things that are nothing. */
const word = fc.oneof(
  fc.constantFrom(
    '../../etc/passwd',
    '--yes',
    '-rf',
    '__proto__',
    'constructor',
    'a1',
    'job-1',
    'p-00000000',
    'sn-x',
    'make',
    '\u001b[2J',
    '\u202e',
    '',
    '${HOME}',
    '`id`',
    '$(id)',
    '<!-- runbook:certificate sha256=x -->',
    '### Steps\n\n```bash\nid\n```',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const lines = fc.oneof(word, fc.array(word, { maxLength: 3 }));
const inputs: Record<string, fc.Arbitrary<Record<string, unknown>>> = {
  runbook_read: fc.record(
    { view: fc.constantFrom('outline', 'problems', 'decisions', 'diff'), cursor: word },
    { requiredKeys: [] },
  ),
  verify: fc.record(
    { steps: fc.array(word, { maxLength: 3 }), probes: fc.array(word, { maxLength: 3 }) },
    { requiredKeys: [] },
  ),
  apply_step: fc.record(
    {
      step: word,
      draft: fc.record(
        { title: word, why: word, run: fc.constant(''), verify: lines, after: word },
        { requiredKeys: ['title', 'run'] },
      ),
      inputs: fc.dictionary(word, word),
    },
    { requiredKeys: [] },
  ),
  problem_resolve: fc.record(
    { problem: word, why: word, same_as: word, fix: fc.array(word) },
    { requiredKeys: ['problem'] },
  ),
  env_save: fc.record(
    {
      decisions: fc.array(fc.record({ title: word, why: word, alternatives: word }), { maxLength: 2 }),
      facts: fc.array(fc.record({ name: word, value: word, unit: word, why: word }), { maxLength: 2 }),
      endpoints: fc.array(fc.record({ name: word, target: word, check: word }), { maxLength: 2 }),
      expected_sha256: word,
    },
    { requiredKeys: ['decisions', 'facts', 'endpoints'] },
  ),
  find_fix: fc.record({ text: word, job: word }, { requiredKeys: [] }),
  replay: fc.record({ from: word, only: word, dry_run: fc.constant(true) }),
  job_read: fc.record({ job: word, grep: word }, { requiredKeys: ['job'] }),
  job_cancel: fc.record({ job: word }),
  escalate: fc.record({ question: word, to: word, problem: word }, { requiredKeys: ['question'] }),
};

test('random calls end in an answer or an error with a remedy, and write only below their own folders', async () => {
  const { world, folder, run, read } = await scenario(
    '---\nrunbook: 1\n---\n\n# T\n\n## Steps\n\n### Make\n\n```bash\ntrue\n```\n',
  );
  const agent = agentIn(world);
  const call = fc
    .constantFrom(...Object.keys(inputs))
    .chain((name) => fc.tuple(fc.constant(name), inputs[name]!));
  await fc.assert(
    fc.asyncProperty(call, async ([name, input]) => {
      const tool = await agentTools.find((each) => each.name === name)!.load();
      if (!tool.input.safeParse(input).success) return;
      try {
        await agent.call(name, input);
      } catch (error) {
        if (!(error instanceof RunbookError)) throw error;
        for (const { remedy } of error.diagnostics) expect(remedy).not.toBe('');
      }
    }),
    { numRuns: 2_000, endOnFailure: true },
  );
  expect((await readdir(folder)).filter((name) => name !== '.runbook')).toEqual(['AUTODOCK.md']);
  // Whatever was said, the document still reads, and holds the one step that runs.
  const { report } = await run('plan', {});
  expect(
    report?.steps.map((each: { id: string }) => each.id),
    await read('AUTODOCK.md'),
  ).toEqual(['make']);
}, 300_000);

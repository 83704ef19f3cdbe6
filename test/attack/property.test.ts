import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunbookError } from '../../src/model/diagnostic.ts';
import { agentIn } from '../operations/agent/agent.ts';
import { ENCODINGS } from '../secrets/encodings.ts';
import { scenario } from '../support/scenario.ts';

/** Values of the person's side: long enough and odd enough that none is found by chance. */
const value = fc
  .string({
    unit: fc.constantFrom(...'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"\'&/+%$ ='),
    minLength: 12,
    maxLength: 24,
  })
  .map((text) => `${text.trim()}9Zq`);

const NAMES = ['ALPHA', 'BETA', 'GAMMA'] as const;
const name = fc.constantFrom(...NAMES);
const kind = fc.constantFrom('variable', 'secret', 'undeclared');

/** Everything that an agent can do with a name. */
const call = fc.oneof(
  name.map((each) => ['verify', { probes: [`file \${${each}} exists`] }] as const),
  name.map((each) => ['verify', { probes: [`http GET http://127.0.0.1:9/\${${each}}`] }] as const),
  name.map(
    (each) =>
      [
        'verify',
        { probes: [`fact x = \${${each}}`, `not file AUTODOCK.md contains "\${${each}}"`] },
      ] as const,
  ),
  name.map((each) => ['env_save', { inputs: [{ name: each, kind: 'variable' }] }] as const),
  name.map(
    (each) =>
      [
        'env_save',
        { endpoints: [{ name: 'e', target: `http://\${${each}}/`, check: `tcp \${${each}}:80 open` }] },
      ] as const,
  ),
  name.map(
    (each) =>
      [
        'apply_step',
        {
          draft: { title: `Use ${each}`, run: `echo "$${each}"; exit 1`, verify: `file \${${each}} exists` },
        },
      ] as const,
  ),
  name.map(
    (each) =>
      [
        'apply_step',
        {
          draft: {
            title: `Encode ${each}`,
            run: `printf %s "$${each}" | base64; printf '%q' "$${each}"; printf %s "$${each}" | od -An -tx1; false`,
          },
        },
      ] as const,
  ),
  name.map(
    (each) =>
      [
        'apply_step',
        {
          draft: {
            title: `Write ${each}`,
            run: [{ lang: 'text', text: `\${${each}}`, attributes: { file: `\${${each}}.txt` } }],
          },
        },
      ] as const,
  ),
  name.map((each) => ['find_fix', { text: `\${${each}}` }] as const),
  fc.constant(['verify', {}] as const),
  fc.constant(['replay', { dry_run: true }] as const),
  fc.constant(['runbook_read', { view: 'diff' }] as const),
  fc.constant(['runbook_read', { view: 'outline' }] as const),
  fc.constant(['job_read', { job: 'job-1' }] as const),
);

const CASE = fc.record({
  values: fc.tuple(value, value, value),
  kinds: fc.tuple(kind, kind, kind),
  inFile: fc.boolean(),
  trust: fc.constantFrom('guarded' as const, 'sandbox' as const),
  calls: fc.array(call, { minLength: 3, maxLength: 6 }),
});

const RUNS = Number(process.env.ATTACK_RUNS ?? 20);

test('no value that only the person knows is in an answer, in any masked encoding', async () => {
  await fc.assert(
    fc.asyncProperty(CASE, async ({ values, kinds, inFile, trust, calls }) => {
      const rows = NAMES.flatMap((each, at) =>
        kinds[at] === 'undeclared' ? [] : [`| ${each} | ${kinds[at]} | no |  | x |`],
      );
      const table =
        rows.length === 0
          ? ''
          : `\n## Inputs\n\n| Name | Kind | Required | Default | What for |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
      const pairs = NAMES.map((each, at) => [each, values[at]!] as const);
      const { world } = await scenario(`---\nrunbook: 1\n---\n\n# Test\n${table}`, {
        env: inFile ? {} : Object.fromEntries(pairs),
        files: inFile
          ? {
              '.env': pairs
                .map(([each, text]) => `${each}=${JSON.stringify(text).replaceAll('$', '\\$')}\n`)
                .join(''),
            }
          : {},
      });
      const agent = agentIn(world, { trust });
      const answers: string[] = [];
      for (const [tool, input] of calls) answers.push(await answer(agent, tool, input));
      await agent.leave();
      // A program that prints an undeclared variable prints what its environment contains: nothing was resolved.
      const own = pairs.filter((_, at) => trust === 'guarded' || kinds[at] !== 'undeclared');
      for (const [each, text] of own)
        for (const [way, encode] of Object.entries(ENCODINGS))
          for (const said of answers)
            expect(said.includes(encode(text)), `${each}, ${way}: ${said}`).toBe(false);
    }),
    { numRuns: RUNS },
  );
}, 600_000);

async function answer(agent: ReturnType<typeof agentIn>, tool: string, input: object): Promise<string> {
  try {
    return JSON.stringify(await agent.call(tool, { ...input }));
  } catch (error) {
    if (error instanceof RunbookError) return JSON.stringify(error.diagnostics);
    return (error as Error).message;
  }
}

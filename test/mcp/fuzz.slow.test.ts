import { execFileSync } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bench } from './support/built.ts';
import { opened, rawServer } from './support/raw-server.ts';

/** RUNBOOK_FUZZ=400 for a quick look, RUNBOOK_SEED=… for others. */
const CALLS = Number(process.env.RUNBOOK_FUZZ ?? 10_000);

const document = `---
runbook: 1
---

## Steps

### Write a file

\`\`\`bash
echo fuzz > fuzzed
\`\`\`

Verify:

\`\`\`check
file fuzzed exists
\`\`\`
`;

/** What an attacker, a confused model or a broken client would send. */
const nasty = fc.oneof(
  fc.constantFrom(
    '../../../etc/passwd',
    '/etc/shadow',
    '--server=http://evil.example',
    '-rf',
    '--yes',
    '$(touch pwned)',
    '`touch pwned`',
    '; touch pwned',
    '\u0000',
    '\u001b]0;x\u0007',
    '\u202egnp.exe',
    '__proto__',
    'constructor',
    '${IFS}touch${IFS}pwned',
    'file://../../x',
    'write-a-file',
    '..',
    '.',
    '',
    'a'.repeat(90_000),
    '\n'.repeat(10_000),
    'write-a-file',
    'true',
    'touch fuzzed',
    'file fuzzed exists',
    '```\n## Steps\n```',
    '<!-- runbook -->',
    '127.0.0.1:0',
    'http://169.254.169.254/latest/meta-data',
    '1e309',
    'NaN',
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
);
const value = fc.oneof(
  { weight: 5, arbitrary: nasty },
  fc.anything({ withNullPrototype: false, maxDepth: 3 }).map((each) => toJson(each)),
  fc.array(nasty, { maxLength: 5 }),
  fc.constantFrom(0, -1, 60, 1e21, true, null),
);

const toJson = (each: unknown) => {
  try {
    return JSON.parse(JSON.stringify(each) ?? 'null');
  } catch {
    return null;
  }
};

interface Schema {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Values of the right type, so that calls get past the first check; their content is as nasty as ever. */
function fitting(schema: Schema): fc.Arbitrary<unknown> {
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(fitting));
  if (schema.enum) return fc.constantFrom(...schema.enum);
  switch (schema.type) {
    case 'object':
      return schema.properties ? record(schema) : fc.dictionary(nasty, nasty, { maxKeys: 3 });
    case 'array':
      return fc.array(fitting(schema.items ?? {}), { maxLength: 4 });
    case 'number':
    case 'integer':
      return fc.constantFrom(0, 0, 0, 1, -1, 5e8, 0.5);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return nasty;
  }
}

/**
 * Few of the fields that may be left out, because one wrong field ends the call, and never a wait: no call hangs on a job that
 * cannot be. Now and then a field is of the wrong kind, or none that there is.
 */
function record({ properties = {}, required = [] }: Schema): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(properties).filter(([name]) => name !== 'wait_s');
  const some = fields.map(([name, schema]) => {
    const filled = fitting(schema).map((each) => ({ [name]: each }));
    return required.includes(name)
      ? filled
      : fc.oneof({ weight: 5, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: filled });
  });
  const names = fc.constantFrom(...Object.keys(properties), 'no_such_field', '__proto__');
  const odd = fc.dictionary(names, value, { minKeys: 1, maxKeys: 1 });
  const last = fc.oneof({ weight: 9, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: odd });
  return fc.tuple(...some, last).map((parts) => Object.assign({}, ...parts));
}

function callsOf(tools: readonly { name: string; inputSchema: Schema }[]) {
  const real = tools.map(({ name, inputSchema }) => {
    const waits = inputSchema.properties?.wait_s ? { wait_s: 0 } : {};
    const args = record(inputSchema).map((some) => ({ ...waits, ...some }));
    const arbitrary = fc.record({
      name: fc.constant(name),
      arguments: fc.oneof({ weight: 9, arbitrary: args }, value),
    });
    // A look at the box costs a hundred times another call, and hears little of its arguments.
    return { weight: name === 'env_observe' ? 1 : 20, arbitrary };
  });
  const unreal = fc.record({ name: nasty, arguments: value });
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...real) }, { weight: 1, arbitrary: unreal });
}

describe('random calls', () => {
  test(`${CALLS} random calls cause no crash, leave no process and write nothing outside`, async () => {
    const { command, place, project } = await bench();
    await writeFile(join(project, 'AUTODOCK.md'), document);
    await writeFile(join(project, 'bystander'), 'untouched\n');
    const { command: program, args: words } = command();
    const server = await rawServer({ command: program, args: words });
    await opened(server);

    const { tools } = (await server.ask({ id: -1, method: 'tools/list' })).result;
    const calls = fc.sample(callsOf(tools), {
      numRuns: CALLS,
      seed: Number(process.env.RUNBOOK_SEED ?? 20261120),
    });
    let answered = 0;
    for (const [id, params] of calls.entries()) {
      const answer = await server.ask({ id, method: 'tools/call', params });
      const size = JSON.stringify(
        answer.result?.structuredContent ?? answer.result?.content ?? answer.error,
      ).length;
      expect(size).toBeLessThanOrEqual(40_000);
      // Only a defect of ours may fail here: for any input, the answer says what was wrong with it.
      if (answer.result?.structuredContent) answered++;
      const said = answer.result?.isError ? answer.result.content[0].text : '';
      expect(said, JSON.stringify(params).slice(0, 2_000)).not.toMatch(/^defect:/);
    }
    expect(answered).toBeGreaterThan(CALLS / 10);
    expect(childrenOf(server.child.pid ?? 0)).toEqual([]);
    expect(await server.end()).toBe(0);

    expect(await readFile(join(project, 'bystander'), 'utf8')).toBe('untouched\n');
    const written = (await readdir(place, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(place, join(entry.parentPath, entry.name)));
    for (const file of written) {
      expect(file).toMatch(/^(project\/(AUTODOCK\.md|bystander|\.runbook\/.+)|person\/.+|box\/.+)$/);
    }
  });
});

function childrenOf(pid: number): string[] {
  return execFileSync('ps', ['-eo', 'ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.trim().startsWith(`${pid} `));
}

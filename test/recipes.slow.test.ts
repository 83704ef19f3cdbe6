import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

// A copy of the sources gets a probe `dir` and a verb `count`, by the recipes of CLAUDE.md and nothing else.

const root = fileURLToPath(new URL('..', import.meta.url));
const copy = mkdtempSync(join(tmpdir(), 'runbook-recipes-'));
const touched = { probe: new Set<string>(), verb: new Set<string>() };

afterAll(() => rmSync(copy, { recursive: true }));

beforeAll(() => {
  const files = execFileSync('git', ['ls-files', 'src', 'scripts', 'docs', 'package.json', 'tsconfig.json'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.trim().split('\n')) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  const config = JSON.parse(readFileSync(join(copy, 'tsconfig.json'), 'utf8'));
  const { tsBuildInfoFile: _, incremental: __, ...compilerOptions } = config.compilerOptions;
  writeFileSync(
    join(copy, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, incremental: true, tsBuildInfoFile: 'info' },
      include: ['src'],
    }),
  );
  addProbe();
  addVerb();
});

const PROBE_ROW = `import type { ProbeKind } from './probe-kind.ts';

export const dir: ProbeKind<'dir'> = {
  docs: { syntax: 'PATH exists|empty', summary: 'a folder exists, or is empty', agents: 'as for files' },
  read: (reader) => {
    const path = reader.value('a path');
    return { kind: 'dir', path, expect: reader.keyword(['exists', 'empty']) };
  },
  wait: ({ path }) => ({ kind: 'file', path }),
  reach: (probe) => ({ kind: 'file', path: probe.path, content: false, at: (path) => ({ ...probe, path }) }),
  sendsText: false,
  subject: ({ path }) => \`dir \${path}\`,
  looser: (old, now) => (old.expect === 'empty' && now.expect === 'exists' ? ['empty became exists'] : []),
  cannotFail: () => undefined,
};
`;

const PROBE_EVALUATION = `import { resolve } from 'node:path';
import { each } from '../remote/fragments.ts';
import { quoted } from '../remote/quoted.ts';
import { answers } from './answers.ts';
import type { ProbeEvaluation } from './probe-evaluation.ts';

export const dirEvaluation: ProbeEvaluation<'dir'> = {
  evaluate: async ({ path, expect }, { folder }, machine) => {
    const say = answers(\`dir \${path} \${expect}\`);
    const found = machine.list(resolve(folder, path));
    if (found.kind === 'denied') return say.unknown('permission', \`\${path} cannot be read\`);
    if (found.kind === 'gone') return say.fail('missing', \`no folder \${path}\`);
    const count = found.value.length;
    return expect === 'exists' || count === 0 ? say.pass('exists', path) : say.fail('not-empty', \`\${count} entries\`);
  },
  fragments: ({ path }, { folder }) => [each('y', [resolve(folder, path)]), \`w 1 \${quoted(resolve(folder, path))}\`],
};
`;

const PROBE_DOCS = `## dir

Whether a folder exists, or is empty.

\`\`\`check
dir /srv/site exists
\`\`\`

## process
`;

function addProbe(): void {
  const change = changing(touched.probe);
  change(
    'src/model/check.ts',
    "  | { readonly kind: 'process'; readonly name: string }",
    (line) =>
      `  | { readonly kind: 'dir'; readonly path: string; readonly expect: 'exists' | 'empty' }\n${line}`,
  );
  change('src/probes/dir.ts', '', () => PROBE_ROW);
  change('src/probes/all.ts', 'import { fact }', (line) => `import { dir } from './dir.ts';\n${line}`);
  change('src/probes/all.ts', '  process,\n', (line) => `  dir,\n${line}`);
  change('src/observe/probes/dir.ts', '', () => PROBE_EVALUATION);
  change(
    'src/observe/probes/all.ts',
    'import { factEvaluation }',
    (line) => `import { dirEvaluation } from './dir.ts';\n${line}`,
  );
  change(
    'src/observe/probes/all.ts',
    '  process: processEvaluation,',
    (line) => `  dir: dirEvaluation,\n${line}`,
  );
  change('docs/checks.md', '## process\n', () => PROBE_DOCS);
}

const VERB = `import { z } from 'zod';
import { EXIT } from '../model/diagnostic.ts';
import { readDocument } from './document/document.ts';
import { defineOperation } from './operation.ts';
import { fileFlag } from './session/session-flags.ts';

export const count = defineOperation({
  description: 'Counts steps and problems.',
  examples: ['runbook count'],
  input: z.object({ ...fileFlag, problems: z.boolean().default(false).describe('count problems too') }),
  run: async ({ world }, flags) => {
    const { runbook } = await readDocument(world.cwd, flags.file);
    return { steps: runbook.steps.filter(({ kind }) => flags.problems || kind === 'step').length };
  },
  exit: () => EXIT.done,
});
`;

function addVerb(): void {
  const change = changing(touched.verb);
  change('src/operations/count.ts', '', () => VERB);
  change(
    'src/operations/all.ts',
    "  verb('lint',",
    (line) =>
      `  verb('count', 'read', 'count the steps of a runbook', {\n    load: async () => (await import('./count.ts')).count,\n  }),\n${line}`,
  );
  change(
    'src/cli/render/count.ts',
    '',
    () => 'export const renderCount = ({ steps }: { steps: number }): string => `${steps} steps`;\n',
  );
  change(
    'src/cli/render/reports.ts',
    '  readonly lint:',
    (line) => `  readonly count: () => Promise<Renderer<{ steps: number }>>;\n${line}`,
  );
  change(
    'src/cli/render/reports.ts',
    '  lint: async',
    (line) => `  count: async () => (await import('./count.ts')).renderCount,\n${line}`,
  );
}

/** Replaces the first `anchor` in a file of the copy, or makes the file. */
function changing(files: Set<string>) {
  return (file: string, anchor: string, replace: (anchor: string) => string) => {
    files.add(file);
    const path = join(copy, file);
    const text = anchor === '' ? '' : readFileSync(path, 'utf8');
    expect(text, `${file} has the line that the recipe begins at`).toContain(anchor);
    writeFileSync(
      path,
      text.replace(anchor, () => replace(anchor)),
    );
  };
}

const types = () => run('node_modules/.bin/tsc', '--noEmit', '-p', '.');

function run(program: string, ...args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: copy, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

/** The built command in a fresh project. */
function runbook(document: string, args: readonly string[], input = '') {
  const place = mkdtempSync(join(copy, 'project-'));
  writeFileSync(join(place, 'AUTODOCK.md'), document);
  const env = { ...process.env, RUNBOOK_STATE: join(place, 'person'), RUNBOOK_BOX_STATE: join(place, 'box') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(copy, 'dist/bin.js'), ...args], {
    cwd: place,
    env,
    input,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const documentWith = (check: string) =>
  `---\nrunbook: 1\nname: x\n---\n\n# X\n\n## Steps\n\n### A\n\n\`\`\`bash\ntrue\n\`\`\`\n\nVerify:\n\n\`\`\`check\n${check}\n\`\`\`\n`;

test('a probe touches at most 6 files, a verb at most 4', () => {
  expect(touched.probe.size).toBeLessThanOrEqual(6);
  expect(touched.verb.size).toBeLessThanOrEqual(4);
});

test('everything compiles, and the docs are generated', () => {
  expect(types()).toEqual({ status: 0, output: '' });
  expect(run('node', 'scripts/docs.mjs', '--check').output).toContain('docs/checks.md is not up to date');
  expect(run('node', 'scripts/docs.mjs').status).toBe(0);
  expect(run('node', 'scripts/docs.mjs', '--check').status).toBe(0);
  expect(readFileSync(join(copy, 'docs/checks.md'), 'utf8')).toContain('| a folder exists, or is empty |');
  expect(readFileSync(join(copy, 'docs/cli.md'), 'utf8')).toContain('### count');
});

test('a probe that does not say what an agent may learn by it does not compile', () => {
  const path = join(copy, 'src/probes/dir.ts');
  writeFileSync(path, PROBE_ROW.replace(/ {2}reach:.*\n/, ''));
  expect(types().output).toContain("Property 'reach' is missing");
  writeFileSync(path, PROBE_ROW);
});

test('the built command evaluates the probe and knows the verb', () => {
  expect(run('node', 'scripts/build.mjs').status).toBe(0);
  const verified = (check: string) => runbook(documentWith(check), ['verify', '--json']);
  expect(verified('dir . exists').status).toBe(0);
  expect(verified('dir . empty').status).not.toBe(0);
  expect(verified('dir . exist').stdout).toContain('Did you mean `exists`?');

  const document = documentWith('dir . exists');
  expect(runbook(document, ['count']).stdout).toBe('1 steps\n');
  expect(JSON.parse(runbook(document, ['count', '--json']).stdout)).toMatchObject({ steps: 1 });
  expect(runbook(document, ['--help']).stdout).toContain('count the steps of a runbook');
  expect(runbook(document, ['count', '--help']).stdout).toContain('--problems');
  for (const shell of ['bash', 'zsh', 'fish'])
    expect(runbook(document, ['completion', shell]).stdout).toContain('count');
});

test('lists no folders of credentials to an agent', () => {
  const call = {
    jsonrpc: '2.0',
    id: 2,
    method: 'tools/call',
    params: { name: 'verify', arguments: { probes: ['dir /root/.ssh exists', 'dir . exists'] } },
  };
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'recipe', version: '1' } },
  };
  const place = mkdtempSync(join(copy, 'agent-'));
  const env = { ...process.env, RUNBOOK_STATE: join(place, 'person'), RUNBOOK_BOX_STATE: join(place, 'box') };
  // The server ends with its input, so the input stays open until the answer has come.
  const script = `(printf '%s\\n' "$1" '{"jsonrpc":"2.0","method":"notifications/initialized"}' "$2"; sleep 10) | "$0" "$3" mcp`;
  const words = [
    process.execPath,
    JSON.stringify(initialize),
    JSON.stringify(call),
    join(copy, 'dist/bin.js'),
  ];
  const output = execFileSync('sh', ['-c', script, ...words], { cwd: place, env, encoding: 'utf8' });
  const answer = output.split('\n').find((line) => line.includes('"id":2'));
  const { probes } = JSON.parse(answer!).result.structuredContent;
  expect(probes).toMatchObject([{ verdict: 'unknown' }, { verdict: 'pass' }]);
});

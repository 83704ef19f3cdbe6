// Writes the tables of docs/cli.md from the list of operations, and those of docs/checks.md from the kinds of probes, between
// `<!-- generated: NAME -->` and `<!-- /generated -->`. With --check it only reports pages that are not up to date.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const PAGES = ['docs/cli.md', 'docs/checks.md'];

const sources = await load(`
  export * from './src/cli/verbs.ts';
  export * from './src/operations/all.ts';
  export * from './src/mcp/row.ts';
  export * from './src/serve/row.ts';
  export * from './src/cli/flags.ts';
  export * from './src/cli/verb-help.ts';
  export * from './src/cli/global-flags.ts';
  export * from './src/cli/exit-codes.ts';
  export * from './src/probes/all.ts';
`);
const { verbGroups, verbsOf, flagsOf, flagTerm, meaning, usageLine, globalFlags, exitCodes, probeKinds } =
  sources;
const operations = [...sources.operations, sources.serveRow, sources.mcpRow];

const parts = {
  verbs: verbsTable(),
  probes: probesTable(),
  flags: (await Promise.all(operations.map(async (row) => verbSection(await row.load())))).join('\n\n'),
  'global-flags': table(
    ['flag', 'meaning'],
    globalFlags.map((flag) => [`\`--${flag.name}\``, flag.summary]),
  ),
  'exit-codes': table(
    ['code', 'meaning'],
    exitCodes.map(([code, says]) => [String(code), says]),
  ),
};

for (const page of PAGES) {
  const before = readFileSync(page, 'utf8');
  const after = before.replace(
    /(<!-- generated: ([a-z-]+) -->)[\s\S]*?(<!-- \/generated -->)/g,
    (_all, start, name, end) => `${start}\n\n${parts[name]}\n\n${end}`,
  );
  if (!process.argv.includes('--check')) writeFileSync(page, after);
  else if (before !== after) {
    console.error(`${page} is not up to date: run node scripts/docs.mjs`);
    process.exitCode = 1;
  }
}

function probesTable() {
  const rows = Object.entries(probeKinds).map(([kind, { docs }]) => [
    `[\`${kind}\`](#${kind})`,
    `\`${kind} ${docs.syntax}\``,
    docs.summary,
    docs.agents,
  ]);
  return table(['probe', 'line', 'passes when', 'an agent may evaluate'], rows);
}

function verbsTable() {
  const rows = verbGroups.flatMap(({ effect, title }) =>
    verbsOf(operations)
      .filter((verb) => verb.effect === effect)
      .map((verb) => [`\`${verb.name}\``, verb.summary, title.toLowerCase()]),
  );
  return table(['verb', 'what it does', 'what it touches'], rows);
}

function verbSection(operation) {
  const flags = flagsOf(operation).filter((flag) => !flag.hidden);
  const rows = flags.map((flag) => [`\`${flag.positional ? flag.name : flagTerm(flag)}\``, meaning(flag)]);
  const examples = operation.examples.length
    ? ['', '```console', ...operation.examples.map((each) => `$ ${each}`), '```']
    : [];
  const description = operation.description.replace(/(?<!\n)\n(?!\n)/g, ' ');
  return [
    `### ${operation.name}`,
    '',
    `\`${usageLine(operation.name, flags)}\``,
    '',
    description,
    '',
    table(['argument or flag', 'meaning'], rows),
    ...examples,
  ].join('\n');
}

function table(head, rows) {
  const line = (cells) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** TypeScript sources as one module, below node_modules so that packages are found from there. */
async function load(contents) {
  const folder = mkdtempSync('node_modules/.runbook-docs-');
  try {
    await build({
      stdin: { contents, resolveDir: '.', loader: 'ts' },
      outfile: `${folder}/sources.mjs`,
      bundle: true,
      loader: { '.sh': 'text' },
      format: 'esm',
      platform: 'node',
      packages: 'external',
    });
    return await import(pathToFileURL(`${folder}/sources.mjs`).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

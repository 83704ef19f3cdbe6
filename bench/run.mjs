/**
 * npm run bench [-- --only replay,memory] [--rounds 7] [--write]
 *
 * Ratios to peers, measured side by side in one run; nothing here is asserted by a test. `--write` puts the table into
 * docs/performance.md.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { failure } from './failure.mjs';
import { fleet } from './fleet.mjs';
import { mcp } from './mcp.mjs';
import { page } from './page.mjs';
import { peers } from './peers.mjs';
import { environment } from './process.mjs';
import { memory, replay, satisfied } from './replay.mjs';
import { start } from './start.mjs';
import { judge, markdownTable, writeBetweenMarkers } from './table.mjs';
import { text } from './text.mjs';
import { wait } from './wait.mjs';

const benchmarks = { replay, satisfied, memory, start, text, mcp, failure, wait, fleet, page };
const root = resolve(import.meta.dirname, '..');

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: Object.keys(benchmarks).join(',') },
    rounds: { type: 'string', default: '7' },
    write: { type: 'boolean', default: false },
  },
});

const copy = mkdtempSync(join(tmpdir(), 'runbook-bench-build-'));
try {
  await main();
} finally {
  rmSync(copy, { recursive: true });
}

async function main() {
  const wanted = flags.only.split(',');
  const unknown = wanted.find((name) => !(name in benchmarks));
  if (unknown !== undefined)
    throw new Error(`no benchmark "${unknown}": ${Object.keys(benchmarks).join(', ')}`);

  const skipped = [];
  const setting = { root, bin: builtCommand(), peers: peers(), rounds: Number(flags.rounds), skipped };
  const rows = [];
  for (const name of wanted) {
    console.error(`… ${name}`);
    const judged = (await benchmarks[name](setting)).map(judge);
    for (const row of judged)
      console.error(`  ${row.what}, ${row.against}: ${row.figure} ${row.verdict} (${row.behind})`);
    rows.push(...judged);
  }
  const table = [
    markdownTable(rows),
    '',
    circumstances(),
    ...skipped.map((each) => `**Skipped**: ${each}.`),
  ].join('\n');
  console.log(table);
  if (flags.write) writeBetweenMarkers(join(root, 'docs', 'performance.md'), table);
  if (skipped.length > 0) console.error(`\nSKIPPED\n${skipped.join('\n')}`);
}

/** A copy, so that a build in the meantime does not change what is measured. */
function builtCommand() {
  if (!existsSync(join(root, 'dist', 'bin.js'))) {
    const { status } = spawnSync('npm', ['run', 'build'], { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error('npm run build failed');
  }
  cpSync(join(root, 'dist'), copy, { recursive: true });
  return join(copy, 'bin.js');
}

function circumstances() {
  const { stdout: revision } = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: root,
    encoding: 'utf8',
    env: environment(),
  });
  const [cpu] = cpus();
  return [
    `Measured on ${new Date().toISOString().slice(0, 10)} at ${revision.trim() || 'an unknown revision'}: Node ${process.versions.node},`,
    `Linux ${release()}, ${cpus().length} × ${cpu?.model.trim()}, load ${loadavg()[0].toFixed(1)}; medians of ${flags.rounds} rounds.`,
  ].join(' ');
}

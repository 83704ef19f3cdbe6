import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const harness = join(root, 'test', 'cluster');

/** The tests' own cluster and where its binaries are: TypeScript, which Node 20 cannot run directly. */
export async function testClusters() {
  const folder = join(root, 'node_modules', '.cache', 'runbook-bench');
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'test-cluster.mjs');
  await build({
    stdin: {
      contents: `export * from './test-cluster.ts'; export * from './binaries.ts';`,
      resolveDir: harness,
      loader: 'ts',
    },
    bundle: true,
    loader: { '.sh': 'text' },
    packages: 'external',
    platform: 'node',
    format: 'esm',
    // The modules look for their scripts in their own folder.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(harness, 'test-cluster.ts')).href) },
    outfile,
  });
  return import(pathToFileURL(outfile).href);
}

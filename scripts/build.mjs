// Bundles the command into dist/: a small entry and lazily loaded chunks, so that each verb loads only what it needs.
// Unbundled files take 240 ms to start, the bundle 30 to 60 (docs/performance.md).
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';

/** Parts of libraries that this program never uses: half of what Node would parse before `runbook mcp` answers. */
const leftOut = {
  name: 'left-out',
  setup({ onLoad, onResolve, resolve }) {
    // Error messages of zod in fifty languages.
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
    // CommonJS, which cannot be shaken: a megabyte, of which a quarter is used.
    onResolve({ filter: /^@opentelemetry\// }, async ({ path, pluginData, ...from }) => {
      if (pluginData === 'once') return undefined;
      const found = await resolve(path, { ...from, pluginData: 'once' });
      return { path: found.path.replace('/build/src/', '/build/esm/') };
    });
    // The validator with which the SDK can check filled-in forms; src/mcp reads those itself.
    onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({
      path: 'shims',
      namespace: 'left-out',
    }));
    onLoad({ filter: /^shims$/, namespace: 'left-out' }, () => ({
      contents:
        "export { default as process } from 'node:process'; export class DefaultJsonSchemaValidator {}",
    }));
  },
};

// Node 20 reads `--env-file` as its own flag anywhere on the command line and applies that file's NODE_OPTIONS; after `--` it leaves
// the flag to us. `env -S` is not available everywhere, a shell is. JavaScript reads the line as a string and a comment.
const throughShell = `':' //; exec node -- "$0" "$@"`;

const shared = {
  outdir: 'dist',
  bundle: true,
  loader: { '.sh': 'text' },
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

/** CommonJS loads faster than modules on Node 20: a fifth of the start of a short verb. */
const asScript = {
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/chunks', { recursive: true });

// esbuild splits only modules into chunks, so each chunk is turned into a script afterwards.
const { outputFiles } = await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  splitting: true,
  format: 'esm',
  write: false,
  plugins: [leftOut],
  // Its CommonJS build requires its own parts in a way that no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  chunkNames: '[name]-[hash]',
});
for (const { path, text } of outputFiles) {
  const name = basename(path);
  const code = name.endsWith('.js') ? (await transform(text, { ...asScript, sourcefile: name })).code : text;
  writeFileSync(join('dist', 'chunks', name), code);
}

// The entry answers --help and --version alone; everything else it loads on demand from the chunks.
await build({
  ...shared,
  entryPoints: ['src/bin.ts'],
  format: 'cjs',
  supported: { 'dynamic-import': false },
  banner: { js: throughShell },
  plugins: [
    {
      name: 'on-demand-stays-outside',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\.ts$/ }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: './chunks/main.js', external: true } : undefined,
        ),
    },
  ],
});
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');
chmodSync('dist/bin.js', 0o755);

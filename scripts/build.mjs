// Bundles the command into dist/: a tiny entry and lazily loaded chunks, so that each verb pays for itself alone.
// Why bundle at all: loose files cost 240 ms at start-up, one bundle 30 to 50 (docs/performance.md).
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build, transform } from 'esbuild';
import { assertSettled } from './settled-exports.mjs';

const shared = {
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node20',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'linked',
  logLevel: 'warning',
};

/** A chunk as a script; whatever it loads on demand it requires then. */
const asScript = {
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  supported: { 'dynamic-import': false },
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'warning',
};

/** What libraries bring along that this program never asks for: half of what Node would parse before `runbook mcp` answers. */
const leftOut = {
  name: 'left-out',
  setup({ onLoad, onResolve }) {
    // Error messages of zod in fifty languages.
    onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    }));
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

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist/chunks', { recursive: true });

// Only modules can be split into chunks; chunk-loader.cjs runs scripts, which a code cache exists for. So: split, then turn over.
const { outputFiles } = await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  splitting: true,
  format: 'esm',
  write: false,
  plugins: [leftOut],
  chunkNames: '[name]-[hash]',
});
const written = outputFiles.map(({ path, text }) => ({ name: basename(path), text }));
const isCode = ({ name }) => name.endsWith('.js');
assertSettled(written.filter(isCode));
for (const each of written) {
  const { name, text } = each;
  const { code } = isCode(each) ? await transform(text, { ...asScript, sourcefile: name }) : { code: text };
  writeFileSync(join('dist', 'chunks', name), code);
}

// Node 20 takes `--env-file` for its own wherever it stands, reads the file, applies its NODE_OPTIONS and ends where there is none;
// behind a `--` it leaves it to us. `env -S` is not everywhere, a shell is. To Node the line is a text and a comment.
const throughShell = `':' //; exec node -- "$0" "$@"`;

// The entry: --help and --version end in it. What it would load on demand stays outside; the operations in its list are only
// listed, never loaded, by the entry itself.
await build({
  ...shared,
  entryPoints: ['src/bin.ts'],
  format: 'cjs',
  supported: { 'dynamic-import': false },
  banner: {
    js: `${throughShell}\n${readFileSync('scripts/chunk-loader.cjs', 'utf8')}var require = module.exports(require, __dirname);`,
  },
  plugins: [
    {
      name: 'on-demand-stays-outside',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\.ts$/ }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: './main.js', external: true } : undefined,
        ),
    },
  ],
});
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');
chmodSync('dist/bin.js', 0o755);

await import('./warm-up.mjs');

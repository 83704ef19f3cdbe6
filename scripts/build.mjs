// Bundles the command into dist/: a tiny entry and lazily loaded chunks, so that each verb pays for itself alone.
// Why bundle at all: loose files cost 240 ms at start-up, one bundle 30 to 50 (docs/performance.md).
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

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

await build({
  ...shared,
  entryPoints: ['src/main.ts'],
  splitting: true,
  format: 'esm',
  plugins: [leftOut],
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
});

// The entry is CommonJS, which Node starts in four fifths of the time of a module: --help and --version end there. What it
// would load on demand stays outside; the operations in its list are only listed, never loaded, by the entry itself.
await build({
  ...shared,
  entryPoints: ['src/bin.ts'],
  format: 'cjs',
  plugins: [
    {
      name: 'on-demand-stays-outside',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\.ts$/ }, ({ kind }) =>
          kind === 'dynamic-import' ? { path: './main.mjs', external: true } : undefined,
        ),
    },
  ],
});
writeFileSync('dist/package.json', '{"type":"commonjs"}\n');
chmodSync('dist/bin.js', 0o755);

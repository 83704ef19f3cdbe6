// Writes plugin/hooks/pre-tool-use.mjs: a plugin is copied without this repository, so its hook holds what it needs in one file.
// With --check it only reports whether the file is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

const FILE = 'plugin/hooks/pre-tool-use.mjs';

const entry = `
import { whyDenied } from './src/guard/client-call.ts';

let text = '';
for await (const chunk of process.stdin) text += chunk;
const { tool_name: tool, tool_input: input = {} } = JSON.parse(text);
const reason = whyDenied({ tool, command: input.command, path: input.file_path ?? input.notebook_path });
if (reason) {
  const decision = { hookEventName: 'PreToolUse', permissionDecision: 'deny', permissionDecisionReason: reason };
  process.stdout.write(JSON.stringify({ hookSpecificOutput: decision }));
}
`;

const { outputFiles } = await build({
  stdin: { contents: entry, resolveDir: '.', loader: 'ts' },
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  legalComments: 'eof',
  banner: {
    js: '// Generated from src/guard/client-call.ts by scripts/hook.mjs. Denies what belongs to a person, and changes of the box without a record.',
  },
});
const text = outputFiles[0].text;
if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  console.error(`${FILE} is not up to date: node scripts/hook.mjs`);
  process.exit(1);
}

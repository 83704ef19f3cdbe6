// Leaves V8's code cache beside the built chunks (chunk-loader.cjs says why), by running what people run: a pass, a second one, a
// plan, an agent's session. Run by the build, and by npm when the package is installed, since a cache serves one version of Node.
// Whatever fails here costs speed alone.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '..', 'dist', 'bin.js');

const DOCUMENT = `---
runbook: 1
name: warm-up
env: { WARM: up }
---

# Warm up

## Inputs

| Name | Kind     | Required | Default | What for |
| ---- | -------- | -------- | ------- | -------- |
| WHO  | variable | no       | world   | greeting |

## Steps

### Write a file

Why: every kind of fence that most runbooks have.

\`\`\`text {"file":"greeting"}
Hello \${WHO}
\`\`\`

\`\`\`bash
export GREETED=yes
\`\`\`

Verify:

\`\`\`check
file greeting contains "Hello" within 1s
command bash exists
\`\`\`

### Read it

Needs: write-a-file

\`\`\`bash
cat greeting
\`\`\`

Verify:

\`\`\`bash
test "$GREETED" = yes
\`\`\`

## Problems

### There is no greeting

Symptom: \`No such file or directory\`

Why: somebody took it away.
`;

const SESSION = [
  { method: 'tools/list' },
  { method: 'tools/call', params: { name: 'runbook_read', arguments: {} } },
  { method: 'tools/call', params: { name: 'job_read', arguments: { job: 'none' } } },
  { method: 'tools/call', params: { name: 'env_observe', arguments: {} } },
  { method: 'tools/call', params: { name: 'find_fix', arguments: { text: 'address already in use' } } },
  { method: 'tools/call', params: { name: 'runbook_read', arguments: {} } },
];

if (existsSync(bin)) {
  const place = mkdtempSync(join(tmpdir(), 'runbook-warm-up-'));
  try {
    await warmUp(place);
  } catch (error) {
    process.stderr.write(`no code cache was made: ${error.message}\n`);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

async function warmUp(place) {
  writeFileSync(join(place, 'AUTODOCK.md'), DOCUMENT);
  await run(place, ['mcp', 'AUTODOCK.md'], session());
  for (const verb of [['plan'], ['replay', '--yes'], ['replay', '--yes'], ['verify', '--yes']])
    await run(place, [...verb, 'AUTODOCK.md'], '');
}

function session() {
  const clientInfo = { name: 'warm-up', version: '0' };
  const initialize = {
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
  };
  const requests = [initialize, ...SESSION].map((each, id) => ({ jsonrpc: '2.0', id, ...each }));
  const begun = { jsonrpc: '2.0', method: 'notifications/initialized' };
  return [requests[0], begun, ...requests.slice(1)].map((each) => `${JSON.stringify(each)}\n`).join('');
}

/** Runs the command to its end, however it ends; its input is closed once every request was answered. */
async function run(place, argv, input) {
  const env = {
    ...process.env,
    RUNBOOK_CODE_CACHE: 'write',
    RUNBOOK_STATE: join(place, 'person'),
    RUNBOOK_BOX_STATE: join(place, 'box'),
  };
  const child = spawn(process.execPath, [bin, ...argv], {
    cwd: place,
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 60_000,
  });
  child.stdin.on('error', () => {});
  child.stdin.write(input);
  const wanted = input.split('\n').filter((line) => line.includes('"id":')).length;
  let answered = 0;
  if (wanted === 0) child.stdin.end();
  child.stdout.on('data', (chunk) => {
    answered += chunk.toString('latin1').split('\n').length - 1;
    if (answered >= wanted) child.stdin.end();
  });
  await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
}

// `npm run check`: the static checks side by side, then the quick tests. Each one's output is shown once it has ended; the exit
// code is 1 if any has failed, and the tests run in any case.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

const CHECKS = ['types', 'unused', 'prose', 'lint', 'arrows'];

const waiting = [...CHECKS];
const failed = [];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), CHECKS.length) }, worker));
if (!(await run('tests', ['npx', 'vitest', 'run', '--project', 'quick'], 'inherit'))) failed.push('tests');
if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

/** Takes one check after another. */
async function worker() {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
    if (!(await run(name, ['npm', 'run', '--silent', name], 'pipe'))) failed.push(name);
}

/** Whether a command ended with exit code 0. */
function run(name, [program, ...args], stdio) {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ['ignore', stdio, stdio] });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(chunk));
  return new Promise((resolve) => {
    child.on('error', () => resolve(false));
    child.on('close', (code) => {
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      if (code !== 0) process.stderr.write(Buffer.concat(output));
      console.log(`${code === 0 ? 'ok' : 'FAILED'} ${name}, ${seconds} s`);
      resolve(code === 0);
    });
  });
}

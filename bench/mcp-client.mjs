import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { environment } from './process.mjs';

/** Spawns a server and speaks raw JSON lines with it, so that no client's own cost is measured. */
export async function connect([file, ...args], { cwd, env }) {
  const begun = performance.now();
  const child = spawn(file, args, { cwd, env: environment(env), stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    if (!('result' in message || 'error' in message)) return;
    waiting.get(message.id)?.resolve(message);
    waiting.delete(message.id);
  });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  void gone.then((code) => {
    for (const { reject } of waiting.values())
      reject(new Error(`${file} ${args.join(' ')} ended with ${code}`));
  });

  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let id = 0;
  const request = (method, params = {}) =>
    new Promise((resolve, reject) => {
      id += 1;
      waiting.set(id, { resolve, reject });
      send({ id, method, params });
    });

  await request('initialize', {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '0' },
  });
  const initializeMs = performance.now() - begun;
  send({ method: 'notifications/initialized' });
  return {
    initializeMs,
    request,
    /** Peak resident memory so far in MiB. */
    peakMiB: () =>
      Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]) / 1024,
    async close() {
      child.stdin.end();
      await gone;
    },
  };
}

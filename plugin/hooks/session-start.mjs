// Prints the `now` part of runbook_read, so that a session that begins, or has lost its memory, knows where things stand. Says
// nothing where there is no runbook here or no `runbook` on PATH.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A session may not wait for this longer than a blink. */
const LIMIT_MS = 5_000;

const server = spawn('runbook', ['mcp', 'AUTODOCK.md', '--read-only'], { stdio: ['pipe', 'pipe', 'ignore'] });
server.on('error', () => process.exit(0));
server.stdin.on('error', () => {});
setTimeout(() => server.kill('SIGKILL'), LIMIT_MS).unref();

const send = (message) => server.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const clientInfo = { name: 'session-start', version: '0.1.0' };
send({
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo },
});

for await (const line of createInterface({ input: server.stdout })) {
  const { id, result } = JSON.parse(line);
  if (id === 1) {
    send({ method: 'notifications/initialized' });
    send({ id: 2, method: 'tools/call', params: { name: 'runbook_read', arguments: {} } });
  }
  if (id !== 2) continue;
  const { exists, now } = result?.structuredContent ?? {};
  if (exists || now?.last_attempt) process.stdout.write(`Runbook, now: ${JSON.stringify(now)}\n`);
  break;
}
server.stdin.end();
server.kill('SIGTERM');

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StandIn } from './stand-in.ts';

export interface HttpStandIn {
  readonly child: ChildProcess;
  readonly port: number;
  readonly token: string;
  log(): string;
  stop(): Promise<void>;
}

/** The stand-in server on a free port, ready. */
export async function httpStandIn(server: StandIn, env: Record<string, string> = {}): Promise<HttpStandIn> {
  const { command, args } = server.command({ http: 0 });
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  });
  let log = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.on('exit', () => reject(new Error(log)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const found = /127\.0\.0\.1:(\d+)\/mcp/.exec(log)?.[1];
      if (found) resolve(Number(found));
    });
  });
  const token = env.RUNBOOK_MCP_TOKEN ?? (await readFile(join(server.person, 'mcp-token'), 'utf8')).trim();
  return {
    child,
    port,
    token,
    log: () => log,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

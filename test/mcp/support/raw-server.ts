import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

/** A server talked to line by line, for what no SDK would send. */
export interface RawServer {
  readonly child: ChildProcess;
  /** Everything that came on stdout, a message a line. */
  readonly lines: readonly string[];
  readonly stderr: () => string;
  send(text: string): void;
  /** Sends a request and answers its response. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into responses of every kind
  ask(request: { id: number; method: string; params?: unknown }): Promise<any>;
  /** Closes stdin and waits for the exit; answers code or signal. */
  end(): Promise<number | NodeJS.Signals | null>;
}

export async function rawServer(
  { command, args }: { command: string; args: readonly string[] },
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<RawServer> {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  const lines: string[] = [];
  let stderr = '';
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const waiting = new Map<number, (response: any) => void>();
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  const send = (text: string) => void child.stdin.write(text);
  return {
    child,
    lines,
    stderr: () => stderr,
    send,
    ask: (request) =>
      new Promise((resolve) => {
        waiting.set(request.id, resolve);
        send(`${JSON.stringify({ jsonrpc: '2.0', ...request })}\n`);
      }),
    end: async () => {
      child.stdin.end();
      const [code, signal] = await exited;
      return code ?? signal;
    },
  };
}

/** The opening of a client of 2025. */
export async function opened(server: RawServer, protocolVersion = '2025-11-25'): Promise<unknown> {
  const clientInfo = { name: 'raw', version: '1' };
  const answer = await server.ask({
    id: 1_000_000,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo },
  });
  server.send('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  return answer.result;
}

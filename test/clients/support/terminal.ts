import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { ClientBench } from './client-bench.ts';

/** A terminal that a person sits at: what is on its screen, and what they type. */
export interface Terminal {
  /** The lines that are visible now. */
  screen(): Promise<string>;
  /** Those, and the lines that were scrolled away. */
  history(): Promise<string>;
  /** Keys in tmux's words: text, `Enter`, `Down`. */
  press(...keys: string[]): Promise<void>;
  /** Waits until the screen shows this, and returns the screen. @throws Error with the last screen, after 60 seconds */
  until(shown: string | RegExp): Promise<string>;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

const PATIENCE_MS = 60_000;

let opened = 0;

/** Opens a program in a terminal of its own tmux server, in the project and environment of `bench` alone. */
export async function openTerminal(
  bench: ClientBench,
  command: readonly string[],
  { columns, rows }: Size = { columns: 120, rows: 50 },
): Promise<Terminal> {
  const socket = `runbook-${process.pid}-${++opened}`;
  const environment = Object.entries(bench.env).map(([name, value]) => `${name}=${value}`);
  const tmux = async (...args: string[]) =>
    (await execa('tmux', ['-L', socket, '-f', '/dev/null', ...args])).stdout;
  const size = ['-x', String(columns), '-y', String(rows)];
  const program = ['env', '-i', ...environment, 'TERM=tmux-256color', ...command];
  await tmux('new-session', '-d', ...size, '-c', bench.project, ...program);
  await tmux('set-option', '-g', 'remain-on-exit', 'on');
  onTestFinished(async () => {
    await tmux('kill-server').catch(() => {});
  });

  const screen = () => tmux('capture-pane', '-p');
  return {
    screen,
    history: () => tmux('capture-pane', '-p', '-S', '-'),
    press: async (...keys) => void (await tmux('send-keys', ...keys)),
    until: async (shown) => {
      const deadline = Date.now() + PATIENCE_MS;
      for (;;) {
        const now = await screen();
        if (typeof shown === 'string' ? now.includes(shown) : shown.test(now)) return now;
        if (Date.now() > deadline) throw new Error(`The screen never showed ${shown}:\n${now}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}

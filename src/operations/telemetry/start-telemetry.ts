import { spawn } from 'node:child_process';
import { isTelemetryOn } from '../../telemetry/trace-context.ts';
import type { World } from '../../world.ts';

/**
 * Starts a process that sends telemetry, if the standard variables name a receiver. A pass never waits for the receiver, and a
 * pass without one loads nothing.
 */
export function startTelemetry({ env }: World, folder: string, words: readonly string[]): void {
  if (!isTelemetryOn(env)) return;
  const child = spawn(process.execPath, [process.argv[1]!, 'telemetry', 'send', ...words], {
    env,
    cwd: folder,
    detached: true,
    stdio: 'ignore',
  });
  child.on('error', () => {});
  child.unref();
}

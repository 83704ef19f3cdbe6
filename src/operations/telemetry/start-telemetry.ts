import { startDetached } from '../../program/start-detached.ts';
import { isTelemetryOn } from '../../telemetry/trace-context.ts';
import type { World } from '../../world.ts';

/**
 * Starts a process that sends telemetry, if the standard variables name a receiver. A pass never waits for the receiver, and a
 * pass without one loads nothing.
 */
export function startTelemetry({ env }: World, folder: string, words: readonly string[]): void {
  if (isTelemetryOn(env)) startDetached(['telemetry', 'send', ...words], { env, cwd: folder });
}

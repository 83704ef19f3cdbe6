import type { Operation } from '../operations/operation.ts';
import type { CommandContext } from './command-context.ts';
import type { Call } from './global-flags.ts';
import { pageFor } from './output.ts';
import { jsonEvents, rawOutput, silentProgress } from './render/progress/json-events.ts';
import { plainProgress } from './render/progress/plain-progress.ts';
import type { Progress } from './render/progress/progress.ts';

/** Selects the presentation of a pass: data, live on a terminal, or plain lines. */
export async function openProgress(
  operation: Operation,
  call: Call,
  around: CommandContext,
  { fleet }: { fleet: boolean },
): Promise<Progress> {
  const { stdout, stderr, world } = around;
  const write = (text: string) => stdout.write(text);
  const aside = (text: string) => stderr.write(text);
  if (operation.name === 'logs') return rawOutput(write, aside);
  if (call.on.has('json'))
    return operation.name === 'replay' ? jsonEvents(write, aside) : silentProgress(aside);
  const page = pageFor(stdout, call, world.env);
  if (!page.terminal || page.verbose || page.quiet) {
    // A log is kept whole, without truncation to a terminal's width.
    const whole = { page: { ...page, width: undefined }, cwd: world.cwd, write, aside };
    return fleet
      ? (await import('./render/progress/fleet-progress.ts')).plainFleetProgress(whole)
      : plainProgress(whole);
  }
  const live = { page, cwd: world.cwd, output: stdout, now: () => world.now() };
  if (fleet) return (await import('./render/progress/live-fleet.ts')).liveFleetProgress(live);
  const { liveProgress } = await import('./render/progress/live-progress.ts');
  return liveProgress(live);
}

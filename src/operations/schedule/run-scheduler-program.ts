import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { errorText, type ProgramEnd, runProgram } from '../../program/run-program.ts';
import type { World } from '../../world.ts';

/** Runs systemctl or crontab with this process's variables. Never throws. */
export function tryProgram(world: World, run: readonly string[], input = ''): Promise<ProgramEnd> {
  return runProgram(run, { input, env: world.env, cwd: '/' });
}

/** @throws RunbookError 3 with what the program said */
export async function runSchedulerProgram(
  world: World,
  run: readonly string[],
  input?: string,
): Promise<ProgramEnd> {
  const result = await tryProgram(world, run, input);
  if (result.code === 0) return result;
  throw schedulerFailed(run, result);
}

export function schedulerFailed(run: readonly string[], ended: ProgramEnd): RunbookError {
  const message = `"${run.join(' ')}" must succeed, and failed: ${errorText(ended)}`;
  const remedy = 'Fix the reported cause, or choose another scheduler with --as.';
  return new RunbookError([{ code: 'scheduler-failed', severity: 'error', message, remedy }], EXIT.person);
}

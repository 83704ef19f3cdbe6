import { errorText, runProgram } from '../program/run-program.ts';
import { boxError } from './box-errors.ts';
import type { LaunchedBox } from './find-box.ts';
import { restartBox } from './life.ts';

/** Kills every process of a box at once, as a power failure does. The returned function starts it again. */
export async function killBox(box: LaunchedBox): Promise<() => Promise<void>> {
  await requireOk(box, ['kill', '--signal', 'KILL', box.container]);
  return () => requireOk(box, ['start', box.container]);
}

/** Restarts a box. The returned function does nothing, because the restart is complete. */
export async function rebootBox(box: LaunchedBox): Promise<() => Promise<void>> {
  await restartBox(box);
  return async () => {};
}

/** Disconnects a box from every network of the engine; undefined if it has no network of its own. */
export async function unplugBox(box: LaunchedBox): Promise<(() => Promise<void>) | undefined> {
  const networks = box.onHostNetwork ? [] : await networksOf(box);
  if (networks.length === 0) return undefined;
  for (const network of networks)
    await requireOk(box, ['network', 'disconnect', '--force', network, box.container]);
  return async () => {
    for (const network of networks) await requireOk(box, ['network', 'connect', network, box.container]);
  };
}

async function networksOf(box: LaunchedBox): Promise<string[]> {
  const names = '{{range $name, $rest := .NetworkSettings.Networks}}{{$name}}\n{{end}}';
  const result = await runProgram([box.engine, 'container', 'inspect', '--format', names, box.container]);
  return result.code === 0 ? result.stdout.split('\n').filter((name) => name !== '') : [];
}

async function requireOk(box: LaunchedBox, args: readonly string[]): Promise<void> {
  const result = await runProgram([box.engine, ...args]);
  if (result.code === 0) return;
  throw boxError(
    'engine-failed',
    `${box.engine} failed on ${box.name}: ${errorText(result)}.`,
    'Check its state with `runbook box list`.',
  );
}

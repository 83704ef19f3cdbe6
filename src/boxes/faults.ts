import { boxError } from './box-errors.ts';
import { call, errorText } from './call.ts';
import type { LaunchedBox } from './find-box.ts';
import { restartBox } from './life.ts';

/** Ends every process of a box at once, as a power cut does, and starts it again when it is healed. */
export async function killBox(box: LaunchedBox): Promise<() => Promise<void>> {
  await demand(box, ['kill', '--signal', 'KILL', box.container]);
  return () => demand(box, ['start', box.container]);
}

/** A restart is its own end: there is nothing to heal. */
export async function rebootBox(box: LaunchedBox): Promise<() => Promise<void>> {
  await restartBox(box);
  return async () => {};
}

/** Takes a box off every network of the engine; undefined: it is on none of its own. */
export async function unplugBox(box: LaunchedBox): Promise<(() => Promise<void>) | undefined> {
  const networks = box.onHostNetwork ? [] : await networksOf(box);
  if (networks.length === 0) return undefined;
  for (const network of networks)
    await demand(box, ['network', 'disconnect', '--force', network, box.container]);
  return async () => {
    for (const network of networks) await demand(box, ['network', 'connect', network, box.container]);
  };
}

async function networksOf(box: LaunchedBox): Promise<string[]> {
  const names = '{{range $name, $rest := .NetworkSettings.Networks}}{{$name}}\n{{end}}';
  const said = await call(box.engine, ['container', 'inspect', '--format', names, box.container]);
  return said.code === 0 ? said.stdout.split('\n').filter((name) => name !== '') : [];
}

async function demand(box: LaunchedBox, args: readonly string[]): Promise<void> {
  const said = await call(box.engine, args);
  if (said.code === 0) return;
  throw boxError(
    'engine-failed',
    `${box.engine} says of ${box.name}: ${errorText(said)}.`,
    'Look at it with `runbook box list`.',
  );
}

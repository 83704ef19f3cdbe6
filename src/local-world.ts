import { hostname } from 'node:os';
import { boxWithClusters } from './box-with-clusters.ts';
import { boxId } from './journal/box-state.ts';
import { localBoxState } from './journal/local-box-state.ts';
import { boxStateFolder, personStateFolder } from './journal/state-folders.ts';
import type { Box } from './model/box.ts';
import { openOnDesktop } from './open-on-desktop.ts';
import type { OpenBox, Person, World } from './world.ts';

/** What the program was started with. */
export interface WorldOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly person: Person | undefined;
}

/** The real world: this machine. The one place where executors and observers are put together. */
export function localWorld({ cwd, env, version, person }: WorldOptions): World {
  const folders = { box: boxStateFolder(env), person: personStateFolder(env) };
  const name = hostname();
  const identify: World['identify'] = async (readOnly) => ({ id: await boxId(folders.box, readOnly), name });
  return {
    cwd,
    env,
    version,
    folders,
    now: () => Date.now(),
    person,
    identify,
    openFile: (path) => openOnDesktop(path, env),
    openBox: async (options) =>
      boxWithClusters(await openBox(options, { folders, identify }, env), { env, folders }),
  };
}

/** The box that is meant. */
async function openBox(
  options: OpenBox,
  here: Pick<World, 'folders' | 'identify'>,
  env: World['env'],
): Promise<Box> {
  const { target } = options;
  if (target === undefined || target.kind === 'local') return openLocalBox(options, here);
  return (await import('./remote-box.ts')).openRemoteBox(options, target, env);
}

/** This machine as a box. Executor and probes load here, so that verbs which touch no box do not pay for them. */
async function openLocalBox(
  options: OpenBox,
  { folders, identify }: Pick<World, 'folders' | 'identify'>,
): Promise<Box> {
  const [{ openLocalExecution }, { runProbe }, { probeChanged }] = await Promise.all([
    import('./execute/local-execution.ts'),
    import('./observe/local-probes.ts'),
    import('./observe/probe-changed.ts'),
  ]);
  const [identity, execution] = await Promise.all([identify(options.readOnly), openLocalExecution(options)]);
  return Object.assign(execution, {
    identity,
    kind: 'local' as const,
    policy: 'guarded' as const,
    state: localBoxState(folders.box),
    ask: runProbe,
    changed: probeChanged,
  });
}

import { hostname } from 'node:os';
import { boxId } from './journal/box-state.ts';
import { boxStateFolder, personStateFolder } from './journal/state-folders.ts';
import type { Box } from './model/box.ts';
import type { OpenBox, Person, World } from './world.ts';

/** What the program was started with. */
export interface Start {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly person: Person | undefined;
}

/** The real world: this machine. The one place where executors and observers are put together. */
export function host({ cwd, env, version, person }: Start): World {
  const folders = { box: boxStateFolder(env), person: personStateFolder(env) };
  return {
    cwd,
    env,
    version,
    folders,
    now: () => Date.now(),
    person,
    openBox: (options) => openLocalBox(options, folders.box),
  };
}

/** This machine as a box. Executor and probes load here, so that verbs which touch no box do not pay for them. */
async function openLocalBox(options: OpenBox, stateFolder: string): Promise<Box> {
  const [{ openLocalExecution }, { askProbe }, { probeChanged }] = await Promise.all([
    import('./execute/local-execution.ts'),
    import('./observe/local-probes.ts'),
    import('./observe/probe-changed.ts'),
  ]);
  const [id, execution] = await Promise.all([boxId(stateFolder), openLocalExecution(options)]);
  return Object.assign(execution, {
    identity: { id, name: hostname() },
    ask: askProbe,
    changed: probeChanged,
  });
}

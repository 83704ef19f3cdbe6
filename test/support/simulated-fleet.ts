import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { localWorld } from '../../src/local-world.ts';
import { targetText } from '../../src/model/box-target.ts';
import { EXIT, RunbookError } from '../../src/model/diagnostic.ts';
import type { OpenBox, World } from '../../src/world.ts';

/** Boxes that are folders of this machine, each with an identity, a lock and a workspace of its own. */
export interface SimulatedFleet {
  readonly world: World;
  /** Boxes that are open now, the most that ever were at once, and how often one was opened. */
  readonly open: { now: number; most: number; times: number };
  /** Boxes that cannot be reached while they are in here. */
  readonly unreachable: Set<string>;
  /** The lines that steps appended to `log` on that box. */
  ran(name: string): Promise<string[]>;
}

/** Any target but this machine is opened as a folder of its name under `root`. */
export function simulatedFleet(world: World, root: string): SimulatedFleet {
  const open = { now: 0, most: 0, times: 0 };
  const unreachable = new Set<string>();
  const folderOf = (name: string) => join(root, 'boxes', name);

  const openBox = async (options: OpenBox) => {
    const { target, ...rest } = options;
    if (target === undefined) return await world.openBox(options);
    const name = 'host' in target ? target.host : targetText(target);
    if (unreachable.has(name)) throw unreachableBox(name);
    const folder = join(folderOf(name), 'work');
    await mkdir(folder, { recursive: true });
    const env = { ...world.env, RUNBOOK_BOX_STATE: join(folderOf(name), 'state') };
    const box = await localWorld({ ...world, env, person: undefined }).openBox({
      ...rest,
      folder,
      env: { ...rest.env, BOX: name },
    });
    open.now += 1;
    open.times += 1;
    open.most = Math.max(open.most, open.now);
    const close = async () => {
      open.now -= 1;
      await box.close();
    };
    return { ...box, identity: { ...box.identity, name }, close };
  };
  return {
    world: { ...world, openBox },
    open,
    unreachable,
    ran: async (name) =>
      (await readFile(join(folderOf(name), 'work', 'log'), 'utf8').catch(() => ''))
        .split('\n')
        .filter(Boolean),
  };
}

function unreachableBox(name: string): RunbookError {
  const remedy = 'Start it, or take it out of the inventory.';
  return new RunbookError(
    [{ code: 'no-route', severity: 'error', message: `${name} does not answer.`, remedy }],
    EXIT.person,
  );
}

/** An inventory of boxes `b1` … `bN`. */
export const inventoryOf = (count: number): string =>
  `targets: [${Array.from({ length: count }, (_, index) => `b${index + 1}`).join(', ')}]\n`;

/** How many files and pipes this process has open. */
export const openFiles = async (): Promise<number> => (await readdir('/proc/self/fd')).length;

const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();

/** Megabytes that are in use, without garbage and without what V8 holds in reserve. */
export function liveMegabytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

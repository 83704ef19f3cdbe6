import { type EngineProgram, findEngine } from '../../src/boxes/engine.ts';
import { hostNeeds } from '../../src/boxes/host-needs.ts';

export type Engine = EngineProgram;

/** How this host runs containers: the program and the additional options of its `run`, or why it cannot. */
export type Containers =
  | { available: true; engine: Engine; args: string[] }
  | { available: false; reason: string };

let answer: Promise<Containers> | undefined;

/** As in the product: by starting a real container, once per process, in about half a second. */
export function probeContainers(): Promise<Containers> {
  answer ??= probe();
  return answer;
}

async function probe(): Promise<Containers> {
  try {
    const engine = await findEngine();
    return { available: true, engine, args: [...(await hostNeeds(engine))] };
  } catch (error) {
    return { available: false, reason: (error as Error).message };
  }
}

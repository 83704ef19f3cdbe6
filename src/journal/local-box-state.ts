import type { BoxState } from '../model/box-state.ts';
import { openCounter, readCounter } from './box-state.ts';
import { acquireLock } from './lock/lock.ts';

/** The state of this machine: files in a folder outside every project (state-folders `boxStateFolder`). */
export function localBoxState(stateFolder: string): BoxState {
  return {
    counter: async (key) => readCounter(stateFolder, key),
    openCounter: (key) => openCounter(stateFolder, key),
    lock: async (request) => acquireLock({ stateFolder, ...request }),
  };
}

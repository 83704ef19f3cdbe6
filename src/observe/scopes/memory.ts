import { freemem, totalmem } from 'node:os';
import { readText } from '../machine.ts';
import type { Observer } from './observer.ts';

/** Memory of the whole box (proc(5): meminfo, vmstat). The share that a container may use is under `limits`. */
export const observeMemory: Observer<'memory'> = async ({ machine }) => {
  const info = readText(machine, '/proc/meminfo') ?? '';
  const bytes = (name: string): number | undefined => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(info)?.[1];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const kills = /^oom_kill (\d+)$/m.exec(readText(machine, '/proc/vmstat') ?? '')?.[1];
  return {
    facts: [
      {
        bytes: bytes('MemTotal') ?? totalmem(),
        availableBytes: bytes('MemAvailable') ?? freemem(),
        swapBytes: bytes('SwapTotal') ?? 0,
        swapFreeBytes: bytes('SwapFree') ?? 0,
        ...(kills !== undefined && { oomKills: Number(kills) }),
      },
    ],
  };
};

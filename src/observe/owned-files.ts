import type { Box } from '../model/box.ts';
import { keyedHash } from './keyed-hash.ts';
import { localMachine } from './local-machine.ts';
import { type Machine, NotCollected } from './machine.ts';
import { quoted } from './remote/quoted.ts';
import { observeOn } from './remote/remote-observer.ts';

/** A file's comparable state, without its content, or the reason why it was not measured. */
export type OwnedFile = { readonly state: string } | { readonly reason: string };

/**
 * Measures files by path, in one round trip on a remote box: keyed hash of the content, mode and owner. Never throws.
 */
export async function ownedFiles(
  box: Box,
  paths: readonly string[],
  key: string,
): Promise<ReadonlyMap<string, OwnedFile>> {
  try {
    const machine = box.kind === 'local' ? localMachine : await observeOn(box, paths.flatMap(fragmentsOf));
    const found = await Promise.all(
      paths.map(async (path) => [path, await measureFile(path, machine, key)] as const),
    );
    return new Map(found);
  } catch (error) {
    if (!(error instanceof NotCollected)) throw error;
    return new Map(paths.map((path) => [path, { reason: error.message }]));
  }
}

function fragmentsOf(path: string): string[] {
  const word = quoted(path);
  return [`s ${word}`, `if [ -f ${word} ]; then h sha256 .; sha256sum ${word}; fi`];
}

async function measureFile(path: string, machine: Machine, key: string): Promise<OwnedFile> {
  try {
    const status = machine.status(path);
    if (status.kind === 'denied') return { reason: `no permission to inspect ${path}` };
    if (status.kind === 'gone') return { state: 'missing' };
    const { kind, mode, uid, gid } = status.value;
    const rest = `mode ${mode.toString(8).padStart(4, '0')}, owner ${uid}:${gid}`;
    if (kind !== 'file') return { state: `a ${kind}, ${rest}` };
    const digest = await machine.sha256(path);
    if (digest.kind !== 'read') return { reason: `no permission to read ${path}` };
    return { state: `content ${keyedHash(key, digest.value)}, ${rest}` };
  } catch (error) {
    if (error instanceof NotCollected) return { reason: error.message };
    throw error;
  }
}

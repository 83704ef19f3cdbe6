import type { Box } from '../model/box.ts';
import { keyedHash } from './keyed-hash.ts';
import { localMachine } from './local-machine.ts';
import { type Machine, NotGathered } from './machine.ts';
import { quoted } from './remote/quoted.ts';
import { observeOn } from './remote/remote-observer.ts';

/** A file as two boxes can compare it, without its content; or why it was not measured. */
export type OwnedFile = { readonly state: string } | { readonly reason: string };

/**
 * Looks at files by path, on another box all in one round trip: keyed hash of the content, mode and owner. Never throws.
 */
export async function ownedFiles(
  box: Box,
  paths: readonly string[],
  key: string,
): Promise<ReadonlyMap<string, OwnedFile>> {
  try {
    const machine = box.kind === 'local' ? localMachine : await observeOn(box, paths.flatMap(piecesOf));
    const found = await Promise.all(
      paths.map(async (path) => [path, await lookAtFile(path, machine, key)] as const),
    );
    return new Map(found);
  } catch (error) {
    if (!(error instanceof NotGathered)) throw error;
    return new Map(paths.map((path) => [path, { reason: error.message }]));
  }
}

function piecesOf(path: string): string[] {
  const word = quoted(path);
  return [`s ${word}`, `if [ -f ${word} ]; then h sha256 .; sha256sum ${word}; fi`];
}

async function lookAtFile(path: string, machine: Machine, key: string): Promise<OwnedFile> {
  try {
    const status = machine.status(path);
    if (status.kind === 'denied') return { reason: `not allowed to look at ${path}` };
    if (status.kind === 'gone') return { state: 'missing' };
    const { kind, mode, uid, gid } = status.value;
    const rest = `mode ${mode.toString(8).padStart(4, '0')}, owner ${uid}:${gid}`;
    if (kind !== 'file') return { state: `a ${kind}, ${rest}` };
    const digest = await machine.sha256(path);
    if (digest.kind !== 'read') return { reason: `not allowed to read ${path}` };
    return { state: `content ${keyedHash(key, digest.value)}, ${rest}` };
  } catch (error) {
    if (error instanceof NotGathered) return { reason: error.message };
    throw error;
  }
}

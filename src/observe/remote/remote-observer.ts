import type { Duplex } from 'node:stream';
import type { Box } from '../../model/box.ts';
import { OwnProgram } from '../../model/own-program.ts';
import { NotCollected } from '../machine.ts';
import { RecordedMachine } from './recorded-machine.ts';
import { readRecording } from './recording.ts';
import { observeScript } from './script.ts';

/** The parts of a box that an observation uses: running a shell, and connecting from the box. */
export type RemoteConnection = Pick<Box, 'exec' | 'connect'>;

/** Time limit of an observation or probe, in milliseconds. */
const OBSERVE_LIMIT_MS = 60_000;

/**
 * Reads a remote machine in one round trip.
 * @throws NotGathered if the box could not be read, or its output was cut off
 */
export async function observeOn(
  box: RemoteConnection,
  fragments: Iterable<string>,
  signal?: AbortSignal,
): Promise<RecordedMachine> {
  const { text, mark } = observeScript(fragments);
  const ended = await box.exec(
    OwnProgram.make({
      run: ['sh'],
      input: text,
      timeoutMs: OBSERVE_LIMIT_MS,
      ...(signal ? { signal } : {}),
    }),
  );
  const recording = readRecording(ended.stdout, mark);
  if (!recording) throw new NotCollected(whyNot(ended.code, ended.stderr));
  if (recording.lacks !== '') throw new NotCollected(`the box lacks ${recording.lacks}`);
  return new RecordedMachine(recording, connectFromRemote(box));
}

/** Connects tcp and http probes through the box's own network. */
export function connectFromRemote(
  box: RemoteConnection,
): (host: string, port: number, signal: AbortSignal) => Promise<Duplex> {
  return (host, port, signal) => box.connect(host, port, { signal });
}

function whyNot(code: number, stderr: string): string {
  const said = stderr.trim().split('\n').at(-1);
  const why = code === 124 ? `it did not answer within ${OBSERVE_LIMIT_MS / 1000} s` : said || `exit ${code}`;
  return `the box could not be observed: ${why}`;
}

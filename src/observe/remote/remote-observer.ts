import type { Duplex } from 'node:stream';
import type { Box } from '../../model/box.ts';
import { NotGathered } from '../machine.ts';
import { RecordedMachine } from './recorded-machine.ts';
import { readRecording } from './recording.ts';
import { observeScript } from './script.ts';

/** What a look needs of a box: to run a shell on it, and to connect as it would. */
export type RemoteConnection = Pick<Box, 'exec' | 'connect'>;

/** A look, or a question, that takes longer than this has no answer, in milliseconds. */
const LOOK_LIMIT_MS = 60_000;

/**
 * Reads another machine in one round trip.
 * @throws NotGathered where the box could not be asked, or the answer was cut off
 */
export async function observeOn(
  box: RemoteConnection,
  pieces: Iterable<string>,
  signal?: AbortSignal,
): Promise<RecordedMachine> {
  const { text, mark } = observeScript(pieces);
  const ended = await box.exec({
    run: ['sh'],
    input: text,
    timeoutMs: LOOK_LIMIT_MS,
    ...(signal ? { signal } : {}),
  });
  const recording = readRecording(ended.stdout, mark);
  if (!recording) throw new NotGathered(whyNot(ended.code, ended.stderr));
  if (recording.lacks !== '') throw new NotGathered(`the box has no ${recording.lacks}`);
  return new RecordedMachine(recording, connectThrough(box));
}

/** The way over which tcp and http probes go: the box's own network. */
export function connectThrough(
  box: RemoteConnection,
): (host: string, port: number, signal: AbortSignal) => Promise<Duplex> {
  return (host, port, signal) => box.connect(host, port, { signal });
}

function whyNot(code: number, stderr: string): string {
  const said = stderr.trim().split('\n').at(-1);
  const why = code === 124 ? `no answer within ${LOOK_LIMIT_MS / 1000} s` : said || `exit ${code}`;
  return `the box could not be looked at: ${why}`;
}

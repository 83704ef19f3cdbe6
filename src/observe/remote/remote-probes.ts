import type { Box, ProbeContext } from '../../model/box.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import { askMachine } from '../ask-probe.ts';
import { backOff } from '../back-off.ts';
import { NotGathered } from '../machine.ts';
import { evaluationOf } from '../probes/all.ts';
import { answers } from '../probes/answers.ts';
import { RecordedMachine } from './recorded-machine.ts';
import { UNREAD } from './recording.ts';
import { connectThrough, observeOn, type RemoteConnection } from './remote-observer.ts';

interface Asked {
  readonly probe: Probe;
  readonly context: ProbeContext;
  readonly pieces: readonly string[];
  readonly answer: (verdict: Verdict | PromiseLike<Verdict>) => void;
}

/**
 * The probes of a box that is not this machine. What is asked in one turn of the event loop goes over in one round trip,
 * so that the checks of a step cost one; nothing is asked twice from one look, since the next moment may differ.
 */
export function remoteProbes(box: RemoteConnection): Pick<Box, 'ask' | 'changed'> {
  const network = new RecordedMachine(UNREAD, connectThrough(box));
  let waiting: Asked[] = [];
  const flush = () => {
    const asked = waiting;
    waiting = [];
    void answerAll(box, asked);
  };
  return {
    ask: (probe, context) =>
      new Promise((answer) => {
        const pieces = piecesOf(probe, context);
        if (!Array.isArray(pieces)) return answer(pieces as Verdict);
        if (pieces.length === 0) return answer(askMachine(probe, context, network));
        if (waiting.push({ probe, context, pieces, answer }) === 1) setImmediate(flush);
      }),
    changed: (_probe, { signal }, attempt, deadline) =>
      backOff({ attempt, deadline, ...(signal ? { signal } : {}) }),
  };
}

function piecesOf(probe: Probe, context: ProbeContext): readonly string[] | Verdict {
  try {
    return evaluationOf(probe).fragments(probe, context);
  } catch (error) {
    return unknown(probe, error);
  }
}

async function answerAll(box: RemoteConnection, asked: readonly Asked[]): Promise<void> {
  try {
    const machine = await observeOn(
      box,
      asked.flatMap(({ pieces }) => pieces),
      sharedSignal(asked),
    );
    for (const { probe, context, answer } of asked) answer(askMachine(probe, context, machine));
  } catch (error) {
    for (const { probe, answer } of asked) answer(unknown(probe, error));
  }
}

/** One that is given up does not take the others with it. */
function sharedSignal(asked: readonly Asked[]): AbortSignal | undefined {
  const signals = new Set(asked.map(({ context }) => context.signal));
  return signals.size === 1 ? [...signals][0] : undefined;
}

function unknown({ kind }: Probe, error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  const what = error instanceof NotGathered ? 'not-gathered' : 'error';
  return answers(`an answer to a ${kind} probe`).unknown(what, message);
}

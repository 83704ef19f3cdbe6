import type { Box, ProbeContext } from '../../model/box.ts';
import type { Probe, Verdict } from '../../model/check.ts';
import { backOff } from '../back-off.ts';
import { NotCollected } from '../machine.ts';
import { probeMachine } from '../probe-machine.ts';
import { evaluationOf } from '../probes/all.ts';
import { answers } from '../probes/answers.ts';
import { RecordedMachine } from './recorded-machine.ts';
import { UNREAD } from './recording.ts';
import { connectFromRemote, observeOn, type RemoteConnection } from './remote-observer.ts';

interface PendingProbe {
  readonly probe: Probe;
  readonly context: ProbeContext;
  readonly fragments: readonly string[];
  readonly answer: (verdict: Verdict | PromiseLike<Verdict>) => void;
}

/**
 * The probes of a remote box. All probes requested in one turn of the event loop share one round trip, so that the
 * checks of a step cost one. Results are not reused afterwards, because the box may change.
 */
export function remoteProbes(box: RemoteConnection): Pick<Box, 'ask' | 'changed'> {
  const network = new RecordedMachine(UNREAD, connectFromRemote(box));
  let waiting: PendingProbe[] = [];
  const flush = () => {
    const pending = waiting;
    waiting = [];
    void evaluateAll(box, pending);
  };
  return {
    ask: (probe, context) =>
      new Promise((answer) => {
        const fragments = fragmentsOf(probe, context);
        if (!Array.isArray(fragments)) return answer(fragments as Verdict);
        if (fragments.length === 0) return answer(probeMachine(probe, context, network));
        if (waiting.push({ probe, context, fragments, answer }) === 1) setImmediate(flush);
      }),
    changed: (_probe, { signal }, attempt, deadline) =>
      backOff({ attempt, deadline, ...(signal ? { signal } : {}) }),
  };
}

function fragmentsOf(probe: Probe, context: ProbeContext): readonly string[] | Verdict {
  try {
    return evaluationOf(probe).fragments(probe, context);
  } catch (error) {
    return unknown(probe, error);
  }
}

async function evaluateAll(box: RemoteConnection, pending: readonly PendingProbe[]): Promise<void> {
  try {
    const machine = await observeOn(
      box,
      pending.flatMap(({ fragments }) => fragments),
      sharedSignal(pending),
    );
    for (const { probe, context, answer } of pending) answer(probeMachine(probe, context, machine));
  } catch (error) {
    for (const { probe, answer } of pending) answer(unknown(probe, error));
  }
}

/** The signal of a single caller must not cancel the probes of others. */
function sharedSignal(pending: readonly PendingProbe[]): AbortSignal | undefined {
  const signals = new Set(pending.map(({ context }) => context.signal));
  return signals.size === 1 ? [...signals][0] : undefined;
}

function unknown({ kind }: Probe, error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  const what = error instanceof NotCollected ? 'not-gathered' : 'error';
  return answers(`a result of the ${kind} probe`).unknown(what, message);
}

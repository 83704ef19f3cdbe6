import type { JournalRecord, StepMemory } from '../model/journal.ts';

/** What the journal says about the steps and the open or last pass. Updated record by record, read or just written. */
export interface JournalMemory {
  readonly steps: Map<string, StepMemory>;
  pass?: { readonly id: string; readonly ended?: string };
  /**
   * Reactive fixes of that pass by step: a Fix is tried once per step and pass. If a step was interrupted, its fixes
   * may be tried again when it restarts: the interruption (kill -9, a power failure) may have caused new damage, or
   * have hit the Fix itself.
   */
  readonly fixes: Map<string, Set<string>>;
}

export function emptyMemory(): JournalMemory {
  return { steps: new Map(), fixes: new Map() };
}

/** Identifies a reactive Fix of a step. An edited Fix is a different one. */
export function fixKey(problem: string, action: string): string {
  return JSON.stringify([problem, action]);
}

/** Applies one record. The order of calls is the order of the journal. */
export function remember(memory: JournalMemory, record: JournalRecord): void {
  if (memory.pass?.id !== record.pass) {
    memory.pass = { id: record.pass };
    memory.fixes.clear();
  }
  switch (record.kind) {
    case 'pass-started':
      memory.pass = { id: record.pass };
      return;
    case 'pass-ended':
      memory.pass = { id: record.pass, ended: record.outcome };
      return;
    case 'fix':
      if (record.how === 'reactive') noteFix(memory, record);
      return;
    case 'renamed':
      rename(memory.steps, record.from, record.step);
      return;
    case 'started':
      if (memory.steps.get(record.step)?.status === 'interrupted') memory.fixes.delete(record.step);
      memory.steps.set(record.step, next(memory.steps.get(record.step), record));
      return;
    case 'failed':
    case 'confirmed':
    case 'undone':
    case 'applied':
    case 'background':
      memory.steps.set(record.step, next(memory.steps.get(record.step), record));
  }
}

function noteFix(
  { fixes }: JournalMemory,
  { step, problem, action }: { step: string; problem: string; action: string },
): void {
  const known = fixes.get(step) ?? new Set();
  fixes.set(step, known.add(fixKey(problem, action)));
}

type StepRecord = Extract<
  JournalRecord,
  { kind: 'started' | 'failed' | 'confirmed' | 'undone' | 'applied' | 'background' }
>;

const NOTHING: StepMemory = {
  status: 'interrupted',
  action: '',
  inputs: '',
  actedSeq: 0,
  confirmedSeq: 0,
  background: [],
};

function next(known: StepMemory = NOTHING, record: StepRecord): StepMemory {
  const { at } = record;
  switch (record.kind) {
    // While the step acts again, what an earlier confirmation left (its Undo, its processes) is still on the box.
    case 'started':
      return { ...known, status: 'interrupted', action: record.action, inputs: record.inputs, at };
    case 'failed':
      return { ...known, status: 'failed', action: record.action, inputs: record.inputs, at };
    case 'background':
      return {
        ...known,
        background: [
          ...known.background.filter((each) => each.fence !== record.process.fence),
          record.process,
        ],
      };
    case 'applied':
      return { ...known, applied: record.objects };
    case 'confirmed':
      return confirmed(known, record);
    // All its effects were undone, so no dependent step has to run again because of them, and no second Undo may run.
    case 'undone': {
      const { state: _, undo: __, applied: ___, ...rest } = known;
      return { ...rest, status: 'undone', actedSeq: 0, background: [], at };
    }
  }
}

function confirmed(known: StepMemory, record: Extract<JournalRecord, { kind: 'confirmed' }>): StepMemory {
  // A step that failed here and was then fixed by hand counts as acted: its dependents must run again, and it can be
  // undone.
  const fixedByHand =
    record.how === 'accepted' && (known.status === 'failed' || known.status === 'interrupted');
  const acted = record.how === 'acted' || (fixedByHand && known.action !== '');
  return {
    status: 'confirmed',
    action: record.action,
    inputs: record.inputs,
    actedSeq: acted ? record.seq : known.actedSeq,
    confirmedSeq: record.seq,
    background: record.background ?? known.background,
    state: record.state,
    undo: record.undo ?? known.undo,
    title: record.title ?? known.title,
    applied: known.applied,
    at: record.at,
  };
}

function rename(steps: Map<string, StepMemory>, from: string, to: string): void {
  const known = steps.get(from);
  if (!known) return;
  steps.delete(from);
  steps.set(to, known);
}

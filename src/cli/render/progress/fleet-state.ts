import type { BoxOutcome, RunEvent, StepOutcome } from '../../../model/outcome.ts';

/** A box with a running pass. */
export interface RunningBox {
  readonly target: string;
  readonly since: number;
  ended: number;
  /** Title of the running step, or what it waits for. */
  at: string;
}

/** The state of a fleet from its events so far, with the outcome of each step. */
export class FleetState {
  name = '';
  steps = 0;
  targets: readonly string[] = [];
  readonly running = new Map<string, RunningBox>();
  readonly outcomes = new Map<string, BoxOutcome>();
  readonly ends = new Map<string, StepOutcome['kind'][]>();

  constructor(private readonly now: () => number) {}

  take(event: RunEvent): void {
    switch (event.type) {
      case 'fleet-started':
        this.name = event.name;
        this.steps = event.steps;
        this.targets = event.targets;
        return;
      case 'box-started':
        this.running.set(event.target, {
          target: event.target,
          since: this.now(),
          ended: 0,
          at: 'connecting',
        });
        return;
      case 'box-finished':
        this.running.delete(event.target);
        this.outcomes.set(event.target, event.outcome);
        return;
      case 'step-started':
        this.#at(event.target, event.title);
        return;
      case 'fix-started':
        this.#at(event.target, `fixing: ${event.title}`);
        return;
      case 'step-finished': {
        const box = this.running.get(event.target ?? '');
        if (!box) return;
        box.ended += 1;
        box.at = '';
        const ends = this.ends.get(box.target) ?? [];
        ends.push(event.outcome.kind);
        this.ends.set(box.target, ends);
      }
    }
  }

  count(...outcomes: BoxOutcome[]): number {
    return [...this.outcomes.values()].filter((each) => outcomes.includes(each)).length;
  }

  #at(target: string | undefined, words: string): void {
    const box = this.running.get(target ?? '');
    if (box) box.at = words;
  }
}

import { isInterruption } from '../../model/outcome.ts';
import type { PassDigest, RecordLine } from '../../model/pass-record.ts';

type Digest = Pick<PassDigest, 'held' | 'failed' | 'acted' | 'fired'>;

/** Gathers the digest of a pass from its lines, while they are written or when they are read. */
export class DigestBuilder {
  readonly #held = new Set<string>();
  readonly #failed = new Set<string>();
  readonly #acted = new Set<string>();
  readonly #fired: { problem: string; step: string }[] = [];

  add(line: RecordLine): void {
    if (line.type === 'fix-finished' && line.cleared)
      this.#fired.push({ problem: line.problem, step: line.step });
    if (line.type === 'verified') this.#verified(line.step, line.verdict);
    if (line.type !== 'step-finished') return;
    const { step, outcome } = line;
    if (outcome.kind === 'failed' && !isInterruption(outcome.failure)) this.#failed.add(step);
    if (outcome.kind === 'acted') this.#acted.add(step);
    if (outcome.kind === 'acted' || isFoundRight(outcome)) this.#held.add(step);
  }

  get digest(): Digest {
    return {
      held: [...this.#held],
      failed: [...this.#failed],
      acted: [...this.#acted],
      fired: this.#fired,
    };
  }

  #verified(step: string, verdict: string): void {
    if (verdict === 'pass') this.#held.add(step);
    if (verdict === 'fail') this.#failed.add(step);
  }
}

/** A step that was skipped because its checks passed, not because the journal alone knows it. */
function isFoundRight(outcome: Extract<RecordLine, { type: 'step-finished' }>['outcome']): boolean {
  if (outcome.kind !== 'skipped') return false;
  return (outcome.reason === 'found' || outcome.reason === 'confirmed') && outcome.checks.length > 0;
}

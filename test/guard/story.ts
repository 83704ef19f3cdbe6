import { judgeAttempt } from '../../src/guard/all.ts';
import { formHash, normalForm } from '../../src/guard/form/normal-form.ts';
import type { NewAttempt } from '../../src/guard/guard.ts';
import type { CheckRow, DraftFence, FindingRow, GuardVerdict, StepBody } from '../../src/loop/attempt.ts';
import { fingerprint } from '../../src/loop/fingerprint.ts';
import type { Hypothesis } from '../../src/loop/hypothesis.ts';
import { LoopEntry, type LoopRecord, type LoopState } from '../../src/loop/loop.ts';
import { loopState } from '../../src/loop/loop-state.ts';
import type { Evidence } from '../../src/model/finding.ts';

/** How an attempt of a session ended; exit code 1 by default. */
export interface Ending {
  readonly step?: string;
  readonly exitCode?: number;
  readonly status?: 'failed' | 'timed_out';
  readonly seconds?: number;
  readonly output?: string;
  readonly checks?: readonly CheckRow[];
  readonly findings?: readonly FindingRow[];
  readonly unchecked?: readonly string[];
  readonly verify?: string;
  readonly hypothesis?: Hypothesis;
}

/** What runs: the text of one bash fence, or fences. */
export type Run = string | readonly DraftFence[];

/** A session with a box, played in order. Every event takes a minute, and guards are asked about the current state. */
export class Story {
  readonly #records: LoopRecord[] = [];
  #attempts = 0;
  #clock = 0;

  get loop(): LoopState {
    return loopState(this.#records);
  }

  get now(): number {
    return this.#clock + 60_000;
  }

  fails(run: Run, ending: Ending = {}): this {
    const {
      exitCode = 1,
      status = 'failed',
      checks = [],
      findings = [],
      output = 'error: it does not work',
    } = ending;
    const seen = { checks, findings, status, exitCode, outputTail: output };
    return this.#ran(run, ending, {
      ...seen,
      exitCode: status === 'timed_out' ? null : exitCode,
      unchecked: ending.unchecked ?? [],
      fingerprint: fingerprint(seen),
    });
  }

  succeeds(run: Run, ending: Ending = {}): this {
    return this.#ran(run, ending, { status: 'succeeded', exitCode: 0, checks: ending.checks ?? [] });
  }

  /** Evidence observed now. */
  sees(id: string, kind = 'listener', data: Evidence['data'] = {}): this {
    const at = new Date(this.now).toISOString();
    return this.#add({ kind: 'evidence', evidence: { id, kind, summary: id, at, data } });
  }

  resumed(problem?: string): this {
    return this.#add({ kind: 'resume', problem });
  }

  /** Asks the guards, and records their decision. */
  asks(run: Run, part: Partial<NewAttempt> & { readonly verify?: string } = {}): GuardVerdict {
    const { verify, ...rest } = part;
    const attempt: NewAttempt = {
      ...{ step: 'leader', source: 'draft', inputs: '', prediction: rest.hypothesis ? [PREDICTED] : [] },
      body: body(run, verify),
      ...rest,
    };
    const verdict = judgeAttempt({ attempt, loop: this.loop, now: this.now });
    if (verdict.verdict !== 'pass') {
      const { code, reason, evidence, problem, stops } = verdict;
      const held = { attempt: `at-${++this.#attempts}`, step: attempt.step, verdict: verdict.verdict };
      this.#add({ kind: 'guard', ...held, code, reason, evidence, problem, stops });
    }
    return verdict;
  }

  #ran(run: Run, ending: Ending, end: object): this {
    const attempt = `at-${++this.#attempts}`;
    const made = body(run, ending.verify);
    const ms = (ending.seconds ?? 1) * 1000;
    this.#add({
      kind: 'attempt-started',
      ...{
        attempt,
        job: `job-${attempt}`,
        step: ending.step ?? 'leader',
        box: 'box',
        source: 'draft',
        body: made,
      },
      form: formHash(normalForm(made)),
      hypothesis: ending.hypothesis,
    });
    this.#clock += ms;
    return this.#add({ kind: 'attempt-ended', attempt, durationMs: ms, actedMs: ms, ...end });
  }

  #add(entry: object): this {
    const seq = this.#records.length + 1;
    this.#clock += 60_000;
    this.#records.push({ ...LoopEntry.parse(entry), seq, at: this.#clock });
    return this;
  }
}

/** A line that does not pass yet. */
export const PREDICTED = { check: 'port 8080', before: 'fail' } as const;

/** A hypothesis that is accepted if its evidence is newer than the failure. */
export function hypothesis(part: Partial<Hypothesis> = {}): Hypothesis {
  const mechanism = 'The lease lasts 15 s, so a new leader is elected only after that.';
  return { cause: 'timing', mechanism, evidence: ['ev-1'], prediction: ['port 8080'], ...part };
}

/** A row of a failing check. */
export function failing(check: string, part: Partial<CheckRow> = {}): CheckRow {
  return { check, verdict: 'fail', class: 'refused', observed: 'refused', expected: 'open', ...part };
}

/** A finding as diagnosis returns it. */
export function finding(code: string, cause: FindingRow['cause'], title: string, remedy: string): FindingRow {
  return { code, cause, title, remedy, evidence: [`ev-${code}`], rank: 1 };
}

function body(run: Run, verify: string | undefined): StepBody {
  const fences = typeof run === 'string' ? [{ lang: 'bash', text: run, attributes: {} }] : [...run];
  const checks = verify === undefined ? [] : [{ lang: 'check', text: verify, attributes: {} }];
  return { title: 'Elect a leader', why: '', run: fences, verify: checks, undo: [] };
}

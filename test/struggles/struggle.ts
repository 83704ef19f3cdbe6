import type { Agent } from '../operations/agent/agent.ts';

/** Where a struggle happens: a folder and a port of its own. */
export interface Place {
  readonly folder: string;
  readonly port: number;
}

/** A draft of `apply_step`. */
export interface Draft {
  readonly title: string;
  readonly run: unknown;
  readonly verify: unknown;
  readonly why?: string;
}

/** One way to struggle. */
export interface Struggle {
  readonly kind: 'same program' | 'wrong order' | 'half done' | 'several problems' | 'renamed';
  readonly name: string;
  /** A script that makes the box as the agent finds it, and as the next box is too. Its background processes go on. */
  readonly box: (place: Place) => string;
  /** What the agent tries, in order: a draft, or the id of a step to run again. Each says whether it is expected to hold. */
  readonly tries: (place: Place) => readonly (readonly [fails: 'fails' | 'holds', what: Draft | string])[];
}

/** Plays the agent: tries, gives each solved problem its Why, and saves. Returns what a save answered. */
// biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
export async function playAgent(agent: Agent, struggle: Struggle, place: Place): Promise<any> {
  await agent.call('runbook_read');
  for (const [expected, what] of struggle.tries(place)) {
    const given = typeof what === 'string' ? { step: what } : { draft: { why: WHY, ...what } };
    const answer = await agent.call('apply_step', { ...given, wait_s: 30 });
    const held = answer.status === 'succeeded' ? 'holds' : 'fails';
    if (held !== expected)
      throw new Error(`${JSON.stringify(given)} was expected: ${expected}. ${JSON.stringify(answer)}`);
    if (held === 'fails') await agent.call('env_observe');
  }
  const { now } = await agent.call('runbook_read');
  for (const { problem, state } of now.problems) {
    if (state === 'cleared')
      await agent.call('problem_resolve', {
        problem,
        why: 'Something of the box was in the way of the step.',
      });
  }
  return await agent.call('env_save');
}

const WHY = 'The service needs it.';

import type { ModelRequest, Move } from './model-endpoint.ts';

/**
 * Calls a tool as a patient agent does: where a person is needed it says so, which ends its turn, and calls again after the next
 * order. `commands` collects the commands that the answers ask the person to run.
 */
export function* callWithPerson(
  tool: string,
  input: object,
  commands: string[] = [],
  // biome-ignore lint/suspicious/noExplicitAny: each tool has its own answer
): Generator<Move, any, ModelRequest> {
  for (;;) {
    const answer = answerIn(yield { call: tool, input });
    if (answer?.status !== 'needs_approval') return answer;
    commands.push(/runbook approve \S+ --step \S+\b/.exec(answer.next)?.[0] ?? `none in: ${answer.next}`);
    yield { say: `Question ${commands.length} waits for a person.` };
  }
}

/** A session begins before its servers are connected; a model sees that it lacks a tool, and tries again. */
export function* firstCall(
  tool: string,
  // biome-ignore lint/suspicious/noExplicitAny: as above
): Generator<Move, any, ModelRequest> {
  for (;;) {
    const answer = answerIn(yield { call: tool, input: {} });
    if (typeof answer !== 'string' || !/No such tool|unsupported call/.test(answer)) return answer;
  }
}

/** The JSON of a tool's answer, whatever the client wraps around it; a text without JSON stays a text. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export function answerIn({ results }: ModelRequest): any {
  const text = results.at(-1) ?? '';
  try {
    return JSON.parse(text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1));
  } catch {
    return text;
  }
}

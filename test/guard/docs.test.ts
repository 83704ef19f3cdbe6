import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { GUARDS } from '../../src/guard/all.ts';
import { milliseconds } from '../../src/guard/form/measure.ts';
import type { NewAttempt } from '../../src/guard/guard.ts';
import type { Hypothesis } from '../../src/loop/hypothesis.ts';
import { parseCheckLine } from '../../src/markdown/checks/check-grammar.ts';
import type { Check } from '../../src/model/check.ts';
import { type Ending, failing, finding, hypothesis, Story } from './story.ts';

/** One line of an example's session, as docs/guards.md explains it. */
interface Event {
  readonly failed?: string;
  readonly succeeded?: string;
  readonly seen?: string;
  readonly pass?: string;
  readonly ask?: string;
  readonly refuse?: string;
  readonly step?: string;
  readonly after?: string;
  readonly exit?: number;
  readonly output?: string;
  readonly kind?: string;
  readonly data?: Record<string, unknown>;
  readonly check?: {
    readonly check: string;
    readonly observed: string;
    readonly first: string;
    readonly expected: string;
  };
  readonly finding?: { readonly code: string; readonly cause: Hypothesis['cause']; readonly title: string };
  readonly hypothesis?: Partial<Hypothesis>;
  readonly checks?: { readonly before: readonly string[]; readonly after: readonly string[] };
  readonly demand?: { readonly replicas: number; readonly surge: string; readonly memory: string };
  readonly layers?: readonly { readonly name: string; readonly hard: Record<string, string> }[];
}

const text = readFileSync(new URL('../../docs/guards.md', import.meta.url), 'utf8');
const examples = [...text.matchAll(/^```yaml \{"example":"guards"\}\n(.*?)^```/gms)].map(([, body]) => body!);

test('has a section and an example for every guard', () => {
  const sections = text.split(/^## /m).filter((each) => each.includes('"example":"guards"'));
  expect(sections.map((each) => each.split('\n')[0]).sort()).toEqual(GUARDS.map((each) => each.code).sort());
});

test.each(examples)('%s', (body) => {
  const story = new Story();
  for (const event of parse(body) as Event[]) {
    if (event.failed !== undefined) story.fails(event.failed, endingOf(event));
    else if (event.succeeded !== undefined) story.succeeds(event.succeeded, { step: 'other' });
    else if (event.seen !== undefined) story.sees(event.seen, event.kind ?? 'observation', event.data ?? {});
    else {
      const expected = event.pass !== undefined ? 'pass' : event.ask !== undefined ? 'ask' : 'refuse';
      const verdict = story.asks((event.pass ?? event.ask ?? event.refuse)!, attemptOf(event));
      expect(verdict.verdict, JSON.stringify(verdict)).toBe(expected);
    }
  }
});

function endingOf({ after, exit, output, check, finding: found }: Event): Ending {
  return {
    ...(after !== undefined && { seconds: milliseconds(after)! / 1000 }),
    ...(exit !== undefined && { exitCode: exit }),
    ...(output !== undefined && { output }),
    ...(check && {
      checks: [failing(check.check, { ...check, observedFirst: check.first, class: 'not-ready' })],
      exitCode: 0,
    }),
    ...(found && { findings: [finding(found.code, found.cause, found.title, 'Do something about it.')] }),
  };
}

function attemptOf(event: Event): Partial<NewAttempt> {
  const { checks, demand, layers = [] } = event;
  return {
    ...(event.step !== undefined && { step: event.step }),
    ...(event.hypothesis && { hypothesis: hypothesis(event.hypothesis) }),
    ...(checks && { checks: { before: checks.before.map(parsed), after: checks.after.map(parsed) } }),
    ...(demand && {
      demands: [
        {
          demand: {
            ...{ object: 'deployment/app', replicas: demand.replicas, surge: demand.surge },
            containers: [{ name: 'app', requests: {}, limits: { memory: demand.memory } }],
          },
          layers: layers.map((each) => ({ kind: 'sum' as const, used: {}, ...each })),
        },
      ],
    }),
  };
}

function parsed(line: string): Check {
  const { check } = parseCheckLine(line, { file: 'docs/guards.md', line: 1, column: 1 });
  if (!check) throw new Error(`no check: ${line}`);
  return check;
}

import type { Verdict } from '../../model/check.ts';
import type { FactOf } from '../../model/facts/snapshot.ts';
import type { Step } from '../../model/runbook.ts';
import type { CheckQuestion } from './checks.ts';
import type { Pass } from './pass.ts';

type Listener = FactOf<'listeners'>;

/**
 * Makes the checks of a step that starts a server fail where somebody else answers them: a process that listened on the
 * port before the step acted is not the step's own, and its answer says nothing about the step. A Verify with `port N owner
 * NAME`, where the fence does not start NAME, says that the other service is meant.
 */
export function failAnswersOfOthers(
  questions: readonly CheckQuestion[],
  { step, pass, before }: { step: Step; pass: Pass; before: readonly Listener[] },
): CheckQuestion[] {
  const meant = portsOfOthers(questions, step);
  return questions.map((question) => {
    const port = question.listener?.port;
    const otherListeners = before.filter((each) => each.port === port && each.protocol === 'tcp');
    if (port === undefined || otherListeners.length === 0 || meant.has(port)) return question;
    return {
      ...question,
      ask: async () => failIfAnsweredBy(otherListeners, port, await question.ask(), pass),
    };
  });
}

/** The listeners of the box before a step acts that starts a server and checks a port; nothing is looked at for other steps. */
export async function listenersBefore(
  questions: readonly CheckQuestion[],
  step: Step,
  pass: Pass,
): Promise<Listener[]> {
  const checksPort = questions.some(({ listener }) => listener !== undefined);
  return checksPort && backgroundTexts(step).length > 0 ? await listenersNow(pass) : [];
}

async function listenersNow({ box }: Pass): Promise<Listener[]> {
  const { observeBox } = await import('../../observe/observe-box.ts');
  return (await observeBox(box, { scopes: ['listeners'] })).facts.listeners ?? [];
}

async function failIfAnsweredBy(
  otherListeners: readonly Listener[],
  port: number,
  verdict: Verdict,
  pass: Pass,
): Promise<Verdict> {
  if (verdict.verdict !== 'pass') return verdict;
  const now = (await listenersNow(pass)).filter((each) => each.port === port && each.protocol === 'tcp');
  const otherListener = otherListeners.find((each) => now.some((other) => isSame(each, other)));
  if (
    otherListener === undefined ||
    !now.every((each) => otherListeners.some((other) => isSame(each, other)))
  )
    return verdict;
  const who = `${otherListener.owner ?? 'a process that cannot be seen'}${otherListener.pid === undefined ? '' : ` (pid ${otherListener.pid})`}`;
  return {
    verdict: 'fail',
    class: 'other-listener',
    observed: `answered by ${who}, which listened on port ${port} before this step acted`,
    expected: `${verdict.expected}, from a process of this step`,
  };
}

function isSame(one: Listener, other: Listener): boolean {
  return one.pid === other.pid && one.address === other.address && one.via === other.via;
}

function portsOfOthers(questions: readonly CheckQuestion[], step: Step): Set<number> {
  const texts = backgroundTexts(step).join('\n');
  const meant = questions.flatMap(({ listener }) =>
    listener?.owner !== undefined && !texts.includes(listener.owner) ? [listener.port] : [],
  );
  return new Set(meant);
}

function backgroundTexts({ actions }: Step): string[] {
  return actions.flatMap((action) =>
    action.kind === 'shell' && action.background !== 'no' ? [action.text] : [],
  );
}

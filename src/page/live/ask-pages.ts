import type { Element, ElementContent } from 'hast';
import { h } from 'hastscript';
import type { AskDetail, AskRow } from '../../model/ask.ts';
import { htmlTable, livePart, shownTime } from './page-parts.ts';

/** What agents asked to run, and what came of it. */
export function askListPage(asks: readonly AskRow[]): ElementContent[] {
  const rows = asks.map(({ key, what, client, at, state, reason }) => [
    h('a', { href: `/approvals/${key}` }, what),
    client,
    shownTime(at),
    h('span', { className: [state] }, reason === undefined ? state : `${state}: ${reason}`),
  ]);
  return [
    h('h1', 'Approvals'),
    livePart(
      'asks',
      asks.length === 0
        ? h('p', 'No agent has asked to run anything here.')
        : htmlTable('What agents asked to run, newest first', ['What', 'Client', 'When', 'State'], rows),
    ),
    h('p', ['Approvals that you gave are listed and revoked with ', h('code', 'runbook approvals'), '.']),
  ];
}

/** The hidden fields of a decision. */
export interface DecisionForm {
  readonly token: string;
  /** Names what was shown, and when. */
  readonly shown: string;
  /** Why the last answer does not count. */
  readonly notice?: string | undefined;
}

/** One question with everything that the person needs to decide, and the form where they do. */
export function askPage(ask: AskDetail, form: DecisionForm): ElementContent[] {
  return [
    h('h1', `Run ${ask.what} on ${ask.box}?`),
    livePart('state', askState(ask)),
    ...(form.notice === undefined ? [] : [h('p.failed', { role: 'alert' }, form.notice)]),
    h('p', `${ask.client} asked at ${shownTime(ask.at)}. The name is the client’s own.`),
    ...(ask.hash === ask.key
      ? []
      : [
          h(
            'p.person',
            'The document, a value or a file changed after the agent asked. This is what would run now.',
          ),
        ]),
    ...context(ask),
    ...difference(ask),
    h('h2', 'Everything that would run'),
    h('pre', { tabIndex: 0, ariaLabel: 'Everything that would run' }, ask.text),
    ...(ask.state === 'approved' ? [] : [decisionForm(ask, form)]),
  ];
}

function askState({ state, reason }: AskDetail): Element {
  switch (state) {
    case 'waiting':
      return h('p', 'Nothing runs before you answer. The agent waits.');
    case 'approved':
      return h('p.confirmed', 'Approved. The agent can go on with its next call.');
    case 'refused':
      return h('p.person', `Refused${reason === undefined ? '' : `: ${reason}`}. You can still approve it.`);
  }
}

/** Guards, and how it went before. Only runbook's own words: those of a model could talk a person into it. */
function context({ guards, attempts }: AskDetail): Element[] {
  const lines = [
    ...guards.map(
      ({ code, verdict, reason }) =>
        `A guard ${verdict === 'ask' ? 'asked' : 'refused'} (${code}): ${reason}`,
    ),
    ...attempts.map(({ attempt, status, findings }) =>
      [`Attempt ${attempt}: ${status}`, ...findings].join('; '),
    ),
  ];
  return lines.length === 0
    ? []
    : [
        h('h2', 'What happened before'),
        h(
          'ul',
          lines.map((each) => h('li', each)),
        ),
      ];
}

function difference({ since }: AskDetail): Element[] {
  if (!since) return [h('p', 'Nothing was approved for this before.')];
  const kind = { '+': 'added', '-': 'removed' } as const;
  const lines = since.lines.map((line) => {
    const name = kind[line.charAt(0) as '+' | '-'];
    return h('span', { className: name === undefined ? [] : [name] }, `${line}\n`);
  });
  return [
    h('h2', `Changes since ${shownTime(since.at)}, when you approved it`),
    lines.length === 0
      ? h('p', 'Only values or files differ.')
      : h('pre', { tabIndex: 0, ariaLabel: 'Changes' }, lines),
  ];
}

function decisionForm({ key }: AskDetail, { token, shown }: DecisionForm): Element {
  const button = (answer: string, text: string) =>
    h('button', { type: 'submit', name: 'answer', value: answer }, text);
  return h('form.decide', { method: 'post', action: `/approvals/${key}` }, [
    h('input', { type: 'hidden', name: 'token', value: token }),
    h('input', { type: 'hidden', name: 'shown', value: shown }),
    button('once', 'Approve once'),
    button('project', 'Approve for this project'),
    h('label', ['Reason, which the agent reads ', h('textarea', { name: 'reason', maxLength: 1000 })]),
    button('refuse', 'Refuse'),
  ]);
}

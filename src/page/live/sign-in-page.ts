import type { ElementContent } from 'hast';
import { h } from 'hastscript';

/** Asks for the code on the terminal. `next` is the path that was opened. */
export function signInPage({ next, failed }: { next: string; failed: boolean }): ElementContent[] {
  return [
    h('h1', 'Sign in'),
    h(
      'p',
      'Type the one-time code that runbook serve shows on its terminal, or open the link that it prints there.',
    ),
    ...(failed
      ? [
          h(
            'p.failed',
            { role: 'alert' },
            'This code is wrong, used or too old. Press n on the terminal for another one.',
          ),
        ]
      : []),
    h('form', { method: 'post', action: '/sign-in' }, [
      h('input', { type: 'hidden', name: 'next', value: next }),
      h('label', ['Code ', h('input', { name: 'code', required: true, autoComplete: 'off', size: 30 })]),
      h('button', { type: 'submit' }, 'Sign in'),
    ]),
  ];
}

/** What went wrong, and what to do. */
export function messagePage(title: string, lines: readonly string[]): ElementContent[] {
  return [h('h1', title), ...lines.map((each) => h('p', each))];
}

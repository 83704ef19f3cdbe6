import { SYSTEMD, tool } from '../remote/fragments.ts';
import { hasSystemd, isServiceName, parseProperties } from '../services.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

const question = (name: string) =>
  [
    'show',
    '--property=LoadState,SubState,NextElapseUSecRealtime',
    '--',
    `${name.replace(/\.timer$/, '')}.timer`,
  ] as const;

const probeTimer: EvaluateProbe<'timer'> = async ({ name }, _context, machine) => {
  const say = answers(`timer ${name} scheduled`);
  if (!isServiceName(name)) return say.unknown('name', `${name} is not the name of a timer`);
  if (!hasSystemd(machine)) return say.unknown('no-manager', 'the box runs no systemd');
  const answer = await machine.tool('systemctl', question(name));
  if (answer.kind !== 'exit' || answer.code !== 0)
    return say.unknown('no-manager', 'systemctl does not answer');
  const properties = parseProperties(answer.stdout);
  if (properties.get('LoadState') === 'not-found') return say.fail('missing', `systemd has no timer ${name}`);
  const state = properties.get('SubState') ?? '';
  const next = properties.get('NextElapseUSecRealtime') ?? '';
  const seen = next === '' ? state : `${state}, next run ${next}`;
  // While its service runs, the next run is not set yet.
  return say[state === 'waiting' || state === 'running' ? 'pass' : 'fail'](state, seen);
};

export const timerEvaluation: ProbeEvaluation<'timer'> = {
  evaluate: probeTimer,
  fragments: ({ name }) =>
    isServiceName(name)
      ? [SYSTEMD, `if [ -d /run/systemd/system ]; then ${tool('systemctl', question(name))}; fi`]
      : [SYSTEMD],
};

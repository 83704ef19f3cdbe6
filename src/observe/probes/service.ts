import { INIT_SCRIPTS, PROCESSES, SYSTEMD, tool } from '../remote/fragments.ts';
import { quoted } from '../remote/quoted.ts';
import { findService, isServiceName, PROPERTIES, unitName } from '../services.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Queries systemd, or without systemd the init script and its traces. */
export const probeService: EvaluateProbe<'service'> = async (probe, _context, machine) => {
  const say = answers(`service ${probe.name} ${probe.state}`);
  const answer = await findService(probe.name, machine);
  if (answer.kind === 'unknown') return say.unknown('no-manager', answer.reason);
  if (answer.kind === 'missing') return say.fail('missing', answer.reason);

  const { state, enabled, detail } = answer.service;
  if (probe.state === 'enabled') {
    if (enabled === undefined)
      return say.unknown('enabled', `it is unknown whether ${probe.name} starts at boot`);
    return enabled ? say.pass('enabled', 'starts at boot') : say.fail('disabled', 'does not start at boot');
  }
  if (state === 'unknown') return say.unknown('state', detail);
  return state === 'active' ? say.pass('active', detail) : say.fail(state, detail);
};

export const serviceEvaluation: ProbeEvaluation<'service'> = {
  evaluate: probeService,
  fragments: ({ name }) => (isServiceName(name) ? fragments(name) : [SYSTEMD]),
};

function fragments(name: string): readonly string[] {
  const script = `/etc/init.d/${name}`;
  return [
    SYSTEMD,
    PROCESSES,
    INIT_SCRIPTS,
    `if [ -d /run/systemd/system ]; then ${tool('systemctl', ['show', `--property=${PROPERTIES}`, '--', unitName(name)])}
elif [ -x ${quoted(script)} ]; then ${tool(script, ['status'])}
else h missing ${quoted(`${script} status`)}; fi`,
  ];
}

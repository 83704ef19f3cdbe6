import { tool } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Resolves a name as the programs of the box do: hosts file, resolver, name service switch. */
export const probeDns: EvaluateProbe<'dns'> = async ({ name, address }, _context, machine) => {
  const say = answers(`${name} resolves${address === undefined ? '' : ` to ${address}`}`);
  if (!isHostName(name)) return say.unknown('name', `${name} is not a host name`);
  const answer = await machine.tool('getent', ['ahosts', name]);
  if (answer.kind === 'missing') return say.unknown('no-tool', 'the box has no getent');
  if (answer.kind === 'failed') return say.fail('timeout', `no answer: ${answer.reason}`);
  if (answer.code !== 0) return say.fail('dns', `${name} does not resolve`);
  const lines = answer.stdout.trim().split('\n');
  const found = [...new Set(lines.map((line) => line.split(/\s+/)[0] ?? ''))].filter((each) => each !== '');
  return address === undefined || found.includes(address)
    ? say.pass('resolves', found.join(', '))
    : say.fail('other-address', found.join(', '));
};

function isHostName(name: string): boolean {
  return /^[A-Za-z0-9_](?:[\w.-]{0,251}[A-Za-z0-9_.])?$/.test(name);
}

export const dnsEvaluation: ProbeEvaluation<'dns'> = {
  evaluate: probeDns,
  fragments: ({ name }) => (isHostName(name) ? [tool('getent', ['ahosts', name])] : []),
};

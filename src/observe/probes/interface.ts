import { tool } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Asks ip(8) for a network interface. */
export const probeInterface: EvaluateProbe<'interface'> = async ({ name, expect }, _context, machine) => {
  const say = answers(`interface ${name} ${expect.kind}${'value' in expect ? ` ${expect.value}` : ''}`);
  if (!isInterfaceName(name)) return say.unknown('name', `${name} is not the name of an interface`);
  const answer = await machine.tool('ip', ARGUMENTS(name));
  if (answer.kind !== 'exit') return say.unknown('no-tool', 'the box has no ip(8)');
  if (answer.code !== 0) return say.fail('missing', `the interface ${name} does not exist`);
  if (expect.kind === 'up') {
    const flags = /<([^>]*)>/.exec(answer.stdout)?.[1]?.split(',') ?? [];
    return say[flags.includes('UP') ? 'pass' : 'fail']('state', flags.join(', '));
  }
  const found = [...answer.stdout.matchAll(/\binet6? ([\da-f.:]+)(\/\d+)?/g)];
  const addresses = found.map(([, address, length = '']) => `${address}${length}`);
  const holds = addresses.some(
    (each) => each === expect.value || each.replace(/\/\d+$/, '') === expect.value,
  );
  return say[holds ? 'pass' : 'fail']('address', addresses.join(', ') || 'no address');
};

const ARGUMENTS = (name: string) => ['addr', 'show', 'dev', name] as const;

function isInterfaceName(name: string): boolean {
  return /^[\w.][\w.@:-]{0,14}$/.test(name);
}

export const interfaceEvaluation: ProbeEvaluation<'interface'> = {
  evaluate: probeInterface,
  fragments: ({ name }) => (isInterfaceName(name) ? [tool('ip', ARGUMENTS(name))] : []),
};

import { compareValues } from '../compare-values.ts';
import { quoted } from '../remote/quoted.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Reads a setting of the running kernel. */
export const probeSysctl: EvaluateProbe<'sysctl'> = async ({ key, comparator, value }, _context, machine) => {
  const say = answers(`sysctl ${key} ${comparator} ${value}`);
  const path = pathOf(key);
  if (path === undefined) return say.unknown('name', `${key} is not the name of a kernel setting`);
  const reading = machine.read(path);
  if (reading.kind === 'denied') return say.unknown('permission', `no permission to read ${key}`);
  if (reading.kind === 'gone') return say.fail('missing', `the kernel has no setting ${key}`);
  const actual = reading.value.toString('utf8').trim().replace(/\s+/g, ' ');
  const holds = compareValues(actual, comparator, value);
  if (holds === undefined) return say.unknown('not-a-number', `${actual} is not a number`);
  return say[holds ? 'pass' : 'fail']('value', actual);
};

/** `net.ipv4.ip_forward` is /proc/sys/net/ipv4/ip_forward; with slashes, dots stay. */
function pathOf(key: string): string | undefined {
  if (!/^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*$/.test(key) || key.includes('..')) return undefined;
  return `/proc/sys/${key.includes('/') ? key : key.replaceAll('.', '/')}`;
}

export const sysctlEvaluation: ProbeEvaluation<'sysctl'> = {
  evaluate: probeSysctl,
  fragments: ({ key }) => {
    const path = pathOf(key);
    return path === undefined ? [] : [`r ${quoted(path)}`];
  },
};

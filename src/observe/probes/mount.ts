import { readText } from '../machine.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Reads the mounts of the box from the kernel. */
export const probeMount: EvaluateProbe<'mount'> = async ({ path, expect }, _context, machine) => {
  const say = answers(`mount ${path} ${expect.kind}${'value' in expect ? ` ${expect.value}` : ''}`);
  const table = readText(machine, '/proc/mounts');
  if (table === undefined) return say.unknown('unsupported', 'the mounts of this machine cannot be read');
  const wanted = path.length > 1 ? path.replace(/\/+$/, '') : path;
  const mounts = table.split('\n').map((line) => line.split(' '));
  // The last one hides the others.
  const found = mounts.findLast(([, at]) => at !== undefined && unescaped(at) === wanted);
  if (!found) return say.fail('missing', `nothing is mounted at ${path}`);
  const [source = '', , type = '', options = ''] = found;
  const seen = `${unescaped(source)}, ${type}, ${options}`;
  const holds = {
    exists: () => true,
    type: (value: string) => type === value,
    option: (value: string) => options.split(',').includes(value),
    source: (value: string) => unescaped(source) === value,
  }[expect.kind]('value' in expect ? expect.value : '');
  return say[holds ? 'pass' : 'fail'](holds ? 'mounted' : expect.kind, seen);
};

/** Blanks are written in octal. */
function unescaped(text: string): string {
  return text.replace(/\\(\d{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

export const mountEvaluation: ProbeEvaluation<'mount'> = {
  evaluate: probeMount,
  fragments: () => ['r /proc/mounts'],
};

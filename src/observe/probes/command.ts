import { resolve } from 'node:path';
import type { ProbeContext } from '../../model/box.ts';
import type { ProbeOf } from '../../probes/probe-kind.ts';
import { each } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** What bash searches if PATH is not set (its DEFAULT_PATH_VALUE). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Searches the context's PATH for a program, as a shell would; a name with a slash is a path. */
export const probeCommand: EvaluateProbe<'command'> = async (probe, context, machine) => {
  const say = answers(`command ${probe.name}`);
  const { name } = probe;
  let notExecutable: string | undefined;
  for (const path of commandPaths(probe, context)) {
    const program = machine.program(path);
    if (program === 'executable') return say.pass('exists', path);
    if (program === 'not-executable') notExecutable ??= path;
  }
  if (notExecutable) return say.fail('not-executable', `${notExecutable} is not executable`);
  return say.fail('missing', name.includes('/') ? `${name} does not exist` : `${name} is not on PATH`);
};

/** Candidate paths, in a shell's search order. */
export function commandPaths({ name }: ProbeOf<'command'>, context: ProbeContext): string[] {
  const folders = name.includes('/') ? [''] : (context.env.PATH ?? DEFAULT_PATH).split(':');
  return folders.map((folder) => resolve(context.folder, folder, name));
}

export const commandEvaluation: ProbeEvaluation<'command'> = {
  evaluate: probeCommand,
  fragments: (probe, context) => [each('c', commandPaths(probe, context))],
};

import { displayName, processes, processNames } from '../processes.ts';
import { PROCESSES } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/**
 * Searches for a running process with that name: its own, its program's, or that of the script that an interpreter
 * runs.
 */
export const probeProcess: EvaluateProbe<'process'> = async (probe, _context, machine) => {
  const say = answers(`${probe.name} running`);
  const { processes: all, unavailable } = await processes(machine);
  // Excludes the processes of the observation itself.
  const others = all.filter(({ pid }) => !machine.observerPids.has(pid));
  const found = others.filter((each) =>
    probe.name.startsWith('/') ? each.argv[0] === probe.name : processNames(each).includes(probe.name),
  );
  const [first] = found;
  if (first) {
    const more = found.length > 1 ? ` and ${found.length - 1} more` : '';
    return say.pass('running', `${displayName(first)} (pid ${first.pid})${more}`);
  }
  if (unavailable) return say.unknown('permission', unavailable);
  return say.fail('missing', `none of ${others.length} processes is called ${probe.name}`);
};

export const processEvaluation: ProbeEvaluation<'process'> = {
  evaluate: probeProcess,
  fragments: () => [PROCESSES],
};

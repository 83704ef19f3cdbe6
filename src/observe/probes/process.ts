import { displayName, processes, processNames } from '../processes.ts';
import { PROCESSES } from '../remote/fragments.ts';
import { answers } from './answers.ts';
import type { EvaluateProbe, ProbeEvaluation } from './probe-evaluation.ts';

/** Looks for a running process of that name: its own, its program's, or the script's that an interpreter runs. */
export const askProcess: EvaluateProbe<'process'> = async (probe, _context, machine) => {
  const say = answers(`${probe.name} running`);
  const { processes: all, unavailable } = await processes(machine);
  // What asks is not what is asked about.
  const others = all.filter(({ pid }) => !machine.lookers.has(pid));
  const found = others.filter((each) =>
    probe.name.startsWith('/') ? each.argv[0] === probe.name : processNames(each).includes(probe.name),
  );
  const [first] = found;
  if (first) {
    const more = found.length > 1 ? ` and ${found.length - 1} more` : '';
    return say.pass('running', `${displayName(first)} (pid ${first.pid})${more}`);
  }
  if (unavailable) return say.unknown('permission', unavailable);
  return say.fail('missing', `no process called ${probe.name} among ${others.length}`);
};

export const processEvaluation: ProbeEvaluation<'process'> = {
  evaluate: askProcess,
  fragments: () => [PROCESSES],
};

import type { Probe } from '../../model/check.ts';
import { answers } from './answers.ts';
import { commandEvaluation } from './command.ts';
import { factEvaluation } from './fact.ts';
import { fileEvaluation } from './file.ts';
import { httpEvaluation } from './http.ts';
import { portEvaluation } from './port.ts';
import type { ProbeEvaluation } from './probe-evaluation.ts';
import { processEvaluation } from './process.ts';
import { serviceEvaluation } from './service.ts';
import { tcpEvaluation } from './tcp.ts';

/** A box with a cluster evaluates these through `cluster/`; a box without one cannot. */
const k8sEvaluation: ProbeEvaluation<'k8s'> = {
  evaluate: async ({ resource }) =>
    answers(`${resource} as wanted`).unknown('unsupported', 'this box has no Kubernetes cluster'),
  fragments: () => [],
};

const evaluations: { readonly [K in Probe['kind']]: ProbeEvaluation<K> } = {
  http: httpEvaluation,
  tcp: tcpEvaluation,
  port: portEvaluation,
  file: fileEvaluation,
  process: processEvaluation,
  service: serviceEvaluation,
  command: commandEvaluation,
  k8s: k8sEvaluation,
  fact: factEvaluation,
};

/** How a probe is evaluated. */
export function evaluationOf(probe: Probe): ProbeEvaluation<Probe['kind']> {
  // Each row takes probes of its own kind, which TypeScript cannot follow through an index.
  return evaluations[probe.kind] as unknown as ProbeEvaluation<Probe['kind']>;
}

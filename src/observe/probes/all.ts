import type { Probe } from '../../model/check.ts';
import { groupEvaluation, userEvaluation } from './account.ts';
import { answers } from './answers.ts';
import { certEvaluation } from './cert.ts';
import { commandEvaluation } from './command.ts';
import { containerEvaluation } from './container.ts';
import { dnsEvaluation } from './dns.ts';
import { factEvaluation } from './fact.ts';
import { fileEvaluation } from './file.ts';
import { httpEvaluation } from './http.ts';
import { interfaceEvaluation } from './interface.ts';
import { listeningEvaluation } from './listening.ts';
import { mountEvaluation } from './mount.ts';
import { packageEvaluation } from './package.ts';
import { portEvaluation } from './port.ts';
import type { ProbeEvaluation } from './probe-evaluation.ts';
import { processEvaluation } from './process.ts';
import { serviceEvaluation } from './service.ts';
import { structuredEvaluation } from './structured.ts';
import { sysctlEvaluation } from './sysctl.ts';
import { tcpEvaluation } from './tcp.ts';
import { timerEvaluation } from './timer.ts';

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
  package: packageEvaluation,
  user: userEvaluation,
  group: groupEvaluation,
  listening: listeningEvaluation,
  dns: dnsEvaluation,
  mount: mountEvaluation,
  sysctl: sysctlEvaluation,
  interface: interfaceEvaluation,
  cert: certEvaluation,
  container: containerEvaluation,
  timer: timerEvaluation,
  json: structuredEvaluation,
  yaml: structuredEvaluation,
  ini: structuredEvaluation,
  k8s: k8sEvaluation,
  fact: factEvaluation,
};

/** How a probe is evaluated. */
export function evaluationOf(probe: Probe): ProbeEvaluation<Probe['kind']> {
  // Each row takes probes of its own kind, which TypeScript cannot follow through an index.
  return evaluations[probe.kind] as unknown as ProbeEvaluation<Probe['kind']>;
}

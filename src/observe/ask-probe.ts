import type { ProbeContext } from '../model/box.ts';
import type { Probe, Verdict } from '../model/check.ts';
import type { Machine } from './machine.ts';
import { answers } from './probes/answers.ts';
import { askCommand } from './probes/command.ts';
import { askFact } from './probes/fact.ts';
import { askFile } from './probes/file.ts';
import { askHttp } from './probes/http.ts';
import { askPort } from './probes/port.ts';
import type { EvaluateProbe } from './probes/probe-of.ts';
import { askProcess } from './probes/process.ts';
import { askService } from './probes/service.ts';
import { askTcp } from './probes/tcp.ts';

const askK8s: EvaluateProbe<'k8s'> = async ({ resource }) =>
  answers(`${resource} as wanted`).unknown('unsupported', 'this version has no Kubernetes probes yet');

const probes: { readonly [K in Probe['kind']]: EvaluateProbe<K> } = {
  http: askHttp,
  tcp: askTcp,
  port: askPort,
  file: askFile,
  process: askProcess,
  service: askService,
  command: askCommand,
  k8s: askK8s,
  fact: askFact,
};

/**
 * Asks a machine a typed probe once. Never throws: what cannot be asked is `unknown`. `not` and `within` are the caller's:
 * a check's verdict is made of this one.
 */
export async function askMachine(probe: Probe, context: ProbeContext, machine: Machine): Promise<Verdict> {
  try {
    // The table gives each kind its own asker, which TypeScript cannot follow through an index.
    const ask = probes[probe.kind] as (
      probe: Probe,
      context: ProbeContext,
      machine: Machine,
    ) => Promise<Verdict>;
    return await ask(probe, context, machine);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return answers(`an answer to a ${probe.kind} probe`).unknown('error', message);
  }
}

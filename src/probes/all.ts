import type { Probe } from '../model/check.ts';
import { command } from './command.ts';
import { fact } from './fact.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { k8s } from './k8s.ts';
import { port } from './port.ts';
import type { ProbeKind } from './probe-kind.ts';
import { process } from './process.ts';
import { service } from './service.ts';
import { tcp } from './tcp.ts';

/** Every kind of probe, one row each. The recipe in CLAUDE.md adds one. */
export const probeKinds: { readonly [K in Probe['kind']]: ProbeKind<K> } = {
  http,
  tcp,
  port,
  file,
  process,
  service,
  command,
  k8s,
  fact,
};

/** The row of a probe. */
export function kindOf<P extends Probe>(probe: P): ProbeKind<P['kind']> {
  // Each row takes probes of its own kind, which TypeScript cannot follow through an index.
  return probeKinds[probe.kind] as unknown as ProbeKind<P['kind']>;
}

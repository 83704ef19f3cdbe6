import type { Probe } from '../model/check.ts';
import { group, user } from './account.ts';
import { cert } from './cert.ts';
import { command } from './command.ts';
import { container } from './container.ts';
import { dns } from './dns.ts';
import { fact } from './fact.ts';
import { file } from './file.ts';
import { http } from './http.ts';
import { interfaceKind } from './interface.ts';
import { k8s } from './k8s.ts';
import { listening } from './listening.ts';
import { mount } from './mount.ts';
import { packageKind } from './package.ts';
import { port } from './port.ts';
import type { ProbeKind } from './probe-kind.ts';
import { process } from './process.ts';
import { service } from './service.ts';
import { ini, json, yaml } from './structured.ts';
import { sysctl } from './sysctl.ts';
import { tcp } from './tcp.ts';
import { timer } from './timer.ts';

/** Every kind of probe, one row each. The recipe in CLAUDE.md adds one. */
export const probeKinds: { readonly [K in Probe['kind']]: ProbeKind<K> } = {
  http,
  tcp,
  port,
  file,
  process,
  service,
  command,
  package: packageKind,
  user,
  group,
  listening,
  dns,
  mount,
  sysctl,
  interface: interfaceKind,
  cert,
  container,
  timer,
  json: json as ProbeKind<'json'>,
  yaml: yaml as ProbeKind<'yaml'>,
  ini: ini as ProbeKind<'ini'>,
  k8s,
  fact,
};

/** The row of a probe. */
export function kindOf<P extends Probe>(probe: P): ProbeKind<P['kind']> {
  // Each row takes probes of its own kind, which TypeScript cannot follow through an index.
  return probeKinds[probe.kind] as unknown as ProbeKind<P['kind']>;
}

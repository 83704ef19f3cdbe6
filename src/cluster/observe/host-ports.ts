import type { NewClusterFact } from '../../model/cluster/cluster-facts.ts';
import { named, type RawMeta, type RawObject, type RawPodSpec, workloadOf } from './raw.ts';

type NewHostPort = Extract<NewClusterFact, { kind: 'host-port' }>;

/**
 * k3s implements a LoadBalancer with a daemon set that has this label; its pods use the port on every node (k3s
 * servicelb).
 */
const SERVICE_LB = 'svccontroller.k3s.cattle.io/svcname';

/** Node ports that a pod uses, by `hostPort` or `hostNetwork`. */
export function podHostPorts(meta: RawMeta, spec: RawPodSpec): NewHostPort[] {
  const service = meta.labels?.[SERVICE_LB];
  return (spec.containers ?? []).flatMap(({ ports }) =>
    (ports ?? []).flatMap(({ hostPort, containerPort, protocol = 'TCP' }): NewHostPort[] => {
      const port = hostPort ?? (spec.hostNetwork === true ? containerPort : undefined);
      if (port === undefined || port === 0) return [];
      return [
        {
          kind: 'host-port',
          port,
          protocol: protocol.toLowerCase(),
          ...(spec.nodeName !== undefined && { node: spec.nodeName }),
          owner: workloadOf('pod', meta),
          mechanism:
            service === undefined
              ? spec.hostNetwork === true
                ? 'hostNetwork'
                : 'hostPort'
              : `svclb of service ${service}`,
        },
      ];
    }),
  );
}

interface RawPorts {
  readonly type?: string;
  readonly ports?: readonly { port?: number; nodePort?: number; protocol?: string }[];
}

/** Ports that a service uses on every node: its node ports, and as LoadBalancer its own. */
export function serviceHostPorts(raw: RawObject): NewHostPort[] {
  const { type, ports } = (raw.spec ?? {}) as RawPorts;
  if (type !== 'LoadBalancer' && type !== 'NodePort') return [];
  const owner = named('service', raw.metadata?.namespace ?? 'default', raw.metadata?.name ?? '');
  return (ports ?? []).flatMap(({ port, nodePort, protocol = 'TCP' }) => {
    const claim = { kind: 'host-port' as const, protocol: protocol.toLowerCase(), owner };
    return [
      ...(type === 'LoadBalancer' && port !== undefined
        ? [{ ...claim, port, mechanism: 'LoadBalancer' }]
        : []),
      ...(nodePort === undefined ? [] : [{ ...claim, port: nodePort, mechanism: 'NodePort' }]),
    ];
  });
}

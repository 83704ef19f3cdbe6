import type { Json, KubernetesApi } from '../kubernetes-api.ts';

const prefix = 'svccontroller.k3s.cattle.io';
const daemonSets = '/apis/apps/v1/namespaces/kube-system/daemonsets';
const nodeAddress = '10.97.0.2';

/**
 * What the service load balancer of k3s does: for each Service of type LoadBalancer a DaemonSet in kube-system, whose pods take
 * the Service's ports of the node (hostPort) and send on to its cluster IP; then the node's address becomes the Service's.
 * Returns how to end it.
 */
export function balanceLoad(api: KubernetesApi): () => void {
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    // A reboot takes the API server away for a while; the next round tries again.
    await balanceOnce(api).catch(() => {});
    busy = false;
  }, 500);
  return () => clearInterval(timer);
}

async function balanceOnce(api: KubernetesApi): Promise<void> {
  const services = (await api.get('/api/v1/services')).items.filter(
    ({ spec }: Json) => spec.type === 'LoadBalancer',
  );
  const sets = (await api.get(`${daemonSets}?labelSelector=${prefix}/svcname`)).items;
  const names = (list: Json[]) => new Set(list.map(({ metadata }) => metadata.name));
  const [wanted, made] = [new Set(services.map(nameOf)), names(sets)];
  for (const service of services) {
    if (!made.has(nameOf(service))) await api.create(daemonSets, daemonSetOf(service));
    if (!service.status.loadBalancer?.ingress) {
      const { namespace, name } = service.metadata;
      await api.merge(`/api/v1/namespaces/${namespace}/services/${name}/status`, {
        status: { loadBalancer: { ingress: [{ ip: nodeAddress }] } },
      });
    }
  }
  for (const name of made) if (!wanted.has(name)) await api.delete(`${daemonSets}/${name}`);
}

function nameOf({ metadata }: Json): string {
  return `svclb-${metadata.name}-${metadata.uid.slice(0, 8)}`;
}

function daemonSetOf(service: Json): Json {
  const name = nameOf(service);
  const { metadata, spec } = service;
  const labels = {
    app: name,
    [`${prefix}/svcname`]: metadata.name,
    [`${prefix}/svcnamespace`]: metadata.namespace,
  };
  const env = (values: Record<string, unknown>) =>
    Object.entries(values).map(([key, value]) => ({ name: key, value: String(value) }));
  return {
    metadata: { name, labels },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: {
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 1,
          securityContext: { sysctls: [{ name: 'net.ipv4.ip_forward', value: '1' }] },
          containers: spec.ports.map(({ port }: Json) => ({
            name: `lb-tcp-${port}`,
            image: 'rancher/klipper-lb:v0.4.13',
            securityContext: { capabilities: { add: ['NET_ADMIN'] } },
            ports: [{ name: `lb-tcp-${port}`, containerPort: port, hostPort: port }],
            env: env({ SRC_PORT: port, DEST_PORT: port, DEST_IPS: spec.clusterIP }),
          })),
        },
      },
    },
  };
}

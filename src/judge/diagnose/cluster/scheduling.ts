import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { factsOf, type Pod, weightOf } from './objects.ts';

type Claim = ClusterFactOf<'host-port'>;

function unschedulable(context: FailureContext): Pod[] {
  return factsOf(context, 'pod').filter(
    ({ phase, reason }) => phase === 'Pending' && reason === 'Unschedulable',
  );
}

/** `didn't have free ports`: other pods use the host port on every suitable node. */
export const hostPortTaken: Rule = {
  code: 'host-port-taken',
  cause: 'port',
  find: (context) =>
    unschedulable(context).flatMap((pod): Match[] => {
      if (!/didn't have free ports/.test(pod.message ?? '')) return [];
      const claims = factsOf(context, 'host-port');
      const wanted = claims.filter(({ owner }) => owner === pod.workload);
      const held = claims.filter(
        (each) =>
          each.owner !== pod.workload &&
          wanted.some((mine) => mine.port === each.port && mine.protocol === each.protocol),
      );
      const ports = [...new Set(wanted.map(({ port }) => port))].join(', ');
      return [
        {
          title: `${pod.workload} cannot be scheduled: its host port${ports === '' ? '' : ` ${ports}`} is taken on every suitable node${held.length === 0 ? '' : `, by ${names(held)}`}.`,
          remedy: `Remove the host port (a Service reaches a pod without one), or take it from ${held[0]?.owner ?? 'its holder'}. A rolling update of a pod with a host port needs strategy Recreate.`,
          subject: `port ${ports || pod.workload}`,
          evidence: [pod.id, ...held.map(({ id }) => id)],
          weight: weightOf(context, pod.namespace, pod.workload, pod.name),
        },
      ];
    }),
};

function names(claims: readonly Claim[]): string {
  return [...new Set(claims.map(({ owner, mechanism }) => `${owner} (${mechanism})`))].join(', ');
}

/**
 * A port of this machine that the cluster captures while a program listens on it. The CNI's portmap and k3s's load
 * balancer redirect packets before they reach a socket and reserve nothing, so both start without an error.
 */
export const hostPortCaptured: Rule = {
  code: 'port-captured',
  cause: 'port',
  find: (context) => {
    if (!isNodeHere(context)) return [];
    const claims = factsOf(context, 'host-port').filter(({ mechanism }) => mechanism !== 'hostNetwork');
    return (context.facts.listeners ?? []).flatMap((listener): Match[] => {
      const interceptor = claims.find(
        ({ port, protocol }) => port === listener.port && protocol === listener.protocol,
      );
      const loopback = /^(?:127\.|::1$)/.test(listener.address);
      if (
        interceptor === undefined ||
        loopback ||
        listener.via !== 'socket' ||
        OWN.test(listener.owner ?? '')
      )
        return [];
      const all = claims.filter(({ port }) => port === listener.port);
      return [
        {
          title: `Port ${listener.port} of this box has two owners: ${listener.owner ?? 'a process'} listens on it, and ${names(all)} captures its traffic.`,
          remedy: `Keep one of them: remove ${interceptor.owner} (k3s's Traefik: --disable traefik), or move ${listener.owner ?? 'the process'} to another port.`,
          subject: `port ${listener.port}`,
          evidence: [...all.map(({ id }) => id), listener.id],
          weight:
            context.names(String(listener.port)) ||
            (listener.owner !== undefined && context.names(listener.owner))
              ? 'direct'
              : 'inferred',
        },
      ];
    });
  },
};

/** Processes of the cluster that listen on node ports and host ports. */
const OWN = /^(?:k3s|kube-proxy|rke2|kubelet|cilium|docker-proxy|rootlessport|svclb|klipper)/;

/**
 * Whether this machine is a node of the cluster, that is, whether its API server is here. Only then the cluster's port
 * claims concern this machine.
 */
function isNodeHere(context: FailureContext): boolean {
  const own = context.facts.system?.[0]?.addresses ?? [];
  return factsOf(context, 'context').some(({ server }) => {
    const host = server.replace(/:\d+$/, '');
    return /^(?:127\.|localhost$|\[::1\]$|0\.0\.0\.0$)/.test(host) || own.includes(host);
  });
}

/** Why no node fits, without what the scheduler says about its own further attempts. */
function schedulerWords(text: string): string {
  const reasons = text.replace(/[,.]?\s+(?:no new claims to deallocate|preemption:).*$/s, '');
  return `${reasons.slice(0, 300).replace(/[.,]$/, '')}.`;
}

/** The pod cannot be scheduled on any node. */
export const podUnschedulable: Rule = {
  code: 'pod-unschedulable',
  cause: 'resources',
  find: (context) =>
    unschedulable(context).flatMap((pod): Match[] => {
      const text = pod.message ?? '';
      // Unbound claims and host ports have their own findings.
      const elsewhere =
        /unbound immediate PersistentVolumeClaims|didn't have free ports|persistentvolumeclaim "\S{1,253}" not found/.test(
          text,
        );
      const nodes = factsOf(context, 'node');
      return [
        {
          title: `No node can run ${pod.workload}: ${schedulerWords(text)}`,
          remedy: remedyFor(text),
          subject: pod.workload,
          evidence: [pod.id, ...nodes.slice(0, 3).map(({ id }) => id)],
          weight: elsewhere ? 'consequence' : weightOf(context, pod.namespace, pod.workload, pod.name),
        },
      ];
    }),
};

function remedyFor(text: string): string {
  if (/Insufficient/.test(text))
    return 'Request less (requests, replicas), remove what is not needed, or add a node. Limits do not matter here.';
  if (/untolerated taint|had taint/.test(text))
    return 'Add a toleration if the taint is meant for this pod, or find out why the node has it (not-ready, disk-pressure).';
  if (/node affinity|node selector|didn't match Pod/.test(text))
    return 'Fix nodeSelector or affinity, or add the label to a node.';
  return 'Compare what the pod requests with what the nodes have.';
}

/** The node evicted it, usually for lack of disk space. */
export const podEvicted: Rule = {
  code: 'pod-evicted',
  cause: 'resources',
  find: (context) =>
    factsOf(context, 'pod')
      .filter(({ reason }) => reason === 'Evicted')
      .map(
        (pod): Match => ({
          title: `${pod.workload} was evicted from ${pod.node ?? 'its node'}: ${(pod.message ?? '').slice(0, 200)}`,
          remedy:
            'Free the resource that the node ran out of (ephemeral-storage: images, logs, emptyDir), and set a request for it in the pod.',
          subject: pod.workload,
          evidence: [pod.id],
          weight: weightOf(context, pod.namespace, pod.workload, pod.name),
        }),
      ),
};

/** A node that is not ready, or under pressure. */
export const nodeNotReady: Rule = {
  code: 'node-not-ready',
  cause: 'dependency',
  find: (context) =>
    factsOf(context, 'node')
      .filter(({ ready, troubles }) => !ready || troubles.length > 0)
      .map(
        (node): Match => ({
          title: `Node ${node.name} is ${node.ready ? 'under pressure' : 'not ready'}: ${node.troubles.join('; ') || 'no reason given'}.`,
          remedy:
            'Check the node itself: its disk, its memory, the kubelet (journalctl -u k3s, -u kubelet), its network plug-in.',
          subject: `node ${node.name}`,
          evidence: [node.id],
          weight: node.ready ? 'consequence' : 'logged',
        }),
      ),
};

import type { Match, Rule } from '../rule.ts';
import { factsOf, weightOf } from './objects.ts';

/** Its selector matches no pod, so it can never answer. */
export const serviceSelectsNothing: Rule = {
  code: 'service-selects-nothing',
  cause: 'config',
  find: (context) =>
    factsOf(context, 'service')
      .filter(({ selector, matches, ready }) => selector !== '' && matches === 0 && ready === 0)
      .map(
        (service): Match => ({
          title: `Service ${service.namespace}/${service.name} selects ${service.selector}, but no pod has these labels.`,
          remedy:
            'Compare the selector with the labels of the pod template (spec.template.metadata.labels), in the same namespace.',
          subject: `service ${service.namespace}/${service.name}`,
          evidence: [service.id],
          // A workload with zero replicas has no pods either.
          weight: weightOf(context, service.namespace, service.name) === 'direct' ? 'logged' : 'inferred',
        }),
      ),
};

/** A named target port that no container defines. */
export const servicePortUnknown: Rule = {
  code: 'service-port-unknown',
  cause: 'config',
  find: (context) =>
    factsOf(context, 'service')
      .filter(({ unknownPorts }) => unknownPorts.length > 0)
      .map(
        (service): Match => ({
          title: `Service ${service.namespace}/${service.name} uses the target port ${service.unknownPorts.join(', ')}, which no container of its pods defines.`,
          remedy: 'Give the containerPort that name, or use the number as targetPort.',
          subject: `service ${service.namespace}/${service.name}`,
          evidence: [service.id],
          weight: weightOf(context, service.namespace, service.name),
        }),
      ),
};

/** A numeric target port that no container declares although they declare others. */
export const servicePortUndeclared: Rule = {
  code: 'service-port-undeclared',
  cause: 'config',
  find: (context) =>
    factsOf(context, 'service').flatMap((service): Match[] => {
      const { namespace, name, undeclaredPorts = [], podPorts = [], ready } = service;
      const [refused] = context.search([/\brefused\b/i]);
      // Declared ports are only documentation, so they explain a failure only if this service refused a connection.
      const asked = refused !== undefined && weightOf(context, namespace, name) === 'direct';
      if (undeclaredPorts.length === 0 || ready === 0 || !asked) return [];
      return [
        {
          title: `Service ${namespace}/${name} sends to port ${undeclaredPorts.join(', ')} of its pods, whose containers declare only ${podPorts.join(', ')}.`,
          remedy: `Use the port on which the program listens as targetPort${podPorts.length === 1 ? ` (${podPorts[0]}?)` : ''}, or declare ${undeclaredPorts.join(', ')} as a containerPort if it does listen there.`,
          subject: `service ${namespace}/${name}`,
          evidence: [service.id, refused.evidence],
          weight: 'direct',
        },
      ];
    }),
};

/** It has pods, but none of them is ready; the findings about the pods explain why. */
export const serviceUnready: Rule = {
  code: 'service-without-endpoints',
  cause: 'dependency',
  find: (context) =>
    factsOf(context, 'service')
      .filter(({ selector, matches, ready }) => selector !== '' && ready === 0 && matches !== 0)
      .map(
        (service): Match => ({
          title: `Service ${service.namespace}/${service.name} has no ready endpoint${service.notReady === 0 ? '' : ` (${service.notReady} are not ready)`}.`,
          remedy: 'Find out why its pods are not ready. The service itself is not the cause.',
          subject: `service ${service.namespace}/${service.name}`,
          evidence: [service.id],
          weight: 'consequence',
        }),
      ),
};

/** Packets to a namespace with a network policy are dropped. */
export const networkPolicyDrops: Rule = {
  code: 'network-policy',
  cause: 'config',
  find: (context) => {
    const rows = (context.input.matrix ?? []).map((row, index) => ({
      ...row,
      id: context.rowEvidence(index),
    }));
    return rows
      .filter(({ result }) => result === 'timeout')
      .flatMap((row): Match[] => {
        const place = targetOf(row.host, context);
        const policies = factsOf(context, 'network-policy').filter(({ namespace }) => namespace === place);
        if (place === undefined || policies.length === 0) return [];
        return [
          {
            title: `Packets from ${row.vantage} to ${row.host}:${row.port} are dropped, and namespace ${place} has the network policy ${policies.map(({ name }) => name).join(', ')}.`,
            remedy: `Allow the connection in the policy (kubectl -n ${place} describe networkpolicy), or test from a pod that the policy allows.`,
            subject: `namespace ${place}`,
            evidence: [row.id, ...policies.map(({ id }) => id)],
            weight: 'inferred',
          },
        ];
      });
  },
};

/** The namespace of a pod's address or a service's name. */
function targetOf(host: string, context: Parameters<Rule['find']>[0]): string | undefined {
  const pod = factsOf(context, 'pod').find(({ ip }) => ip === host);
  return pod?.namespace ?? /^[\w-]{1,63}\.(?<namespace>[\w-]{1,63})(?:\.svc|$)/.exec(host)?.[1];
}

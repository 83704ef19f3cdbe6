import { pluralize } from '../../base/pluralize.ts';
import type { ClusterFact, ClusterFactOf, ClusterKind } from './cluster-facts.ts';
import type { ContainerAmounts, PodContainer } from './cluster-pods.ts';

/** One line for people, such as `pod argo/argo-server-5d4f8: Pending, container app waiting (ErrImagePull)`. Pure. */
export function summarizeClusterFact<K extends ClusterKind>(fact: ClusterFactOf<K>): string {
  return (SUMMARIES[fact.kind] as (fact: ClusterFact) => string)(fact);
}

const SUMMARIES: { readonly [K in ClusterKind]: (fact: ClusterFactOf<K>) => string } = {
  context: ({ context, current, cluster, server, kubeconfig }) =>
    `context ${context}${current ? ' (current)' : ''} of cluster ${cluster} at ${server}, in ${kubeconfig}`,
  node: ({ name, ready, troubles }) =>
    `node ${name}: ${ready ? 'ready' : 'not ready'}${troubles.length > 0 ? `, ${troubles.join('; ')}` : ''}`,
  workload: ({ workload, ready, desired, troubles }) =>
    `${workload}: ${ready} of ${desired} ready${troubles[0] === undefined ? '' : `, ${troubles[0].reason}: ${troubles[0].message}`}`,
  pod: ({ namespace, name, phase, reason, containers }) =>
    `pod ${namespace}/${name}: ${[phase, reason, ...containers.map(containerWords)].filter(Boolean).join(', ')}`,
  event: ({ about, type, reason, message, count: times, last }) =>
    `event of ${about}: ${type} ${reason}: ${message} (${pluralize(times, 'time')}, last ${last})`,
  quota: ({ namespace, name, hard, used }) =>
    `quota ${namespace}/${name}: ${Object.entries(hard)
      .map(([resource, bound]) => `${resource} ${used[resource] ?? '?'} of ${bound}`)
      .join(', ')}`,
  'limit-range': ({ namespace, name, type, default: defaultLimits, max }) =>
    `limit range ${namespace}/${name} for each ${type}: default ${shown(defaultLimits)}, at most ${shown(max)}`,
  service: ({ namespace, name, type, selector, ready, notReady, matches }) =>
    `service ${namespace}/${name} (${type}): selector ${selector || 'none'} matches ${matches === undefined ? 'unknown pods' : pluralize(matches, 'pod')}, ${pluralize(ready, 'endpoint')} ready, ${notReady} not`,
  claim: ({ namespace, name, phase, class: storage, modes }) =>
    `claim ${namespace}/${name}: ${phase}, class ${storage === '' ? '"" (no provisioning)' : (storage ?? 'default')}, ${modes.join(', ')}`,
  'storage-class': ({ name, default: isDefault, provisioner, binding }) =>
    `storage class ${name}${isDefault ? ' (default)' : ''}: ${provisioner}, ${binding}`,
  'host-port': ({ port, protocol, node, owner, mechanism }) =>
    `host port ${protocol} ${port}${node === undefined ? '' : ` of ${node}`}: ${owner}, by ${mechanism}`,
  registry: ({ workload, host, secrets }) =>
    `images of ${workload} from ${host}: ${secrets.length === 0 ? 'no pull secret' : secrets.map(({ name, exists, hosts }) => `pull secret ${name}${exists === false ? ' (not there)' : ''}${hosts === undefined ? '' : ` for ${hosts.join(', ') || 'no registry'}`}`).join('; ')}`,
  'field-fight': ({ object, path, managers, generation }) =>
    `${path} of ${object} (generation ${generation}): ${managers.map(({ manager, operation, at }) => `${manager} ${operation} ${at}`).join(', ')}`,
  keys: ({ of, namespace, name, keys }) => `keys of ${of} ${namespace}/${name}: ${keys.join(', ') || 'none'}`,
  wiring: ({ role, namespace, name, events }) => `event ${role} ${namespace}/${name}: ${events.join(', ')}`,
  'network-policy': ({ namespace, name, selector, directions }) =>
    `network policy ${namespace}/${name}: ${directions.join(', ')} of ${selector || 'all pods'}`,
  'pod-log': ({ namespace, name, container, previous, bytes, lines }) =>
    `log of ${namespace}/${name} ${container}${previous ? ' (the run before)' : ''}: ${bytes === 0 ? 'empty' : lines.at(-1)}`,
  'probe-answer': ({ workload, container, probe, scheme, path, port, status, trouble }) =>
    `${probe} probe of ${workload} ${container}, called by ${scheme}: :${port}${path} ${status ?? trouble}`,
  'image-program': ({ image, program, exists, interpreter, interpreterExists }) =>
    `${program} in ${image}: ${exists ? 'there' : 'not there'}${interpreter === undefined ? '' : `, its interpreter ${interpreter} ${interpreterExists === false ? 'is not' : 'is'}`}`,
  usage: ({ workload, container, periods, throttled }) =>
    `CPU of ${workload} ${container}: held back in ${throttled ?? '?'} of ${periods ?? '?'} periods`,
};

function containerWords({ name, now, last, restarts }: PodContainer): string {
  const words = [now?.state, now?.reason && `(${now.reason})`].filter(Boolean).join(' ');
  const before =
    last?.exitCode === undefined
      ? ''
      : `, ended before with code ${last.exitCode}${last.reason === undefined ? '' : ` (${last.reason})`}`;
  return `container ${name} ${words}${restarts > 0 ? `, ${pluralize(restarts, 'restart')}` : ''}${before}`;
}

function shown(amounts: ContainerAmounts): string {
  return (
    Object.entries(amounts)
      .map(([resource, value]) => `${resource} ${value}`)
      .join(', ') || 'none'
  );
}

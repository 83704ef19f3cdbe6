import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { eventsAbout, factsOf, weightOf } from './objects.ts';

type Claim = ClusterFactOf<'claim'>;

/** Pending claims with the messages of their controllers. FailedBinding is an event of type Normal. */
function pending(context: FailureContext): { claim: Claim; said: ReturnType<typeof eventsAbout> }[] {
  return factsOf(context, 'claim')
    .filter(({ phase }) => phase === 'Pending')
    .map((claim) => ({ claim, said: eventsAbout(context, claim.uid) }));
}

function weigh(context: FailureContext, { namespace, name }: Claim): Match['weight'] {
  const users = factsOf(context, 'workload').filter(
    (each) => each.namespace === namespace && each.claims.includes(name),
  );
  return weightOf(context, namespace, name, ...users.map(({ workload }) => workload));
}

/** `storageClassName: ""` disables dynamic provisioning. Without a named volume the claim can never bind. */
export const claimClassEmpty: Rule = {
  code: 'claim-class-empty',
  cause: 'config',
  find: (context) =>
    pending(context).flatMap(({ claim, said }): Match[] => {
      if (claim.class !== '' || claim.volume !== undefined) return [];
      const event = said.find(({ reason }) => reason === 'FailedBinding');
      const defaultClass = factsOf(context, 'storage-class').find((each) => each.default);
      return [
        {
          title: `The claim ${claim.name} of ${claim.namespace} has storageClassName: "", which disables dynamic provisioning, and does not name a volume${event === undefined ? '' : ` (${event.message.trim()})`}.`,
          remedy: `Remove storageClassName to use the default class${defaultClass === undefined ? '' : ` (${defaultClass.name})`}, or set a class or a volumeName. The field is immutable: delete the claim and create it again.`,
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [
            claim.id,
            ...(event === undefined ? [] : [event.id]),
            ...(defaultClass === undefined ? [] : [defaultClass.id]),
          ],
          weight: weigh(context, claim),
        },
      ];
    }),
};

/** A claim with a class that does not exist, or without a class on a cluster that has no default class. */
export const claimClassMissing: Rule = {
  code: 'claim-class-missing',
  cause: 'config',
  find: (context) =>
    pending(context).flatMap(({ claim, said }): Match[] => {
      if (claim.class === '') return [];
      const event = said.find(({ message }) =>
        /storageclass\S{0,40} "[^"]{1,253}" not found|no storage class is set/i.test(message),
      );
      const classes = factsOf(context, 'storage-class');
      const isKnown = classes.some(({ name, default: defaultClass }) =>
        claim.class === undefined ? defaultClass : name === claim.class,
      );
      if (isKnown || (event === undefined && classes.length === 0)) return [];
      const has = classes.map(({ name }) => name).join(', ') || 'none';
      return [
        {
          title:
            claim.class === undefined
              ? `The claim ${claim.name} of ${claim.namespace} has no storage class, and the cluster has no default class (it has: ${has}).`
              : `The claim ${claim.name} of ${claim.namespace} uses the storage class ${claim.class}, which does not exist (the cluster has: ${has}).`,
          remedy:
            'Use a class that the cluster has (delete the claim and create it again), or mark one as default.',
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [claim.id, ...(event === undefined ? [] : [event.id]), ...classes.map(({ id }) => id)],
          weight: weigh(context, claim),
        },
      ];
    }),
};

/** Its provisioner tried and failed. A claim that waits for its first consumer is not a failure. */
export const claimNotProvisioned: Rule = {
  code: 'claim-not-provisioned',
  cause: 'dependency',
  find: (context) =>
    pending(context).flatMap(({ claim, said }): Match[] => {
      const event = said.find(
        ({ reason, message }) => reason === 'ProvisioningFailed' && !/exceeded quota|not found/.test(message),
      );
      if (event === undefined) return [];
      return [
        {
          title: `No volume was provisioned for the claim ${claim.name} of ${claim.namespace}: ${event.message.trim().slice(0, 250)}`,
          remedy: 'Read the log of the provisioner that the message names. Its own pods may be failing.',
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [event.id, claim.id],
          weight: weigh(context, claim),
        },
      ];
    }),
};

const MULTI_ATTACH = /Multi-Attach error for volume "(?<volume>[^"]{1,253})"/;

/** A volume that one node can mount, and an update that starts the new pod before the old one ends. */
export const rollingUpdateOnVolume: Rule = {
  code: 'rolling-update-on-single-volume',
  cause: 'config',
  find: (context) => {
    const attach = factsOf(context, 'event').find(({ message }) => MULTI_ATTACH.test(message));
    return factsOf(context, 'workload').flatMap((each): Match[] => {
      if (!each.workload.startsWith('deployment ') || each.strategy === 'Recreate') return [];
      const claims = factsOf(context, 'claim').filter(
        ({ namespace, name, modes }) =>
          namespace === each.namespace &&
          each.claims.includes(name) &&
          modes.length > 0 &&
          modes.every((mode) => /^ReadWriteOnce(?:Pod)?$/.test(mode)),
      );
      if (claims.length === 0 || each.ready >= each.desired) return [];
      // A pod that waits for its volume is the evidence. Without it, many other causes may keep the deployment from
      // being ready.
      const pods = factsOf(context, 'pod').filter(({ workload }) => workload === each.workload);
      const own = attach !== undefined && pods.some(({ uid }) => uid === attach.uid);
      if (!own && pods.length < 2) return [];
      return [
        {
          title: `${each.workload} uses ${each.strategy ?? 'RollingUpdate'}, but its claim ${claims[0]!.name} is ${claims[0]!.modes.join(', ')}: the new pod waits for a volume that the old one still uses${own ? ` (${attach.message.slice(0, 160)})` : ''}.`,
          remedy: 'Set strategy: { type: Recreate }, so that the old pod ends before the new one starts.',
          subject: each.workload,
          evidence: [...(own ? [attach.id] : []), each.id, ...claims.map(({ id }) => id)],
          weight: own ? weightOf(context, each.namespace, each.workload) : 'inferred',
        },
      ];
    });
  },
};

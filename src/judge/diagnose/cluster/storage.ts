import type { ClusterFactOf } from '../../../model/cluster/cluster-facts.ts';
import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { eventsAbout, factsOf, weightOf } from './objects.ts';

type Claim = ClusterFactOf<'claim'>;

/** Claims that are pending, with what their controller says: FailedBinding is an event of type Normal. */
function pending(scene: FailureContext): { claim: Claim; said: ReturnType<typeof eventsAbout> }[] {
  return factsOf(scene, 'claim')
    .filter(({ phase }) => phase === 'Pending')
    .map((claim) => ({ claim, said: eventsAbout(scene, claim.uid) }));
}

function weigh(scene: FailureContext, { namespace, name }: Claim): Match['weight'] {
  const users = factsOf(scene, 'workload').filter(
    (each) => each.namespace === namespace && each.claims.includes(name),
  );
  return weightOf(scene, namespace, name, ...users.map(({ workload }) => workload));
}

/** `storageClassName: ""` says: no dynamic provisioning. Without a volume by name nothing will ever bind. */
export const claimClassEmpty: Rule = {
  code: 'claim-class-empty',
  cause: 'config',
  find: (scene) =>
    pending(scene).flatMap(({ claim, said }): Match[] => {
      if (claim.class !== '' || claim.volume !== undefined) return [];
      const event = said.find(({ reason }) => reason === 'FailedBinding');
      const usual = factsOf(scene, 'storage-class').find((each) => each.default);
      return [
        {
          title: `The claim ${claim.name} of ${claim.namespace} has storageClassName: "", which switches dynamic provisioning off, and names no volume${event === undefined ? '' : ` (${event.message.trim()})`}.`,
          remedy: `Leave storageClassName out to get the default class${usual === undefined ? '' : ` (${usual.name})`}, or name a class or a volumeName. The field cannot be changed: delete the claim and make it anew.`,
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [
            claim.id,
            ...(event === undefined ? [] : [event.id]),
            ...(usual === undefined ? [] : [usual.id]),
          ],
          weight: weigh(scene, claim),
        },
      ];
    }),
};

/** A claim of a class that is not there, or of the default class where there is none. */
export const claimClassMissing: Rule = {
  code: 'claim-class-missing',
  cause: 'config',
  find: (scene) =>
    pending(scene).flatMap(({ claim, said }): Match[] => {
      if (claim.class === '') return [];
      const event = said.find(({ message }) =>
        /storageclass\S{0,40} "[^"]{1,253}" not found|no storage class is set/i.test(message),
      );
      const classes = factsOf(scene, 'storage-class');
      const isKnown = classes.some(({ name, default: usual }) =>
        claim.class === undefined ? usual : name === claim.class,
      );
      if (isKnown || (event === undefined && classes.length === 0)) return [];
      const has = classes.map(({ name }) => name).join(', ') || 'none';
      return [
        {
          title:
            claim.class === undefined
              ? `The claim ${claim.name} of ${claim.namespace} names no storage class, and the cluster has no default one (it has: ${has}).`
              : `The claim ${claim.name} of ${claim.namespace} names the storage class ${claim.class}, which is not there (there is: ${has}).`,
          remedy:
            'Name a class that the cluster has (the claim must be made anew for that), or mark one as default.',
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [claim.id, ...(event === undefined ? [] : [event.id]), ...classes.map(({ id }) => id)],
          weight: weigh(scene, claim),
        },
      ];
    }),
};

/** Its provisioner tried and failed. A claim that waits for its first pod is no fault. */
export const claimNotProvisioned: Rule = {
  code: 'claim-not-provisioned',
  cause: 'dependency',
  find: (scene) =>
    pending(scene).flatMap(({ claim, said }): Match[] => {
      const event = said.find(
        ({ reason, message }) => reason === 'ProvisioningFailed' && !/exceeded quota|not found/.test(message),
      );
      if (event === undefined) return [];
      return [
        {
          title: `No volume is made for the claim ${claim.name} of ${claim.namespace}: ${event.message.trim().slice(0, 250)}`,
          remedy: 'Read the log of the provisioner that it names; its own pods may be what does not run.',
          subject: `claim ${claim.namespace}/${claim.name}`,
          evidence: [event.id, claim.id],
          weight: weigh(scene, claim),
        },
      ];
    }),
};

const MULTI_ATTACH = /Multi-Attach error for volume "(?<volume>[^"]{1,253})"/;

/** A volume that one node may have, and an update that wants the new pod before the old one has gone. */
export const rollingUpdateOnVolume: Rule = {
  code: 'rolling-update-on-single-volume',
  cause: 'config',
  find: (scene) => {
    const attach = factsOf(scene, 'event').find(({ message }) => MULTI_ATTACH.test(message));
    return factsOf(scene, 'workload').flatMap((each): Match[] => {
      if (!each.workload.startsWith('deployment ') || each.strategy === 'Recreate') return [];
      const claims = factsOf(scene, 'claim').filter(
        ({ namespace, name, modes }) =>
          namespace === each.namespace &&
          each.claims.includes(name) &&
          modes.length > 0 &&
          modes.every((mode) => /^ReadWriteOnce(?:Pod)?$/.test(mode)),
      );
      if (claims.length === 0 || each.ready >= each.desired) return [];
      // A pod that waits for its volume is the sign; without it many things may keep a deployment from being ready.
      const pods = factsOf(scene, 'pod').filter(({ workload }) => workload === each.workload);
      const own = attach !== undefined && pods.some(({ uid }) => uid === attach.uid);
      if (!own && pods.length < 2) return [];
      return [
        {
          title: `${each.workload} is updated by ${each.strategy ?? 'RollingUpdate'}, but its claim ${claims[0]!.name} is ${claims[0]!.modes.join(', ')}: the new pod waits for a volume that the old one holds${own ? ` (${attach.message.slice(0, 160)})` : ''}.`,
          remedy:
            'Set strategy: { type: Recreate }: whatever owns its data alone must end before it starts again.',
          subject: each.workload,
          evidence: [...(own ? [attach.id] : []), each.id, ...claims.map(({ id }) => id)],
          weight: own ? weightOf(scene, each.namespace, each.workload) : 'inferred',
        },
      ];
    });
  },
};

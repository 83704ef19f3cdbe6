import { nearest } from '../../../base/nearest.ts';
import { type Match, type Rule, textRule } from '../rule.ts';
import { factsOf, runs, said, weightOf, weightOfRun, who } from './objects.ts';

/** 409 of server-side apply: another manager owns the field and says something else. */
export const fieldConflict: Rule = textRule({
  code: 'field-conflict',
  cause: 'config',
  patterns: [
    /conflicts? with "(?<manager>[^"]{1,128})"(?: (?:using|with subresource) [^:]{1,128})?:?\s*(?:- )?(?<path>\.\S{1,300})?/,
  ],
  tell: ({ groups: { manager = '', path }, index }, scene) => {
    const field = path ?? /^\s*-?\s*(\.\S{1,300})/.exec(scene.lines[index + 1]?.text ?? '')?.[1];
    const known = factsOf(scene, 'field-fight').filter((each) => each.path === field);
    return {
      title: `The field ${field ?? 'that is applied'} belongs to ${manager}, which set it to something else.`,
      remedy: `Decide who owns it: leave it out of what is applied here, or have ${manager} give it up (kubectl apply --server-side --force-conflicts takes it, until ${manager} writes again).`,
      subject: `${field ?? 'a field'} of ${manager}`,
      evidence: known.map(({ id }) => id),
    };
  },
});

/** Managers that write in turn: within so many minutes of each other, over and over. */
const TURN_MS = 10 * 60_000;
const OFTEN = 10;

/** Two managers hold one field, both wrote it lately, and the object has changed often. */
export const fieldFight: Rule = {
  code: 'field-fight',
  cause: 'config',
  find: (scene) =>
    factsOf(scene, 'field-fight').flatMap((fight): Match[] => {
      const [last, before] = fight.managers.map(({ at }) => Date.parse(at));
      const inTurn = last !== undefined && before !== undefined && last - before <= TURN_MS;
      if (!inTurn || fight.generation < OFTEN) return [];
      const names = fight.managers.map(({ manager, operation }) => `${manager} (${operation})`);
      return [
        {
          title: `${names.join(' and ')} both write ${fight.path} of ${fight.object}, in turn (generation ${fight.generation}).`,
          remedy:
            'Leave that field to one of them: take it out of the other’s manifest (with an autoscaler: no replicas).',
          subject: `${fight.object} ${fight.path}`,
          evidence: [fight.id],
          weight: 'inferred',
        },
      ];
    }),
};

const KEY =
  /couldn't find key (?<key>\S{1,253}) in (?<of>ConfigMap|Secret) (?<namespace>[^\s/]{1,63})\/(?<name>[^\s,]{1,253})/;

/** A key that a ConfigMap or Secret does not have. */
export const keyMissing: Rule = {
  code: 'key-missing',
  cause: 'config',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { id, groups } = said(run, KEY) ?? {};
      if (id === undefined || groups === undefined) return [];
      const { key = '', of = '', name = '' } = groups;
      const has = factsOf(scene, 'keys').find(
        (each) => each.namespace === groups.namespace && each.name === name,
      );
      const near = nearest(key, has?.keys ?? []);
      return [
        {
          title: `${who(run)} wants the key ${key} of ${of} ${name}, which has ${has === undefined ? 'no such key' : `only ${has.keys.slice(0, 10).join(', ') || 'no key at all'}`}.`,
          remedy:
            near === undefined
              ? `Add ${key} to ${name}, or name a key that it has.`
              : `Write ${near} instead of ${key}, or add ${key} to ${name}.`,
          subject: `${of.toLowerCase()} ${groups.namespace}/${name} ${key}`,
          evidence: [id, run.pod.id, ...(has === undefined ? [] : [has.id])],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

const VOLUME_KEY =
  /MountVolume\.SetUp failed for volume "(?<volume>[^"]{1,253})" ?: references non-existent (?<of>config|secret) key: (?<key>\S{1,253})/;

/** The same for a key that is to become a file in a volume. */
export const volumeKeyMissing: Rule = {
  code: 'volume-key-missing',
  cause: 'config',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { id, groups } = said(run, VOLUME_KEY) ?? {};
      if (id === undefined || groups === undefined) return [];
      const { volume = '', of = '', key = '' } = groups;
      const kind = of === 'secret' ? 'Secret' : 'ConfigMap';
      const source = run.pod.sources?.[volume]?.split(' ')[1] ?? `of its volume ${volume}`;
      return [
        {
          title: `${run.pod.workload} mounts the key ${key} of the ${kind} ${source}, which does not have it.`,
          remedy: `Add ${key} to the ${kind}, or name a key that it has under items of the volume ${volume}; the pod then starts without being made again.`,
          subject: `${run.pod.workload} ${volume} ${key}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

/** The pod may not run as root, and its image does. */
export const runsAsRoot: Rule = {
  code: 'image-runs-as-root',
  cause: 'config',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { id, groups } =
        said(
          run,
          /container has runAsNonRoot and image (?:will run as root|has non-numeric user \((?<user>[^)]{1,100})\))/,
        ) ?? {};
      if (id === undefined) return [];
      const user = groups?.user;
      return [
        {
          title:
            user === undefined
              ? `${who(run)} may not run as root (runAsNonRoot), and its image ${run.container.image} does.`
              : `${who(run)} may not run as root (runAsNonRoot), and its image names the user ${user}, of whom kubelet cannot tell that.`,
          remedy: `Set securityContext.runAsUser to a number other than 0 that the image can run as${user === undefined ? '' : `, the one of ${user}`}, or give the image such a user (USER 65532).`,
          subject: `${run.pod.workload} ${run.container.name}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

/** A workflow of Argo that has failed, in the words of its controller. */
export const workflowFailed: Rule = {
  code: 'workflow-failed',
  cause: 'other',
  find: (scene) =>
    factsOf(scene, 'event')
      .filter(({ reason, about }) => reason === 'WorkflowFailed' && about.startsWith('Workflow '))
      .map((event): Match => {
        const [namespace = '', name = ''] = event.about.slice('Workflow '.length).split('/');
        return {
          title: `Workflow ${namespace}/${name} has failed: ${event.message.slice(0, 300)}.`,
          remedy: `Look at its nodes (kubectl -n ${namespace} get workflow ${name} -o yaml, status.nodes) and the logs of its pods.`,
          subject: `workflow ${namespace}/${name}`,
          evidence: [event.id],
          weight: weightOf(scene, namespace, name) === 'told' ? 'logged' : 'inferred',
        };
      }),
};

/** A ConfigMap, Secret or claim that a pod names and that is not there. */
export const podNeedsObject: Rule = {
  code: 'pod-needs-object',
  cause: 'config',
  find: (scene) =>
    runs(scene).flatMap((run): Match[] => {
      const { id, groups } =
        said(
          run,
          /(?<kind>configmap|secret|persistentvolumeclaim|serviceaccount) "(?<name>[^"]{1,253})" not found/i,
        ) ?? {};
      if (id === undefined) return [];
      const kind = groups?.kind?.toLowerCase() ?? 'object';
      return [
        {
          title: `${run.pod.workload} needs the ${kind} ${groups?.name}, which is not in namespace ${run.pod.namespace}.`,
          remedy:
            'Make it in an earlier step, in that namespace, or mend the name; waiting helps only where a controller is to make it.',
          subject: `${kind} ${run.pod.namespace}/${groups?.name}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(scene, run),
        },
      ];
    }),
};

/** A Sensor of Argo Events that waits for an event which no EventSource makes. */
export const eventUnknown: Rule = {
  code: 'event-unknown',
  cause: 'config',
  find: (scene) => {
    const wiring = factsOf(scene, 'wiring');
    const sources = wiring.filter(({ role }) => role === 'source');
    return wiring
      .filter(({ role }) => role === 'sensor')
      .flatMap((sensor) =>
        sensor.events.flatMap((event): Match[] => {
          const made = sources
            .filter(({ namespace }) => namespace === sensor.namespace)
            .flatMap(({ events }) => events);
          if (made.includes(event)) return [];
          const near = nearest(event, made);
          return [
            {
              title: `Sensor ${sensor.namespace}/${sensor.name} waits for ${event}, which no event source makes (they make: ${made.slice(0, 10).join(', ') || 'none'}).`,
              remedy:
                near === undefined
                  ? 'Name an event source and an event that are there.'
                  : `Write ${near} instead of ${event}.`,
              subject: `sensor ${sensor.namespace}/${sensor.name} ${event}`,
              evidence: [sensor.id, ...sources.map(({ id }) => id)],
              weight: weightOf(scene, sensor.namespace, sensor.name) === 'told' ? 'told' : 'inferred',
            },
          ];
        }),
      );
  },
};

/** What is left to say of a workload of which nothing else is known. */
export const workloadNotReady: Rule = {
  code: 'workload-not-ready',
  cause: 'other',
  find: (scene) =>
    factsOf(scene, 'workload')
      .filter(({ ready, desired }) => ready < desired)
      .map(
        (each): Match => ({
          title: `${each.workload} has ${each.ready} of ${each.desired} ready${each.troubles[0] === undefined ? '' : `: ${each.troubles[0].message.slice(0, 200).replace(/\.$/, '')}`}.`,
          remedy: `Look at its pods and their events: env_observe with scopes ["kubernetes"] and namespace ${each.namespace}.`,
          subject: each.workload,
          evidence: [each.id],
          weight: 'consequence',
        }),
      ),
};

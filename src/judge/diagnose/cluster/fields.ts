import { nearest } from '../../../base/nearest.ts';
import { type Match, type Rule, textRule } from '../rule.ts';
import { containerRuns, containerTitle, errorMatch, factsOf, weightOf, weightOfRun } from './objects.ts';

/** A 409 of server-side apply: another manager owns the field and has set a different value. */
export const fieldConflict: Rule = textRule({
  code: 'field-conflict',
  cause: 'config',
  patterns: [
    /conflicts? with "(?<manager>[^"]{1,128})"(?: (?:using|with subresource) [^:]{1,128})?:?\s*(?:- )?(?<path>\.\S{1,300})?/,
  ],
  describe: ({ groups: { manager = '', path }, index }, context) => {
    const field = path ?? /^\s*-?\s*(\.\S{1,300})/.exec(context.lines[index + 1]?.text ?? '')?.[1];
    const known = factsOf(context, 'field-fight').filter((each) => each.path === field);
    return {
      title: `The field ${field ?? 'that is applied'} is owned by ${manager}, which set a different value.`,
      remedy: `Decide which one owns the field. Either remove it from this manifest, or take it from ${manager} (kubectl apply --server-side --force-conflicts), which lasts until ${manager} writes again.`,
      subject: `${field ?? 'a field'} of ${manager}`,
      evidence: known.map(({ id }) => id),
    };
  },
});

/** Managers that overwrite each other: both wrote within this many minutes. */
const TURN_MS = 10 * 60_000;
const OFTEN = 10;

/** Two managers set one field, both wrote it recently, and the object has changed often. */
export const fieldFight: Rule = {
  code: 'field-fight',
  cause: 'config',
  find: (context) =>
    factsOf(context, 'field-fight').flatMap((fight): Match[] => {
      const [last, before] = fight.managers.map(({ at }) => Date.parse(at));
      const inTurn = last !== undefined && before !== undefined && last - before <= TURN_MS;
      if (!inTurn || fight.generation < OFTEN) return [];
      const names = fight.managers.map(({ manager, operation }) => `${manager} (${operation})`);
      return [
        {
          title: `${names.join(' and ')} keep overwriting ${fight.path} of ${fight.object} (generation ${fight.generation}).`,
          remedy:
            'Let one of them own the field: remove it from the other manifest. With an autoscaler, remove replicas.',
          subject: `${fight.object} ${fight.path}`,
          evidence: [fight.id],
          weight: 'inferred',
        },
      ];
    }),
};

const KEY =
  /couldn't find key (?<key>\S{1,253}) in (?<of>ConfigMap|Secret) (?<namespace>[^\s/]{1,63})\/(?<name>[^\s,]{1,253})/;

/** A key that a ConfigMap or Secret does not contain. */
export const keyMissing: Rule = {
  code: 'key-missing',
  cause: 'config',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { id, groups } = errorMatch(run, KEY) ?? {};
      if (id === undefined || groups === undefined) return [];
      const { key = '', of = '', name = '' } = groups;
      const has = factsOf(context, 'keys').find(
        (each) => each.namespace === groups.namespace && each.name === name,
      );
      const near = nearest(key, has?.keys ?? []);
      return [
        {
          title: `${containerTitle(run)} needs the key ${key} of ${of} ${name}, which has ${has === undefined ? 'no such key' : `only ${has.keys.slice(0, 10).join(', ') || 'no keys'}`}.`,
          remedy:
            near === undefined
              ? `Add ${key} to ${name}, or use a key that it has.`
              : `Write ${near} instead of ${key}, or add ${key} to ${name}.`,
          subject: `${of.toLowerCase()} ${groups.namespace}/${name} ${key}`,
          evidence: [id, run.pod.id, ...(has === undefined ? [] : [has.id])],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

const VOLUME_KEY =
  /MountVolume\.SetUp failed for volume "(?<volume>[^"]{1,253})" ?: references non-existent (?<of>config|secret) key: (?<key>\S{1,253})/;

/** A missing key that a volume mounts as a file. */
export const volumeKeyMissing: Rule = {
  code: 'volume-key-missing',
  cause: 'config',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { id, groups } = errorMatch(run, VOLUME_KEY) ?? {};
      if (id === undefined || groups === undefined) return [];
      const { volume = '', of = '', key = '' } = groups;
      const kind = of === 'secret' ? 'Secret' : 'ConfigMap';
      const source = run.pod.sources?.[volume]?.split(' ')[1] ?? `of its volume ${volume}`;
      return [
        {
          title: `${run.pod.workload} mounts the key ${key} of the ${kind} ${source}, which has no such key.`,
          remedy: `Add ${key} to the ${kind}, or use an existing key under items of the volume ${volume}. The pod then starts without being recreated.`,
          subject: `${run.pod.workload} ${volume} ${key}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** Any other volume that cannot be mounted, in the words of kubelet. */
export const volumeMountFails: Rule = {
  code: 'volume-mount-fails',
  cause: 'config',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { id, groups } =
        errorMatch(
          run,
          /MountVolume\.\w{1,20} failed for volume "(?<volume>[^"]{1,253})" ?: (?!references non-existent|\w+ "[^"]{1,253}" not found|object "[^"]{1,600}" not registered|failed to sync)(?<why>[\s\S]{1,300})/,
        ) ?? {};
      if (id === undefined || groups === undefined) return [];
      const { volume = '', why = '' } = groups;
      return [
        {
          title: `${run.pod.workload} cannot mount its volume ${volume}: ${why.trim().replace(/\.$/, '')}.`,
          remedy:
            'Fix the source of this volume in the pod, or create what it names on the node. kubelet tries again on its own.',
          subject: `${run.pod.workload} ${volume}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** The pod must not run as root, but its image does. */
export const runsAsRoot: Rule = {
  code: 'image-runs-as-root',
  cause: 'config',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { id, groups } =
        errorMatch(
          run,
          /container has runAsNonRoot and image (?:will run as root|has non-numeric user \((?<user>[^)]{1,100})\))/,
        ) ?? {};
      if (id === undefined) return [];
      const user = groups?.user;
      return [
        {
          title:
            user === undefined
              ? `${containerTitle(run)} must not run as root (runAsNonRoot), but its image ${run.container.image} does.`
              : `${containerTitle(run)} must not run as root (runAsNonRoot), and kubelet cannot verify that for the named user ${user} of its image.`,
          remedy: `Set securityContext.runAsUser to a number other than 0 that the image can run as${user === undefined ? '' : `, such as the id of ${user}`}, or set a numeric user in the image (USER 65532).`,
          subject: `${run.pod.workload} ${run.container.name}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** A ConfigMap, Secret or claim that a pod refers to and that does not exist. */
export const podNeedsObject: Rule = {
  code: 'pod-needs-object',
  cause: 'config',
  find: (context) =>
    containerRuns(context).flatMap((run): Match[] => {
      const { id, groups } =
        errorMatch(
          run,
          /(?<kind>configmap|secret|persistentvolumeclaim|serviceaccount) "(?<name>[^"]{1,253})" not found/i,
        ) ?? {};
      if (id === undefined) return [];
      const kind = groups?.kind?.toLowerCase() ?? 'object';
      return [
        {
          title: `${run.pod.workload} needs the ${kind} ${groups?.name}, which does not exist in namespace ${run.pod.namespace}.`,
          remedy:
            'Create it in an earlier step in that namespace, or fix the name. Waiting helps only if a controller creates it.',
          subject: `${kind} ${run.pod.namespace}/${groups?.name}`,
          evidence: [id, run.pod.id],
          weight: weightOfRun(context, run),
        },
      ];
    }),
};

/** A Sensor of Argo Events that waits for an event that no EventSource produces. */
export const eventUnknown: Rule = {
  code: 'event-unknown',
  cause: 'config',
  find: (context) => {
    const wiring = factsOf(context, 'wiring');
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
              title: `Sensor ${sensor.namespace}/${sensor.name} waits for ${event}, which no event source produces (existing events: ${made.slice(0, 10).join(', ') || 'none'}).`,
              remedy:
                near === undefined
                  ? 'Use an existing event source and event.'
                  : `Write ${near} instead of ${event}.`,
              subject: `sensor ${sensor.namespace}/${sensor.name} ${event}`,
              evidence: [sensor.id, ...sources.map(({ id }) => id)],
              weight: weightOf(context, sensor.namespace, sensor.name) === 'direct' ? 'direct' : 'inferred',
            },
          ];
        }),
      );
  },
};

/** The source and the Sensor name the same event, but no result exists: the event was sent before the Sensor subscribed. */
export const eventBeforeSensor: Rule = {
  code: 'event-before-sensor',
  cause: 'timing',
  find: (context) =>
    context.input.checks.flatMap(({ check, verdict, observed }, index): Match[] => {
      const name = /events\.argoproj\.io\/sensor=([\w.-]{1,253})/.exec(check)?.[1];
      if (name === undefined || verdict === 'pass' || !observed.includes('there is none')) return [];
      const wiring = factsOf(context, 'wiring');
      const sensor = wiring.find((each) => each.role === 'sensor' && each.name === name);
      const made = new Set(
        wiring
          .filter(({ role, namespace }) => role === 'source' && namespace === sensor?.namespace)
          .flatMap(({ events }) => events),
      );
      if (sensor === undefined || !sensor.events.every((event) => made.has(event))) return [];
      return [
        {
          title: `Sensor ${sensor.namespace}/${name} waits for ${sensor.events.join(', ')}, which its event source provides, but no result exists: a Sensor receives only events that are sent after it has subscribed.`,
          remedy:
            'Send the event again until its result exists. The pod of a Sensor is ready before it has subscribed to the event bus.',
          subject: `sensor ${sensor.namespace}/${name}`,
          evidence: [context.checkEvidence(index), sensor.id],
          weight: 'logged',
        },
      ];
    }),
};

/** The last resort for a workload about which nothing else is known. */
export const workloadNotReady: Rule = {
  code: 'workload-not-ready',
  cause: 'other',
  find: (context) =>
    factsOf(context, 'workload')
      .filter(({ ready, desired }) => ready < desired)
      .map(
        (each): Match => ({
          title: `${each.workload} has ${each.ready} of ${each.desired} ready${each.troubles[0] === undefined ? '' : `: ${each.troubles[0].message.slice(0, 200).replace(/\.$/, '')}`}.`,
          remedy: `Check its pods and their events: env_observe with scopes ["kubernetes"] and namespace ${each.namespace}.`,
          subject: each.workload,
          evidence: [each.id],
          weight: 'consequence',
        }),
      ),
};

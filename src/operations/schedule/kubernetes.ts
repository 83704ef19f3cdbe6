import { objectPath } from '../../cluster/cluster.ts';
import { asYaml } from '../../export/as-yaml.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { cronJob, cronJobName, type ScheduleObject } from '../../schedule/cron-job.ts';
import type { ScheduledCommand } from '../../schedule/scheduled-command.ts';
import type { OperationContext } from '../operation.ts';
import { sendObjects } from '../submit/send.ts';
import { withCluster } from '../submit/with-cluster.ts';
import type { Scheduler } from './scheduler.ts';

/** What a cluster needs beyond the tasks. */
export interface KubernetesOptions {
  /** The document's. */
  readonly folder: string;
  /** The document's; needed to install. */
  readonly text?: string | undefined;
  readonly namespace: string;
  /** Needed to install. */
  readonly image?: string | undefined;
}

interface ObjectList {
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

const KINDS = [
  ['batch/v1', 'CronJob'],
  ['v1', 'ConfigMap'],
  ['v1', 'PersistentVolumeClaim'],
] as const;

/** CronJobs in the cluster of this machine's kubeconfig. */
export function kubernetes(
  context: OperationContext,
  { folder, text = '', namespace, image }: KubernetesOptions,
): Scheduler {
  const objectsOf = (command: ScheduledCommand): readonly ScheduleObject[] => {
    if (image === undefined) throw refused('--image must name an image that contains runbook.', EXIT.usage);
    const made = cronJob(command, { image, namespace, text });
    if ('objects' in made) return made.objects;
    throw refused(`A CronJob cannot run at ${command.task.when}: ${made.problem}.`, EXIT.document);
  };
  const named = (key: string) =>
    withCluster(context, folder, async (cluster) => {
      cluster.requireAllowed(namespace);
      const found: { readonly name: string; readonly path: string }[] = [];
      for (const [apiVersion, kind] of KINDS) {
        const resource = await cluster.discovery.byKind(apiVersion, kind);
        if (!resource) continue;
        const query = { labelSelector: `app.kubernetes.io/managed-by=runbook,runbook/document=${key}` };
        const path = objectPath(resource, namespace, '').replace(/\/$/, '');
        const { body } = await cluster.client.request<ObjectList>({
          method: 'GET',
          path,
          query,
          signal: context.signal,
        });
        for (const { metadata } of body.items)
          found.push({
            name: `${kind} ${metadata.name}`,
            path: objectPath(resource, namespace, metadata.name),
          });
      }
      return found;
    });
  return {
    name: 'kubernetes',
    preview: (commands) => asYaml(commands.flatMap(objectsOf)),
    installed: async (key) => (await named(key)).map(({ name }) => name),
    install: async (commands) => {
      const objects = commands.flatMap(objectsOf);
      await withCluster(context, folder, (cluster) => sendObjects(cluster, objects, context.signal));
      return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    },
    remove: async (key, items) => {
      const gone = (await named(key)).filter(({ name }) => items.includes(name));
      await withCluster(context, folder, async (cluster) => {
        for (const { path } of gone)
          await cluster.client.request({
            method: 'DELETE',
            path,
            query: { propagationPolicy: 'Background' },
            signal: context.signal,
          });
      });
    },
    isFor,
  };
}

const isFor: Scheduler['isFor'] = (item, key, task) => item.split(' ')[1] === cronJobName({ key, task });

function refused(message: string, exit: typeof EXIT.usage | typeof EXIT.document): RunbookError {
  const remedy = 'See "runbook schedule install --help".';
  return new RunbookError([{ code: 'not-for-kubernetes', severity: 'error', message, remedy }], exit);
}

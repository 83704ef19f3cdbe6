import { objectPath } from '../../cluster/cluster.ts';
import { asYaml } from '../../export/as-yaml.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import { cronJob, type ScheduleObject } from '../../schedule/cron-job.ts';
import { type ScheduledCommand, scheduleUnitName } from '../../schedule/scheduled-command.ts';
import type { OpenedDocument } from '../document/document.ts';
import type { OperationContext } from '../operation.ts';
import { sendObjects } from '../submit/send.ts';
import { withCluster } from '../submit/with-cluster.ts';
import type { Scheduler } from './scheduler.ts';

/** What a cluster needs beyond the tasks. */
interface KubernetesOptions {
  readonly document: OpenedDocument;
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
  { document, namespace, image }: KubernetesOptions,
): Scheduler {
  const objectsOf = (command: ScheduledCommand): readonly ScheduleObject[] => {
    if (image === undefined) throw refused('--image must name an image that contains runbook.', EXIT.usage);
    const made = cronJob(command, { image, namespace, text: document.source.text });
    if ('objects' in made) return made.objects;
    throw refused(`A CronJob cannot run at ${command.task.when}: ${made.problem}.`, EXIT.document);
  };
  const inCluster: typeof withCluster = (_, folder, work) => withCluster(context, folder, work);
  const named = (key: string) =>
    inCluster(context, document.folder, async (cluster) => {
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
      await inCluster(context, document.folder, (cluster) => sendObjects(cluster, objects, context.signal));
      return objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    },
    remove: async (key, name) => {
      const all = await named(key);
      const gone = name === undefined ? all : all.filter((each) => isFor(each.name, key, { name }));
      await inCluster(context, document.folder, async (cluster) => {
        for (const { path } of gone)
          await cluster.client.request({
            method: 'DELETE',
            path,
            query: { propagationPolicy: 'Background' },
            signal: context.signal,
          });
      });
      return gone.map((each) => each.name);
    },
    isFor,
  };
}

const isFor: Scheduler['isFor'] = (item, key, task) =>
  item.split(' ')[1] === scheduleUnitName({ key, task }).slice(0, 52).replace(/-+$/, '');

function refused(message: string, exit: typeof EXIT.usage | typeof EXIT.document): RunbookError {
  const remedy = 'See "runbook schedule install --help".';
  return new RunbookError([{ code: 'not-for-kubernetes', severity: 'error', message, remedy }], exit);
}

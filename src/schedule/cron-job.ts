import { readCalendar } from './calendar.ts';
import { cronFields } from './cron-fields.ts';
import { type ScheduledCommand, scheduleUnitName } from './scheduled-command.ts';

/** Where the pod finds the document. */
const FOLDER = '/work';

/** What a cluster needs to know beyond the task. */
export interface CronJobOptions {
  /** Contains runbook. */
  readonly image: string;
  readonly namespace: string;
  /** The document's text, for a ConfigMap. */
  readonly text: string;
}

/** A Kubernetes object. */
export interface ScheduleObject {
  readonly [key: string]: unknown;
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** Kubernetes adds 11 characters for the name of each Job, which may have 63. */
export function cronJobName(command: Parameters<typeof scheduleUnitName>[0]): string {
  return scheduleUnitName(command).slice(0, 52).replace(/-+$/, '');
}

/**
 * A CronJob that runs the same engine, and the ConfigMap with its document. The journal is on a volume claim of the
 * same name, because drift compares with what earlier passes confirmed.
 */
export function cronJob(
  command: ScheduledCommand,
  { image, namespace, text }: CronJobOptions,
): { readonly objects: readonly ScheduleObject[] } | { readonly problem: string } {
  const read = readCalendar(command.task.when);
  if ('problem' in read) return read;
  const cron = cronFields(read.calendar);
  if ('problem' in cron) return cron;
  const name = cronJobName(command);
  const metadata = {
    name,
    namespace,
    labels: { 'app.kubernetes.io/managed-by': 'runbook', 'runbook/document': command.key },
  };
  const { zone } = read.calendar;
  const pod = {
    restartPolicy: 'Never',
    containers: [
      {
        name: 'runbook',
        image,
        // Exit code 2 means differences: an answer, not a crash.
        command: ['sh', '-c', 'runbook "$@"; code=$?; [ $code = 2 ] || exit $code', 'sh'],
        args: ['schedule', 'run', command.task.name, '--file', `${FOLDER}/AUTODOCK.md`],
        workingDir: FOLDER,
        env: [
          { name: 'RUNBOOK_STATE', value: `${FOLDER}/.state` },
          { name: 'RUNBOOK_BOX_STATE', value: `${FOLDER}/.box` },
        ],
        volumeMounts: [
          { name: 'journal', mountPath: FOLDER },
          { name: 'document', mountPath: `${FOLDER}/AUTODOCK.md`, subPath: 'document', readOnly: true },
        ],
      },
    ],
    volumes: [
      { name: 'journal', persistentVolumeClaim: { claimName: name } },
      { name: 'document', configMap: { name } },
    ],
  };
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const objects = [
    { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { document: text } },
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: claim },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: {
        schedule: cron.fields,
        ...(zone === undefined ? {} : { timeZone: zone === 'UTC' ? 'Etc/UTC' : zone }),
        concurrencyPolicy: 'Forbid',
        jobTemplate: {
          spec: {
            backoffLimit: 0,
            template: { spec: pod },
          },
        },
      },
    },
  ];
  return { objects };
}

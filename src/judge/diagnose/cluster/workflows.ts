import type { FailureContext } from '../failure-context.ts';
import type { Match, Rule } from '../rule.ts';
import { classOf } from './images.ts';
import { type ClusterEvent, factsOf, weightOf } from './objects.ts';

/** An event of an Argo workflow that has failed. `where`: `argo/deploy-x7k2p`. */
interface Failed {
  readonly event: ClusterEvent;
  readonly namespace: string;
  readonly name: string;
  readonly where: string;
}

function failedWorkflows(context: FailureContext): Failed[] {
  return factsOf(context, 'event')
    .filter(({ reason, about }) => reason === 'WorkflowFailed' && about.startsWith('Workflow '))
    .map((event) => {
      const where = event.about.slice('Workflow '.length);
      const [namespace = '', name = ''] = where.split('/');
      return { event, namespace, name, where };
    });
}

function match(
  context: FailureContext,
  { event, namespace, name, where }: Failed,
  title: string,
  remedy: string,
): Match {
  const weight = weightOf(context, namespace, name) === 'direct' ? 'logged' : 'inferred';
  return { title, remedy, subject: `workflow ${where}`, evidence: [event.id], weight };
}

/**
 * A template without `command` makes the workflow controller ask the registry what the image runs, with the pull secrets of the
 * workflow's service account. The pod is never created, so no container shows the refusal.
 */
const LOOKUP = /failed to look-up entrypoint\/cmd for image "(?<image>[^"]{1,500})"(?<rest>.*)/s;

/** The image to which the registry refuses access. */
function refusedImage({ event }: Failed): string | undefined {
  const { image = '', rest = '' } = LOOKUP.exec(event.message)?.groups ?? {};
  return image !== '' && classOf(rest.replaceAll(image, 'IMAGE')) === 'credentials' ? image : undefined;
}

const WRITE_COMMAND =
  'Or write `command:` in the template, so that the controller does not need to ask the registry.';

/** The registry refuses the workflow controller access to an image, whose command it looks up. */
export const workflowImageCredentials: Rule = {
  code: 'workflow-image-credentials',
  cause: 'credentials',
  find: (context) =>
    failedWorkflows(context).flatMap((failed): Match[] => {
      const image = refusedImage(failed);
      if (image === undefined) return [];
      const title = `The registry refuses ${image} to the controller of workflow ${failed.where}: the pull secret of its service account is missing, or its credentials are not accepted.`;
      const remedy = `Check the imagePullSecrets of the service account in ${failed.namespace}, and the host, user and password in the secret. ${WRITE_COMMAND}`;
      return [match(context, failed, title, remedy)];
    }),
};

/** An Argo workflow that failed, with the message of its controller, if no other rule explains it. */
export const workflowFailed: Rule = {
  code: 'workflow-failed',
  cause: 'other',
  find: (context) =>
    failedWorkflows(context).flatMap((failed): Match | readonly Match[] => {
      if (refusedImage(failed) !== undefined) return [];
      const { image, rest = '' } = LOOKUP.exec(failed.event.message)?.groups ?? {};
      if (image !== undefined) {
        const reason = rest.slice(rest.lastIndexOf('http')).replace(/^\S+:\s*/, '');
        const title = `Workflow ${failed.where} has failed: its controller could not look up the command of ${image}: ${firstWords(reason)}.`;
        return match(
          context,
          failed,
          title,
          `Check the name of the image and that the cluster reaches its registry. ${WRITE_COMMAND}`,
        );
      }
      const { namespace, name, where, event } = failed;
      return match(
        context,
        failed,
        `Workflow ${where} has failed: ${firstWords(event.message)}.`,
        `Check its nodes (kubectl -n ${namespace} get workflow ${name} -o yaml, status.nodes) and the logs of its pods.`,
      );
    }),
};

/** At most 300 characters, cut between words. */
function firstWords(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim().replace(/\.$/, '');
  return line.length <= 300 ? line : `${line.slice(0, line.lastIndexOf(' ', 300))} …`;
}

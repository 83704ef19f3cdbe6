import type { KubernetesObject } from '../../export/argo/kubernetes-object.ts';
import { EXIT, RunbookError } from '../../model/diagnostic.ts';
import type { OperationContext } from '../operation.ts';

/** Until the cluster client is here: says how to send them by hand. */
export async function sendObjects(_: OperationContext, objects: readonly KubernetesObject[]): Promise<void> {
  throw new RunbookError(
    [
      {
        code: 'no-cluster-client',
        severity: 'error',
        message: `This version cannot send the ${objects.length} objects by itself; nothing was sent.`,
        remedy: 'Add --dry-run and pipe it into kubectl apply --server-side -f -.',
      },
    ],
    EXIT.person,
  );
}

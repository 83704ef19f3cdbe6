import { readDocuments, readValues } from '../../../cluster/apply/documents.ts';
import { placeAll } from '../../../cluster/apply/placing.ts';
import { registrySecret } from '../../../cluster/apply/registry-secret.ts';
import type { Placed } from '../../../cluster/apply/server-side-apply.ts';
import type { ApplyAction, RegistryAction } from '../../../model/action.ts';
import type { Cluster } from '../../../model/cluster/cluster.ts';
import type { KubeObject } from '../../../model/cluster/kube.ts';
import { readVendoredFile } from '../../document/vendored-file.ts';
import { type ClusterWork, FenceDefect, substitutionOf } from './cluster-action.ts';

/** Where objects go that name no namespace: the same for everybody, whatever the context says. */
export const DEFAULT_NAMESPACE = 'default';

/**
 * What a fence wants in the cluster, names replaced, each object with its place.
 * @throws FenceDefect, ClusterTrouble
 */
export async function wantedObjects(
  cluster: Cluster,
  action: ApplyAction | RegistryAction,
  work: ClusterWork,
): Promise<Placed[]> {
  const namespace = work.pass.substitute(action.namespace ?? DEFAULT_NAMESPACE, work.state);
  return placeAll(cluster, await objectsOfFence(action, work), { namespace, inventory: work.pass.inventory });
}

/**
 * The objects of a fence as they are written, names replaced.
 * @throws FenceDefect
 */
export async function objectsOfFence(
  action: ApplyAction | RegistryAction,
  work: ClusterWork,
): Promise<KubeObject[]> {
  return action.kind === 'registry' ? [credentialsOf(action, work)] : objectsOf(action, work);
}

/** The objects of the fence, then those of the vendored file, which is applied unchanged. */
async function objectsOf(action: ApplyAction, work: ClusterWork): Promise<KubeObject[]> {
  const own = readDocuments(action.text, substitutionOf(work));
  if (!own.ok) throw new FenceDefect(own.message, 'Correct the manifest.', own.line);
  if (action.from === undefined) return [...own.objects];
  const vendored = readDocuments(await vendoredText(work.pass.substitute(action.from, work.state), work));
  if (vendored.ok) return [...own.objects, ...vendored.objects];
  throw new FenceDefect(`${action.from}:${vendored.line}: ${vendored.message}`, `Correct ${action.from}.`);
}

async function vendoredText(path: string, { pass }: ClusterWork): Promise<string> {
  try {
    const content = await readVendoredFile(pass.documentFolder, path, {
      mayBeOutside: pass.approved !== undefined,
    });
    return content.toString('utf8');
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'the file does not exist'
        : (error as Error).message;
    throw new FenceDefect(`${path} cannot be read: ${why}.`, 'Keep the file next to the document, in git.');
  }
}

function credentialsOf(action: RegistryAction, work: ClusterWork): KubeObject {
  const read = readValues(action.text, substitutionOf(work));
  if (!read.ok) throw new FenceDefect(read.message, 'Write server, username and password.', read.line);
  const secret = registrySecret(read.values[0]?.value, {
    name: work.pass.substitute(action.secret, work.state),
    namespace: work.pass.substitute(action.namespace, work.state),
  });
  if (!secret.ok)
    throw new FenceDefect(secret.message, 'Write server, username and password, each on its own line.', 1);
  return secret.object;
}

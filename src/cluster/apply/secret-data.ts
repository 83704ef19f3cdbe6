import type { KubeObject } from '../../model/cluster/kube.ts';

/**
 * Moves the `stringData` of a Secret to `data`, as the API server stores it. Server-side apply records owners for the
 * fields that were sent. A key sent as stringData would have no owner: a manual change of it would be overwritten
 * without a conflict, and a key removed from the document would stay forever.
 */
export function withSecretData(object: KubeObject): KubeObject {
  const { apiVersion, kind, stringData, ...rest } = object as KubeObject & { stringData?: unknown };
  if (apiVersion !== 'v1' || kind !== 'Secret' || !isTexts(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [
    key,
    Buffer.from(text, 'utf8').toString('base64'),
  ]);
  const data = (object as { data?: object }).data;
  return { apiVersion, kind, ...rest, data: { ...data, ...Object.fromEntries(encoded) } } as KubeObject;
}

/** Anything else is invalid and is left for the server to reject. */
function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

import type { KubeObject } from '../../model/cluster/kube.ts';

/**
 * A Secret whose `stringData` stands under `data`, as the API server would store it; anything else as it is. Server-side
 * apply keeps owners for what was sent and not for what became of it: a key sent as stringData belongs to nobody, so that
 * what a hand put there would be overwritten without a conflict, and a key taken out of the document would stay for ever.
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

/** Whatever else stands there is for the server to refuse. */
function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return (
    value !== null &&
    typeof value === 'object' &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === 'string')
  );
}

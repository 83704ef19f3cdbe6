import { stringify } from 'yaml';
import type { Exporter } from '../exporter.ts';
import { clusterObjects } from '../kubernetes/cluster-objects.ts';
import { plainObjectFiles } from '../kubernetes/plain-objects.ts';

/** Writes a kustomize base of the objects, and an overlay that pins its images and chooses the namespace. */
export const exportKustomize: Exporter = (source) => {
  const found = clusterObjects(source);
  const { files, losses } = plainObjectFiles(source, found);
  const kustomization = { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
  const base = { ...kustomization, resources: files.map(({ path }) => path) };
  const images = imagesIn(files.map(({ text }) => text));
  return {
    files: [
      ...files.map(({ path, text }) => ({ path: `base/${path}`, text })),
      {
        path: 'base/kustomization.yaml',
        text: `# ${source.runbook.name}, sha256:${source.hash}\n${stringify(base)}`,
      },
      {
        path: 'overlay/kustomization.yaml',
        text: stringify({
          ...kustomization,
          resources: ['../base'],
          ...(images.length > 0 ? { images } : {}),
        }),
      },
    ],
    losses: [...found.losses, ...losses],
  };
};

/** Each image once, as the document has it: by digest, or by tag where it has none. */
function imagesIn(texts: readonly string[]): object[] {
  const images = new Map<string, object>();
  for (const text of texts) {
    for (const [, image = ''] of text.matchAll(/^\s*(?:- )?image: "?([^\s"]+)"?$/gm)) {
      const [, name = '', tag, digest] =
        /^(.*?)(?::([^:@/]+))?(?:@(sha256:[0-9a-f]{64}))?$/.exec(image) ?? [];
      if (digest !== undefined) images.set(name, { name, digest });
      else if (tag !== undefined && !images.has(name)) images.set(name, { name, newTag: tag });
    }
  }
  return [...images.values()];
}

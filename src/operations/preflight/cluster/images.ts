import { showKey } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { podSpecOf } from './pod-spec.ts';
import type { WantedOnCluster } from './wanted.ts';

/** Maximum number of names in a message. */
const NAMED = 5;

/** Tags that are meant to move. */
const MOVING = /^(?:latest|main|master|edge|nightly|stable|dev)$/;

/** Images that may differ on the next box: those without a tag, with a moving tag, or without a digest. */
export function imageDiagnostics(wanted: readonly WantedOnCluster[]): Diagnostic[] {
  const used = wanted.flatMap(({ placed, place }) =>
    imagesOf(placed.object).map((image) => ({ image, place, object: showKey(placed.key) })),
  );
  const loose = used.filter(({ image }) => !image.includes('@'));
  const tagged: typeof loose = [];
  const moving: Diagnostic[] = [];
  for (const each of loose) {
    const tag = tagOf(each.image);
    if (tag !== undefined && !MOVING.test(tag)) tagged.push(each);
    else
      moving.push({
        code: 'image-moves',
        severity: 'warning',
        message: `${each.object}: image ${each.image} has ${tag === undefined ? 'no tag, so it means the newest' : 'a moving tag'}. The next box may get a different image.`,
        remedy: 'Use a version, preferably with its digest (NAME:TAG@sha256:…).',
        place: each.place,
      });
  }
  return [...moving, ...withoutDigest(tagged)];
}

function withoutDigest(tagged: readonly { image: string; place: Diagnostic['place'] }[]): Diagnostic[] {
  const images = [...new Set(tagged.map(({ image }) => image))];
  if (images.length === 0) return [];
  const shown = images.slice(0, NAMED).join(', ');
  const more = images.length > NAMED ? ` and ${images.length - NAMED} more` : '';
  return [
    {
      code: 'image-without-digest',
      severity: 'info',
      message: `These images have a tag, which can be moved, but no digest: ${shown}${more}.`,
      remedy: 'If you do not trust the registry, use NAME:TAG@sha256:…',
      place: tagged[0]!.place,
    },
  ];
}

function imagesOf(object: WantedOnCluster['placed']['object']): string[] {
  const { containers = [], initContainers = [] } = podSpecOf(object) ?? {};
  return [...initContainers, ...containers].flatMap(({ image }) => image ?? []);
}

/** After the last slash, because the host may have a port. */
function tagOf(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? undefined : name.slice(colon + 1);
}

import { showKey } from '../../../model/cluster/kube.ts';
import type { Diagnostic } from '../../../model/diagnostic.ts';
import { podSpecOf } from './pod-spec.ts';
import type { WantedThere } from './wanted.ts';

/** How many names a person reads. */
const NAMED = 5;

/** Tags that are made to move. */
const MOVING = /^(?:latest|main|master|edge|nightly|stable|dev)$/;

/** Images that the next box may get another of: those without a tag or with one that moves, and those without a digest. */
export function imageDiagnostics(wanted: readonly WantedThere[]): Diagnostic[] {
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
        message: `${each.object}: image ${each.image} has ${tag === undefined ? 'no tag, so it is whatever is newest' : 'a tag that moves'}: the next box gets another one.`,
        remedy: 'Name a version, better with its digest (NAME:TAG@sha256:…).',
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
      message: `Named by a tag, which somebody may move, and not by a digest: ${shown}${more}.`,
      remedy: 'Nothing to do where the registry is trusted. Else NAME:TAG@sha256:…',
      place: tagged[0]!.place,
    },
  ];
}

function imagesOf(object: WantedThere['placed']['object']): string[] {
  const { containers = [], initContainers = [] } = podSpecOf(object) ?? {};
  return [...initContainers, ...containers].flatMap(({ image }) => image ?? []);
}

/** Behind the last slash, since the host may have a port. */
function tagOf(image: string): string | undefined {
  const name = image.slice(image.lastIndexOf('/') + 1);
  const colon = name.indexOf(':');
  return colon < 0 ? undefined : name.slice(colon + 1);
}

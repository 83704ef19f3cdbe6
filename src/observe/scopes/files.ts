import { textOrder } from '../../base/text-order.ts';
import { keyedHash } from '../keyed-hash.ts';
import type { Entry, Machine } from '../machine.ts';
import type { DpkgStatus } from './dpkg.ts';
import type { Observer, Sources, Unnumbered } from './observer.ts';

type File = Unnumbered<'files'>;

/** A file larger than this is told by size and time alone. */
export const MOST_HASHED_BYTES = 1024 * 1024;
/** Entries that are looked at before the walk stops and says so. */
export const MOST_ENTRIES = 20_000;

/** Made and kept by programs, in great number: no person and no step writes them by hand. */
const GENERATED =
  /^\/etc\/(?:ssl\/certs\/.+|alternatives\/.+|ld\.so\.cache|mtab|\.pwd\.lock|rc[0-6S]\.d\/.+)$/;

/**
 * Files and links in /etc that are not as their package brought them: edited, missing, or no package's. Contents are
 * hashed with a key and never kept. dpkg's conffiles tell what was brought; its md5sums of other files hardly ever name
 * one in /etc and cost more to read than all else here.
 */
export const observeFiles: Observer<'files'> = async (sources) => {
  const brought: DpkgStatus['conffiles'] = sources.dpkg()?.conffiles ?? new Map();
  const walk = { entries: 0, denied: [] as string[] };
  const { machine } = sources;
  const paths = pathsBelow('/etc', walk, machine);
  const present = new Set(paths);
  const found = paths.flatMap((path) => look(path, brought, sources, walk.denied) ?? []);
  const missing = [...brought].flatMap(([path, { package: owner }]): File[] =>
    path.startsWith('/etc/') &&
    !GENERATED.test(path) &&
    !present.has(path) &&
    machine.linkStatus(path).kind === 'gone'
      ? [{ path, state: 'missing', package: owner }]
      : [],
  );
  return { facts: [...missing, ...found].sort(byRelevance), unavailable: whyPartial(walk) };
};

const ORDER: readonly File['state'][] = ['edited', 'missing', 'own'];

/** What a hand most likely did first: edited, deleted, then the newest of the others. */
function byRelevance(a: File, b: File): number {
  const state = ORDER.indexOf(a.state) - ORDER.indexOf(b.state);
  return state || textOrder(b.modified ?? '', a.modified ?? '') || textOrder(a.path, b.path);
}

function pathsBelow(folder: string, walk: { entries: number; denied: string[] }, machine: Machine): string[] {
  const listing = machine.list(folder);
  if (listing.kind === 'denied') walk.denied.push(folder);
  if (listing.kind !== 'read') return [];
  return listing.value.flatMap((entry) => {
    walk.entries++;
    const path = `${folder}/${entry.name}`;
    if (walk.entries > MOST_ENTRIES || GENERATED.test(path)) return [];
    return entry.kind === 'folder' ? pathsBelow(path, walk, machine) : isFileOrLink(entry) ? [path] : [];
  });
}

function isFileOrLink({ kind }: Entry): boolean {
  return kind === 'file' || kind === 'link';
}

/** Undefined: as its package brought it, or gone meanwhile. */
function look(
  path: string,
  brought: DpkgStatus['conffiles'],
  { key, machine }: Sources,
  denied: string[],
): File | undefined {
  const status = machine.linkStatus(path);
  if (status.kind !== 'read') return undefined;
  const owner = brought.get(path);
  const file = {
    path,
    state: owner === undefined ? ('own' as const) : ('edited' as const),
    ...(owner !== undefined && { package: owner.package }),
    bytes: status.value.bytes,
    modified: new Date(Math.floor(status.value.modifiedMs / 1000) * 1000).toISOString(),
  };
  if (status.value.kind === 'link') {
    const link = machine.link(path);
    return link.kind === 'read' ? { ...file, link: link.value } : file;
  }
  if (status.value.bytes > MOST_HASHED_BYTES) return file;
  // dpkg's own checksum; no secret is guarded by it.
  const brief = owner === undefined ? undefined : machine.digest(path, 'md5');
  if (brief?.kind === 'read' && brief.value === owner?.md5) return undefined;
  const digest = brief === undefined || brief.kind === 'read' ? machine.digest(path, 'sha256') : brief;
  if (digest.kind === 'denied') denied.push(path);
  // A package's file that cannot be read is not known to be edited.
  if (digest.kind !== 'read') return owner === undefined ? file : undefined;
  return key === undefined ? file : { ...file, hash: keyedHash(key, digest.value) };
}

function whyPartial({ entries, denied }: { entries: number; denied: readonly string[] }): string[] {
  return [
    ...(entries > MOST_ENTRIES
      ? [`/etc has more than ${MOST_ENTRIES} entries; the rest was not looked at`]
      : []),
    ...(denied.length > 0
      ? [`${denied.length} in /etc may not be read, such as ${[...denied].sort()[0]}`]
      : []),
  ];
}

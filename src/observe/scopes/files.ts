import { createHash, createHmac } from 'node:crypto';
import { type Dirent, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tryRead } from '../try-read.ts';
import type { DpkgStatus } from './dpkg.ts';
import type { Observer, Sources, Unnumbered } from './observer.ts';

type File = Unnumbered<'files'>;

/** A file larger than this is told by size and time alone. */
const MOST_HASHED_BYTES = 1024 * 1024;
/** Entries that are looked at before the walk stops and says so. */
const MOST_ENTRIES = 20_000;

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
  const paths = pathsBelow('/etc', walk);
  const present = new Set(paths);
  const found = paths.flatMap((path) => look(path, brought, sources, walk.denied) ?? []);
  const missing = [...brought].flatMap(([path, { package: owner }]): File[] =>
    path.startsWith('/etc/') && !present.has(path) && isGone(path)
      ? [{ path, state: 'missing', package: owner }]
      : [],
  );
  return { facts: [...missing, ...found].sort(byRelevance), unavailable: whyPartial(walk) };
};

const ORDER: readonly File['state'][] = ['edited', 'missing', 'own'];

/** What a hand most likely did first: edited, deleted, then the newest of the others. */
function byRelevance(a: File, b: File): number {
  const state = ORDER.indexOf(a.state) - ORDER.indexOf(b.state);
  return state || (b.modified ?? '').localeCompare(a.modified ?? '') || a.path.localeCompare(b.path);
}

function pathsBelow(folder: string, walk: { entries: number; denied: string[] }): string[] {
  const listing = tryRead(() => readdirSync(folder, { withFileTypes: true }));
  if (listing.kind === 'denied') walk.denied.push(folder);
  if (listing.kind !== 'read') return [];
  return listing.value.flatMap((entry) => {
    walk.entries++;
    const path = `${folder}/${entry.name}`;
    if (walk.entries > MOST_ENTRIES || GENERATED.test(path)) return [];
    return entry.isDirectory() ? pathsBelow(path, walk) : isFileOrLink(entry) ? [path] : [];
  });
}

function isFileOrLink(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

/** Undefined: as its package brought it, or gone meanwhile. */
function look(
  path: string,
  brought: DpkgStatus['conffiles'],
  { key }: Sources,
  denied: string[],
): File | undefined {
  const status = tryRead(() => lstatSync(path));
  if (status.kind !== 'read') return undefined;
  const owner = brought.get(path);
  const file = {
    path,
    state: owner === undefined ? ('own' as const) : ('edited' as const),
    ...(owner !== undefined && { package: owner.package }),
    bytes: status.value.size,
    modified: status.value.mtime.toISOString(),
  };
  if (status.value.isSymbolicLink()) {
    const link = tryRead(() => readlinkSync(path));
    return link.kind === 'read' ? { ...file, link: link.value } : file;
  }
  if (status.value.size > MOST_HASHED_BYTES) return file;
  const content = tryRead(() => readFileSync(path));
  if (content.kind === 'denied') denied.push(path);
  // A package's file that cannot be read is not known to be edited.
  if (content.kind !== 'read') return owner === undefined ? file : undefined;
  if (owner !== undefined && md5(content.value) === owner.md5) return undefined;
  return key === undefined ? file : { ...file, hash: keyedHash(key, content.value) };
}

/** dpkg's own checksum; no secret is guarded by it. */
function md5(content: Buffer): string {
  return createHash('md5').update(content).digest('hex');
}

/** 16 hex digits are enough to tell two contents apart, and too few and keyed to find one out. */
function keyedHash(key: string, content: Buffer): string {
  return createHmac('sha256', key).update(content).digest('hex').slice(0, 16);
}

function isGone(path: string): boolean {
  return tryRead(() => lstatSync(path)).kind === 'gone';
}

function whyPartial({ entries, denied }: { entries: number; denied: readonly string[] }): string[] {
  return [
    ...(entries > MOST_ENTRIES
      ? [`/etc has more than ${MOST_ENTRIES} entries; the rest was not looked at`]
      : []),
    ...(denied.length > 0 ? [`${denied.length} in /etc may not be read, such as ${denied[0]}`] : []),
  ];
}

import { pluralize } from '../base/pluralize.ts';
import { summarizeClusterFact } from '../model/cluster/cluster-summary.ts';
import { type FactOf, SCOPE_NAMES, type Scope, type Snapshot } from '../model/facts/snapshot.ts';
import type { Evidence } from '../model/finding.ts';

/** The fact of a snapshot with this id, as evidence; undefined if the snapshot does not contain it. Pure. */
export function snapshotEvidence(snapshot: Snapshot, id: string): Evidence | undefined {
  for (const scope of SCOPE_NAMES) {
    const fact = (snapshot.facts[scope] as readonly FactOf<Scope>[] | undefined)?.find(
      (each) => each.id === id,
    );
    if (fact === undefined) continue;
    return { id, kind: scope, summary: summarize(scope, fact), at: snapshot.at, data: { ...fact } };
  }
  return undefined;
}

/** One line for people, such as `tcp 0.0.0.0:80 nginx (pid 4711)`. Pure. */
function summarize<S extends Scope>(scope: S, fact: FactOf<S>): string {
  return (SUMMARIES[scope] as (fact: FactOf<S>) => string)(fact);
}

const SUMMARIES: { readonly [S in Scope]: (fact: FactOf<S>) => string } = {
  listeners: ({ protocol, address, port, owner, pid, via }) =>
    words([
      protocol,
      `${address.includes(':') ? `[${address}]` : address}:${port}`,
      owner ?? 'unknown owner',
      pid && `(pid ${pid})`,
      via !== 'socket' && `by ${via}`,
    ]),
  processes: ({ pid, name, argv, user, bytes }) =>
    words([name, `(pid ${pid}${user ? `, ${user}` : ''}${bytes ? `, ${size(bytes)}` : ''})`, argv.join(' ')]),
  services: ({ name, state, enabled, detail }) =>
    words([`${name}:`, state, enabled === false && 'not enabled,', detail]),
  packages: ({ name, version }) => `${name} ${version}`,
  disk: ({ mount, bytes, freeBytes, inodes, freeInodes, readOnly }) =>
    words([
      `${mount}:`,
      `${size(freeBytes)} of ${size(bytes)} free`,
      inodes > 0 && `${freeInodes} of ${inodes} inodes free`,
      readOnly && 'read-only',
    ]),
  memory: ({ bytes, availableBytes, swapBytes, oomKills }) =>
    words([
      `${size(availableBytes)} of ${size(bytes)} available,`,
      `swap ${size(swapBytes)},`,
      oomKills === undefined ? 'unknown number of OOM kills' : `${oomKills} OOM kills since boot`,
    ]),
  limits: ({ name, value, used, unit, hits, periods }) =>
    words([
      `${name}:`,
      value === undefined ? 'unlimited' : amount(value, unit),
      used !== undefined && `${amount(used, unit)} used`,
      hits !== undefined && `hit ${hits}${periods === undefined ? '' : ` of ${periods}`} times`,
    ]),
  files: ({ path, state, package: owner, bytes, modified, link }) =>
    words([
      path,
      state === 'own' ? 'not from a package' : `${state}, of ${owner}`,
      link !== undefined ? `→ ${link}` : bytes !== undefined && pluralize(bytes, 'byte'),
      modified,
    ]),
  users: ({ name, uid, groups, shell }) => words([name, `(${uid})`, groups.join(','), shell]),
  logs: ({ source, modified, lines }) => words([source, modified, lines.at(-1)]),
  system: ({ os, kernel, architecture, cpus, load }) =>
    words([`${os},`, `Linux ${kernel},`, `${architecture},`, `${cpus} CPUs,`, `load ${load.toFixed(2)}`]),
  containers: ({ role, engine, detail }) =>
    role === 'inside'
      ? `this box is a container (${engine}: ${detail})`
      : `${engine} is available (${detail})`,
  kubernetes: summarizeClusterFact,
};

function words(parts: readonly (string | number | false | undefined)[]): string {
  return parts.filter((part) => part !== false && part !== undefined && part !== '').join(' ');
}

function amount(value: number, unit: string): string {
  return unit === 'bytes' ? size(value) : `${value} ${unit}`;
}

/** Binary units, three significant digits. */
function size(bytes: number): string {
  const step = Math.min(4, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 2 ** (10 * step);
  return `${value >= 100 || step === 0 ? Math.round(value) : value.toPrecision(3)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][step]}`;
}

import type { KubeObject, ManagedFields } from '../model/cluster/kube.ts';
import { completes, type Difference } from './object-difference.ts';

/** A field set by a different manager. */
export interface ForeignField {
  readonly path: string;
  readonly manager: string;
  /** ISO 8601, where the server says it. */
  readonly at: string;
}

/**
 * Field manager names of programs with which people and other deployments change objects. Controllers are excluded:
 * what they fill in (a cluster IP, a CA bundle, a revision) is not drift.
 */
const MANUAL_MANAGERS =
  /^(?:kubectl|helm|argocd|flux|kustomize|lens|k9s|headlamp|dashboard|mozilla|node-fetch|undici|curl|python|go-http-client|openapi-generator|terraform|pulumi|ansible)/i;

/**
 * The fields of an object that are owned by such managers. Server-side apply leaves fields alone that the runbook does
 * not set, so a dry run does not show them.
 */
export function foreignFields(object: KubeObject, ours: ReadonlySet<string>): ForeignField[] {
  const entries = object.metadata?.managedFields ?? [];
  const own = new Set(entries.filter(({ manager = '' }) => ours.has(manager)).flatMap(pathsOf));
  return entries
    .filter(
      ({ manager = '', subresource }) =>
        MANUAL_MANAGERS.test(manager) && !ours.has(manager) && subresource !== 'status',
    )
    .flatMap((entry) =>
      pathsOf(entry)
        .filter((path) => !own.has(path) && !path.startsWith('status') && !isTrace(path))
        .map((path) => ({ path, manager: entry.manager ?? '', at: entry.time ?? '' })),
    );
}

/**
 * The differences that are not a controller's work. A controller that completes a spec (defaults inside of a list that is
 * owned as a whole) leaves everything that was applied as it was; an apply would take its additions away, and it would make them
 * again. Where a person's program owns the field too, the difference stays.
 */
export function withoutCompletions(
  found: readonly Difference[],
  live: KubeObject,
  ours: ReadonlySet<string>,
): Difference[] {
  const entries = live.metadata?.managedFields ?? [];
  const owned = (of: (manager: string) => boolean) =>
    entries.filter(({ manager = '' }) => of(manager)).flatMap(pathsOf);
  const own = new Set(owned((manager) => ours.has(manager)));
  const manualManagers = owned((manager) => !ours.has(manager) && MANUAL_MANAGERS.test(manager));
  const controllers = owned((manager) => !ours.has(manager) && !MANUAL_MANAGERS.test(manager));
  const touches = (paths: readonly string[], path: string) =>
    paths.some((each) => path.startsWith(each) || each.startsWith(path));
  return found.filter((each) => {
    const adds = each.kind === 'extra' ? !own.has(each.path) : completes(each.live, each.wanted);
    return !adds || !touches(controllers, each.path) || touches(manualManagers, each.path);
  });
}

/**
 * kubectl's own annotations, such as the last applied configuration or the time of a restart. They are not settings.
 */
function isTrace(path: string): boolean {
  return /kubectl\.kubernetes\.io\/(?:last-applied-configuration|restartedAt)/.test(path);
}

function pathsOf({ fieldsV1 }: ManagedFields): string[] {
  return leaves(fieldsV1 ?? {}, '', 0);
}

/** Leaves of fieldsV1: `f:` fields, `k:` list items by their keys, `v:` items by value; `.` is the node itself. */
function leaves(fields: Readonly<Record<string, unknown>>, above: string, depth: number): string[] {
  const below = Object.entries(fields).filter(([key]) => key !== '.');
  if (below.length === 0 || depth > 30) return above === '' ? [] : [above];
  return below.flatMap(([key, value]) =>
    leaves((value ?? {}) as Record<string, unknown>, step(above, key), depth + 1),
  );
}

function step(above: string, key: string): string {
  const rest = key.slice(2);
  if (key.startsWith('f:'))
    return above === '' ? rest : /^[\w-]+$/.test(rest) ? `${above}.${rest}` : `${above}['${rest}']`;
  if (!key.startsWith('k:')) return `${above}[${rest}]`;
  return `${above}[${rest
    .replace(/^\{|\}$/g, '')
    .replaceAll('"', '')
    .replace(':', '=')}]`;
}

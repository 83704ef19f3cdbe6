import { textOrder } from '../base/text-order.ts';
import type { Change } from '../model/facts/change.ts';
import type { FactOf, Scope, Snapshot } from '../model/facts/snapshot.ts';

/** How the facts of a scope are identified, and what counts as their state. */
interface Aspect<S extends Scope> {
  readonly scope: S;
  /** Facts about the same thing in two snapshots have the same subject. */
  subject(fact: FactOf<S>): string;
  /** Facts with equal states are unchanged. */
  state(fact: FactOf<S>): string;
  /** Text for people; default: the state. */
  show?(fact: FactOf<S>): string;
}

/** What counts as a change of a box. Load, memory, logs and process sizes change all the time and are excluded. */
const ASPECTS = [
  aspect({
    scope: 'packages',
    subject: ({ name }) => name,
    state: ({ version }) => version,
  }),
  aspect({
    scope: 'files',
    subject: ({ path }) => path,
    // Compares the hash where there is one, so a file that was touched but not changed is equal.
    state: ({ state, hash, link, bytes, modified }) =>
      state === 'missing' ? 'missing' : (link ?? hash ?? `${bytes} bytes of ${modified}`),
    show: ({ state, package: owner, link }) =>
      link !== undefined ? `→ ${link}` : state === 'own' ? 'not from a package' : `${state}, of ${owner}`,
  }),
  aspect({
    scope: 'listeners',
    subject: ({ protocol, address, port }) =>
      `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`,
    state: ({ owner, via }) => `${owner ?? 'unknown owner'}${via === 'socket' ? '' : ` by ${via}`}`,
  }),
  aspect({
    scope: 'services',
    subject: ({ name }) => name,
    state: ({ state, enabled }) =>
      `${state}${enabled === undefined ? '' : enabled ? ', enabled' : ', not enabled'}`,
  }),
  aspect({
    scope: 'users',
    subject: ({ name }) => name,
    state: ({ uid, groups, home, shell }) => `${uid} ${[...groups].sort().join(',')} ${home} ${shell}`,
  }),
  aspect({
    scope: 'processes',
    // Pids differ at every start; processes of the same name and user count as one.
    subject: ({ name, user }) => `${name}${user === undefined ? '' : ` of ${user}`}`,
    state: () => 'running',
  }),
  aspect({
    scope: 'disk',
    subject: ({ mount }) => mount,
    state: ({ type, source, readOnly }) => `${type} ${source}${readOnly ? ' read-only' : ''}`,
  }),
] as const;

function aspect<S extends Scope>(row: Aspect<S>): Aspect<Scope> {
  return row as unknown as Aspect<Scope>;
}

/**
 * What differs between two snapshots of a box, in the order of its scopes. A scope that is missing or incomplete in
 * either snapshot is not compared, because unknown is not the same as gone. Pure.
 */
export function compareSnapshots(before: Snapshot, after: Snapshot): Change[] {
  return ASPECTS.flatMap((row) => compareScope(row, before, after));
}

function compareScope(row: Aspect<Scope>, before: Snapshot, after: Snapshot): Change[] {
  if (!isWhole(before, row.scope) || !isWhole(after, row.scope)) return [];
  const [old, now] = [states(row, before), states(row, after)];
  const subjects = [...new Set([...old.keys(), ...now.keys()])];
  return subjects.flatMap((subject) => {
    const change = describe(old.get(subject), now.get(subject));
    return change === undefined ? [] : [{ scope: row.scope, subject, ...change }];
  });
}

/** Facts beyond the limit cannot be distinguished from facts that are gone. */
function isWhole({ facts, more }: Snapshot, scope: Scope): boolean {
  return facts[scope] !== undefined && more[scope] === undefined;
}

interface State {
  readonly state: string;
  readonly shown: string;
  readonly id: string;
}

/** By subject. Facts that share a subject (a port with two owners) have their states joined. */
function states(row: Aspect<Scope>, { facts }: Snapshot): Map<string, State> {
  const found = new Map<string, State>();
  const sorted = [...(facts[row.scope] as FactOf<Scope>[])].sort((a, b) =>
    textOrder(row.state(a), row.state(b)),
  );
  for (const fact of sorted) {
    const subject = row.subject(fact);
    const state = row.state(fact);
    const shown = row.show?.(fact) ?? state;
    const known = found.get(subject);
    if (known === undefined) found.set(subject, { state, shown, id: fact.id });
    else if (!known.state.split(', ').includes(state)) {
      found.set(subject, { ...known, state: `${known.state}, ${state}`, shown: `${known.shown}, ${shown}` });
    }
  }
  return found;
}

function describe(
  old: State | undefined,
  now: State | undefined,
): Omit<Change, 'scope' | 'subject'> | undefined {
  if (old !== undefined && now !== undefined) {
    if (old.state === now.state) return undefined;
    const detail = old.shown === now.shown ? `${now.shown}, other content` : `${old.shown} → ${now.shown}`;
    return { kind: 'changed', detail, after: now.state, evidence: [old.id, now.id] };
  }
  if (now !== undefined) return { kind: 'added', detail: now.shown, after: now.state, evidence: [now.id] };
  if (old !== undefined) return { kind: 'removed', detail: old.shown, after: '', evidence: [old.id] };
  return undefined;
}

/**
 * Changes that no step made: all except those whose scope, subject and final state some step produced. A step's change
 * that was later changed again is unaccounted for. Processes start and end all the time and are excluded. Pure.
 */
export function unaccountedChanges(changes: readonly Change[], producedBySteps: readonly Change[]): Change[] {
  const made = new Set(producedBySteps.map(keyOf));
  return changes.filter((change) => change.scope !== 'processes' && !made.has(keyOf(change)));
}

function keyOf({ scope, subject, after }: Change): string {
  return JSON.stringify([scope, subject, after]);
}

import type { FactOf, Scope, Snapshot } from '../../model/facts/snapshot.ts';
import type { ParityScope, Projection, Trait } from '../../model/reports/parity.ts';

/**
 * The parts of a snapshot that should be equal on two boxes. Addresses, load, pids, sizes and times are specific to
 * each box.
 */
const ROWS = [
  row({
    scope: 'system',
    traits: ({ os, architecture }) => [
      ['operating system', os],
      ['architecture', architecture],
    ],
  }),
  row({ scope: 'packages', traits: ({ name, version }) => [[name, version]] }),
  row({
    scope: 'services',
    // Names that systemd generates for a session, a user or a single run.
    traits: ({ name, state, enabled }) =>
      /^(?:user@|user-runtime-dir@|run-|session-)/.test(name)
        ? []
        : [[name, `${state}${enabled === undefined ? '' : enabled ? ', enabled' : ', not enabled'}`]],
  }),
  row({
    scope: 'listeners',
    traits: ({ protocol, address, port, owner, via }) => [
      [
        `${protocol} ${address.includes(':') ? `[${address}]` : address}:${port}`,
        owner === undefined ? undefined : `${owner}${via === 'socket' ? '' : ` by ${via}`}`,
      ],
    ],
  }),
  row({
    scope: 'users',
    traits: ({ name, groups, shell }) => [[name, `${[...groups].sort().join(',')} ${shell}`]],
  }),
] as const;

interface Row<S extends Scope & ParityScope> {
  readonly scope: S;
  /** Subject and state. An undefined state could not be read. */
  traits(fact: FactOf<S>): readonly (readonly [subject: string, state: string | undefined])[];
}

function row<S extends Scope & ParityScope>(each: Row<S>): Row<Scope & ParityScope> {
  return each as unknown as Row<Scope & ParityScope>;
}

/** The scopes of a snapshot that parity compares. */
export const SNAPSHOT_SCOPES: readonly (Scope & ParityScope)[] = ROWS.map(({ scope }) => scope);

/** The traits of a box from a snapshot. Pure. */
export function projectSnapshot(name: string, snapshot: Snapshot): Projection {
  const traits = ROWS.flatMap((each) => traitsOf(each, snapshot));
  const cut = ROWS.filter(({ scope }) => snapshot.more[scope] !== undefined).map(({ scope }) => ({
    scope,
    reason: `${name} has ${snapshot.more[scope]} more than were read`,
  }));
  const blind = snapshot.unavailable.flatMap(({ scope, reason }) =>
    isParityScope(scope) && !isShownByFacts(scope, reason, snapshot)
      ? [{ scope, reason: `${name}: ${reason}` }]
      : [],
  );
  return { name, traits, blind: [...blind, ...cut] };
}

/** A socket whose owner is not visible is reported separately; the other sockets are complete. */
function isShownByFacts(scope: Scope, reason: string, { facts }: Snapshot): boolean {
  return scope === 'listeners' && facts.listeners !== undefined && /\bsockets\b/.test(reason);
}

function isParityScope(scope: Scope): scope is Scope & ParityScope {
  return (SNAPSHOT_SCOPES as readonly Scope[]).includes(scope);
}

/** Several facts with one subject (a port with two owners) become one trait with all their states. */
function traitsOf({ scope, traits }: Row<Scope & ParityScope>, { facts }: Snapshot): Trait[] {
  const states = new Map<string, (string | undefined)[]>();
  for (const fact of (facts[scope] ?? []) as FactOf<Scope & ParityScope>[]) {
    for (const [subject, state] of traits(fact)) states.set(subject, [...(states.get(subject) ?? []), state]);
  }
  return [...states].map(([subject, all]) =>
    all.includes(undefined)
      ? { scope, subject, reason: 'its owner is not visible' }
      : { scope, subject, state: [...new Set(all)].sort().join(', ') },
  );
}

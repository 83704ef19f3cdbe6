import { summarizeClusterFact } from '../../model/cluster/cluster-summary.ts';
import { type FactOf, SCOPE_NAMES, type Scope, type Snapshot } from '../../model/facts/snapshot.ts';

/** Facts of one scope that are shown: of all scopes at once few, of those asked for more. */
const SHOWN = { all: 8, asked: 60 } as const;

/** Characters that the facts of one scope may take, so that the answer as a whole stays within its budget. */
const BUDGET = { all: 1_500, asked: 9_000 } as const;

type Row = Record<string, unknown>;

/** What an answer shows of a snapshot's facts, how many there are, and where to go on. */
export interface ShownFacts {
  readonly facts: Record<string, Row[]>;
  readonly counts: Record<string, number>;
  /** By scope, the cursor of its next facts. */
  readonly next_facts: Record<string, string>;
}

/** The most relevant of each scope. `asked`: these scopes were asked for by name. */
export function shownFacts(snapshot: Snapshot, asked: boolean): ShownFacts {
  const how = asked ? 'asked' : 'all';
  const scopes = SCOPE_NAMES.filter(
    (scope) => snapshot.facts[scope] !== undefined && (asked || scope !== 'packages'),
  );
  const pages = scopes.map((scope) => ({ scope, page: pageOf(snapshot, scope, 0, SHOWN[how], BUDGET[how]) }));
  return {
    facts: Object.fromEntries(pages.map(({ scope, page }) => [scope, page.rows])),
    counts: counts(snapshot),
    next_facts: Object.fromEntries(
      pages.flatMap(({ scope, page }) => (page.next ? [[scope, page.next]] : [])),
    ),
  };
}

/** The facts at a cursor such as `sn-… kubernetes 60`. Undefined if the cursor does not belong to this snapshot. */
export function factsFrom(snapshot: Snapshot, cursor: string): ShownFacts | undefined {
  const { scope, from } = readCursor(cursor) ?? {};
  if (scope === undefined || from === undefined || snapshot.facts[scope] === undefined) return undefined;
  const page = pageOf(snapshot, scope, from, SHOWN.asked, BUDGET.asked);
  return {
    facts: { [scope]: page.rows },
    counts: counts(snapshot),
    next_facts: page.next === undefined ? {} : { [scope]: page.next },
  };
}

/** The snapshot, the scope and the position in a cursor. */
export function readCursor(
  cursor: string,
): { readonly snapshot: string; readonly scope: Scope; readonly from: number } | undefined {
  const [, snapshot, name, from] = /^(sn-\w{1,40}) ([a-z]{1,20}) (\d{1,6})$/.exec(cursor) ?? [];
  const scope = SCOPE_NAMES.find((each) => each === name);
  return snapshot === undefined || scope === undefined ? undefined : { snapshot, scope, from: Number(from) };
}

function pageOf(
  snapshot: Snapshot,
  scope: Scope,
  from: number,
  most: number,
  room: number,
): { readonly rows: Row[]; readonly next: string | undefined } {
  const all = snapshot.facts[scope] ?? [];
  const rows: Row[] = [];
  let taken = 0;
  for (const fact of all.slice(from, from + most)) {
    const row = shown(fact);
    taken += JSON.stringify(row).length;
    if (taken > room && rows.length > 0) break;
    rows.push(row);
  }
  const end = from + rows.length;
  return { rows, next: end < all.length ? `${snapshot.id} ${scope} ${end}` : undefined };
}

/** Facts of clusters are long: a line says what is worth knowing, and the whole is under its id in the snapshot. */
function shown(fact: FactOf<Scope>): Row {
  if (!('kind' in fact)) return { ...fact };
  const { id, kind } = fact;
  return {
    id,
    kind,
    is: summarizeClusterFact(fact).slice(0, 400),
  };
}

function counts({ facts, more }: Snapshot): Record<string, number> {
  const rows = SCOPE_NAMES.flatMap((scope) => {
    const all = facts[scope];
    return all === undefined ? [] : [[scope, all.length + (more[scope] ?? 0)] as const];
  });
  return Object.fromEntries(rows);
}

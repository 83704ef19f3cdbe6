import {
  type Expectation,
  PARITY_SCOPE_NAMES,
  type ParityRow,
  type ParityScope,
  type Projection,
  type Trait,
} from '../../model/reports/parity.ts';
import { fits } from './expectations.ts';

/** Every trait of two boxes side by side, ordered by scope, and the expectations that were used. */
export interface Comparison {
  readonly rows: readonly ParityRow[];
  readonly used: ReadonlySet<Expectation>;
}

/**
 * Compares two boxes trait by trait. Only traits measured on both boxes can be equal. If a scope was measured only
 * partly on one box, traits that only the other box shows are unknown, not missing. Pure.
 */
export function compareBoxes(a: Projection, b: Projection, expectations: readonly Expectation[]): Comparison {
  const used = new Set<Expectation>();
  const rows = PARITY_SCOPE_NAMES.flatMap((scope) =>
    compareScope(scope, new Side(a, scope, expectations), new Side(b, scope, []), expectations, used),
  );
  return { rows, used };
}

/** One box's traits of one scope, keyed by the subject that the other box uses. */
class Side {
  readonly traits = new Map<string, Trait>();
  readonly blind: string | undefined;

  constructor(
    projection: Projection,
    scope: ParityScope,
    private readonly expectations: readonly Expectation[],
  ) {
    this.blind = projection.blind.find((each) => each.scope === scope)?.reason;
    for (const trait of projection.traits) {
      if (trait.scope === scope) this.traits.set(this.said(trait.subject), trait);
    }
  }

  /** Translates a text to the other box's values. All substitutions are made at once, longest first. */
  said(text: string): string {
    return substituted(text, this.expectations);
  }
}

function compareScope(
  scope: ParityScope,
  a: Side,
  b: Side,
  expectations: readonly Expectation[],
  used: Set<Expectation>,
): ParityRow[] {
  const rows: ParityRow[] = blindRows(scope, a, b).map((row) => ({
    ...row,
    ...declared(scope, row.subject, expectations, used),
  }));
  const subjects = [...new Set([...a.traits.keys(), ...b.traits.keys()])].sort();
  for (const subject of subjects) {
    rows.push(compareTrait(scope, subject, a, b, expectations, used));
  }
  return rows;
}

/** A scope that could not be read at all gets one row per box. */
function blindRows(scope: ParityScope, a: Side, b: Side): ParityRow[] {
  const reasons = [...new Set([a.blind, b.blind].filter((reason) => reason !== undefined))];
  if (reasons.length === 0) return [];
  return [
    {
      scope,
      subject: '(all)',
      class: 'unknown',
      ...(a.blind === undefined ? {} : { a: 'not measured' }),
      ...(b.blind === undefined ? {} : { b: 'not measured' }),
      because: reasons.join('; '),
    },
  ];
}

function compareTrait(
  scope: ParityScope,
  subject: string,
  a: Side,
  b: Side,
  expectations: readonly Expectation[],
  used: Set<Expectation>,
): ParityRow {
  const [first, second] = [a.traits.get(subject), b.traits.get(subject)];
  const row = {
    scope,
    subject: second?.subject ?? first?.subject ?? subject,
    ...(first && { a: first.state ?? 'not measured' }),
    ...(second && { b: second.state ?? 'not measured' }),
  };
  const verdict = classOf(first, second, a, b, expectations, used);
  if (verdict.class === 'equal' || verdict.class === 'expected') return { ...row, ...verdict };
  const allowed = declared(scope, row.subject, expectations, used);
  return { ...row, ...(allowed ?? verdict) };
}

function classOf(
  first: Trait | undefined,
  second: Trait | undefined,
  a: Side,
  b: Side,
  expectations: readonly Expectation[],
  used: Set<Expectation>,
): Pick<ParityRow, 'class' | 'because'> {
  const unmeasured = [first, second].find((each) => each && each.state === undefined);
  if (unmeasured) return unknown(unmeasured.reason);
  if (first?.state === undefined || second?.state === undefined) {
    const blind = first ? b.blind : a.blind;
    return blind === undefined ? { class: 'differs' } : unknown(blind);
  }
  if (first.state === second.state && first.subject === second.subject) return { class: 'equal' };
  if (a.said(first.state) !== second.state) return { class: 'differs' };
  return { class: 'expected', because: note(first, expectations, used) };
}

function unknown(because: string | undefined): Pick<ParityRow, 'class' | 'because'> {
  return { class: 'unknown', ...(because === undefined ? {} : { because }) };
}

/** A declared difference also covers traits that were not measured. */
function declared(
  scope: ParityScope,
  subject: string,
  expectations: readonly Expectation[],
  used: Set<Expectation>,
): Pick<ParityRow, 'class' | 'because'> | undefined {
  const found = expectations.find(
    (each) => each.kind === 'scope' && each.scope === scope && fits(each.pattern, subject),
  );
  if (!found) return undefined;
  used.add(found);
  return { class: 'expected', because: found.text };
}

/** Which substitutions turned the first box's trait into the second's. */
function note(
  { subject, state }: Trait,
  expectations: readonly Expectation[],
  used: Set<Expectation>,
): string {
  const made = expectations.filter(
    (each) => each.kind === 'substitution' && `${subject}\n${state}`.includes(each.a),
  );
  for (const each of made) used.add(each);
  return made.map(({ text }) => text).join(', ');
}

function substituted(text: string, expectations: readonly Expectation[]): string {
  const pairs = expectations
    .filter((each) => each.kind === 'substitution')
    .sort((x, y) => y.a.length - x.a.length);
  let result = '';
  for (let at = 0; at < text.length; ) {
    const pair = pairs.find(({ a }) => text.startsWith(a, at));
    result += pair ? pair.b : text[at];
    at += pair ? pair.a.length : 1;
  }
  return result;
}

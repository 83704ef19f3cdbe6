import type { KubeObject } from '../model/cluster/kube.ts';

/** The readiness of an object. `why` is one line for people. */
export type Readiness =
  | { readonly status: 'ready'; readonly why: string }
  /** Waiting may help. `againAfterMs`: evaluate again then, because no event will arrive. */
  | { readonly status: 'progressing'; readonly why: string; readonly againAfterMs?: number }
  /** Ready, but it must stay ready for this long before that counts. */
  | { readonly status: 'settling'; readonly why: string; readonly againAfterMs: number }
  /** Waiting does not help. */
  | { readonly status: 'failed'; readonly why: string };

export function ready(why: string): Readiness {
  return { status: 'ready', why };
}

export function progressing(why: string, againAfterMs?: number): Readiness {
  return { status: 'progressing', why, ...(againAfterMs !== undefined && { againAfterMs }) };
}

export function failed(why: string): Readiness {
  return { status: 'failed', why };
}

/** The first condition that is still in progress; undefined if missing. */
export function all(
  ...obstacles: readonly (readonly [holds: boolean, why: string])[]
): Readiness | undefined {
  const [first] = obstacles.filter(([holds]) => holds);
  return first && progressing(first[1]);
}

/** The value at a path of fields, or undefined. */
export function at(object: unknown, ...path: readonly string[]): unknown {
  let value = object;
  for (const key of path) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

/** A number; 0 if missing, like Go's zero value. */
export function number(object: KubeObject, ...path: readonly string[]): number {
  const value = at(object, ...path);
  return typeof value === 'number' ? value : 0;
}

/** One row of status.conditions. */
export class Condition {
  private constructor(
    readonly type: string,
    readonly status: string,
    readonly reason: string,
    private readonly message: string,
  ) {}

  static of(object: KubeObject, type: string): Condition | undefined {
    return conditions(object).find((each) => each.type === type);
  }

  static from(row: Record<string, unknown>): Condition {
    const text = (key: string) => (typeof row[key] === 'string' ? (row[key] as string) : '');
    return new Condition(text('type'), text('status'), text('reason'), text('message'));
  }

  /** Reason and message, if present. */
  get text(): string {
    const said = [this.reason, this.message].filter(Boolean).join(': ');
    return said || `${this.type} is ${this.status}`;
  }
}

/** All conditions, in the order of the object. */
export function conditions(object: KubeObject): Condition[] {
  const rows = at(object, 'status', 'conditions');
  return Array.isArray(rows) ? rows.map((row) => Condition.from(row as Record<string, unknown>)) : [];
}
